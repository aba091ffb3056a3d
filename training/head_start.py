"""Initialises two attention heads as an induction circuit, so that the model can copy from the start.

One head of the first layer attends to the previous token and writes its code into the residual stream. One head of a
later global layer attends to the positions whose previous token is the current token, and predicts the token there.
Small models learn this circuit by themselves, but only after millions of tokens. Training can change it freely. All
other output projections start at zero.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import GPTJForCausalLM, GPTNeoForCausalLM

EMBEDDING_STD = 0.06  # of new token embeddings; the other scales here derive from it
WAVE_DIMS = 64  # of GPT-Neo's residual stream hold positions at first; the others hold tokens
_WAVE_AMPLITUDE = 1.5 * EMBEDDING_STD


@dataclass(frozen=True)
class Codes:
    """Two orthogonal subspaces of the residual stream: a token's own code, and that of the token before it."""

    own: Tensor  # (D, C)
    previous: Tensor  # (D, C)


@torch.no_grad()
def give_head_start(model: nn.Module) -> None:
    """Set the two heads. Uses torch's global random state, so seed it before."""
    if isinstance(model, GPTNeoForCausalLM):
        _start_neo(model)
    elif isinstance(model, GPTJForCausalLM):
        _start_gptj(model)
    else:
        raise TypeError(f"{type(model).__name__} is neither GPT-Neo nor GPT-J")


def _start_neo(model: Any) -> None:
    body, config = model.transformer, model.config
    head_dim = config.hidden_size // config.num_heads
    for block in body.h:
        nn.init.zeros_(block.attn.attention.out_proj.weight)
        nn.init.zeros_(block.mlp.c_proj.weight)
    nn.init.normal_(body.wte.weight, std=EMBEDDING_STD)
    body.wte.weight[:, :WAVE_DIMS] *= 0.2
    frequencies = _frequencies()
    body.wpe.weight.zero_()
    body.wpe.weight[:, :WAVE_DIMS] = _WAVE_AMPLITUDE * waves(config.max_position_embeddings, frequencies)
    codes = _codes(config.hidden_size, head_dim, first_dim=WAVE_DIMS)
    first, later = body.h[0].attn.attention, body.h[2].attn.attention
    _look_back_by_waves(first, frequencies[: head_dim // 2], head_dim)
    _note_down(first, codes, head_dim)
    _match(later, codes, range(head_dim), gain=0.8)
    _propose(later, codes, head_dim)


def _start_gptj(model: Any) -> None:
    body, config = model.transformer, model.config
    head_dim = config.n_embd // config.n_head
    for block in body.h:
        nn.init.zeros_(block.attn.out_proj.weight)
        nn.init.zeros_(block.mlp.fc_out.weight)
    nn.init.normal_(body.wte.weight, std=EMBEDDING_STD)
    codes = _codes(config.n_embd, head_dim, first_dim=1)
    first, later = body.h[0].attn, body.h[2].attn
    body.h[0].ln_1.weight[0], body.h[0].ln_1.bias[0] = 0.0, 1.0  # dimension 0 is constant for the first layer
    _look_back_by_rotation(first, config.rotary_dim, head_dim)
    _note_down(first, codes, head_dim)
    _match(later, codes, range(config.rotary_dim, head_dim), gain=2.2)
    _propose(later, codes, head_dim)


def _frequencies() -> Tensor:
    """From almost half a turn a token down to a fraction of a turn over the whole context."""
    return 2.8 * 0.79 ** torch.arange(WAVE_DIMS // 2)


def waves(length: int, frequencies: Tensor) -> Tensor:
    """Sines and cosines, interleaved. (F,) -> (T, 2F)"""
    angles = torch.arange(length)[:, None] * frequencies
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)


def _codes(width: int, head_dim: int, first_dim: int) -> Codes:
    basis, _ = torch.linalg.qr(torch.randn(width - first_dim, 2 * head_dim))
    rows = torch.zeros(2 * head_dim, width)
    rows[:, first_dim:] = basis.T
    return Codes(rows[:head_dim], rows[head_dim:])


def _look_back_by_waves(attention: Any, frequencies: Tensor, head_dim: int) -> None:
    """Head 0: keys are the position's waves, queries the waves turned back by one token."""
    gain = 0.9
    keys, queries = torch.zeros(2, head_dim, attention.k_proj.in_features)
    for pair, frequency in enumerate(frequencies):
        sine, cosine = 2 * pair, 2 * pair + 1
        keys[sine, sine] = keys[cosine, cosine] = gain
        queries[sine, sine] = queries[cosine, cosine] = gain * frequency.cos()
        queries[sine, cosine] = -gain * frequency.sin()
        queries[cosine, sine] = gain * frequency.sin()
    attention.k_proj.weight[:head_dim] = keys
    attention.q_proj.weight[:head_dim] = queries


def _look_back_by_rotation(attention: Any, rotary_dim: int, head_dim: int) -> None:
    """Head 0: a constant key and a constant query that the rotation brings together at a distance of one."""
    gain = 9.0
    frequencies = 10000.0 ** (-torch.arange(0, rotary_dim, 2) / rotary_dim)
    keys, queries = torch.zeros(2, head_dim, attention.k_proj.in_features)
    for pair, frequency in enumerate(frequencies[:4]):
        keys[2 * pair, 0] = gain
        queries[2 * pair, 0] = gain * frequency.cos()
        queries[2 * pair + 1, 0] = -gain * frequency.sin()
    attention.k_proj.weight[:head_dim] = keys
    attention.q_proj.weight[:head_dim] = queries


def _note_down(attention: Any, codes: Codes, head_dim: int) -> None:
    """Head 0: write the code of the token looked at where `previous` is read."""
    attention.v_proj.weight[:head_dim] = codes.own
    attention.out_proj.weight[:, :head_dim] = 1.3 * EMBEDDING_STD * codes.previous.T


def _match(attention: Any, codes: Codes, dims: range, gain: float) -> None:
    """Head 0: look for places whose noted token is the current one, through those dimensions of the head."""
    used = slice(dims.start, dims.stop)
    attention.q_proj.weight[: codes.own.shape[0]] = 0.0
    attention.k_proj.weight[: codes.own.shape[0]] = 0.0
    attention.q_proj.weight[used] = gain * codes.own[used]
    attention.k_proj.weight[used] = gain * codes.previous[used]


def _propose(attention: Any, codes: Codes, head_dim: int) -> None:
    """Head 0: add the token found to the prediction."""
    attention.v_proj.weight[:head_dim] = codes.own
    attention.out_proj.weight[:, :head_dim] = 7.5 * EMBEDDING_STD * codes.own.T
