"""A quicker training forward over the transformers modules' own weights, equal to theirs.

It fuses the three projections, uses scaled-dot-product attention and computes logits only where there is a loss. It has
no cache, no dropout and no padding mask: rows are padded on the right, which a causal model does not see. (`Any` stands
for modules of transformers, which is not typed.)
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import GPTJForCausalLM, GPTNeoForCausalLM


def hidden_states(model: nn.Module, ids: Tensor, positions: Tensor) -> Tensor:
    """The last layer's normalised output. `ids` and `positions` are (B, T); returns (B, T, C)."""
    if isinstance(model, GPTNeoForCausalLM):
        return _neo(model, ids, positions)
    if isinstance(model, GPTJForCausalLM):
        return _gptj(model, ids, positions)
    raise TypeError(f"{type(model).__name__} is neither GPT-Neo nor GPT-J")


def logits_of(model: Any, hidden: Tensor) -> Tensor:
    """(N, C) -> (N, V)."""
    head = model.lm_head
    return functional.linear(hidden, head.weight, head.bias)


def _neo(model: Any, ids: Tensor, positions: Tensor) -> Tensor:
    body, config = model.transformer, model.config
    x = functional.embedding(ids, body.wte.weight) + functional.embedding(positions, body.wpe.weight)
    band = _band(ids.shape[1], config.window_size)
    for block, kind in zip(body.h, config.attention_layers, strict=True):
        attention = block.attn.attention
        q, k, v = _projected(_normed(block.ln_1, x), attention, config.num_heads)
        mask = band if kind == "local" else None
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None, scale=1.0)
        x = x + attention.out_proj(_merged(mixed))
        x = x + block.mlp.c_proj(functional.gelu(block.mlp.c_fc(_normed(block.ln_2, x)), approximate="tanh"))
    return _normed(body.ln_f, x)


def _gptj(model: Any, ids: Tensor, positions: Tensor) -> Tensor:
    body, config = model.transformer, model.config
    x = functional.embedding(ids, body.wte.weight)
    sines = _rotation(positions, config.rotary_dim)
    for block in body.h:
        normed = _normed(block.ln_1, x)
        q, k, v = _projected(normed, block.attn, config.n_head)
        q, k = _rotated(q, sines, config.rotary_dim), _rotated(k, sines, config.rotary_dim)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        wide = functional.gelu(block.mlp.fc_in(normed), approximate="tanh")
        x = x + block.attn.out_proj(_merged(mixed)) + block.mlp.fc_out(wide)
    return _normed(body.ln_f, x)


def _normed(norm: Any, x: Tensor) -> Tensor:
    return functional.layer_norm(x, norm.normalized_shape, norm.weight, norm.bias, norm.eps)


def _projected(x: Tensor, attention: Any, num_heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, each (B, H, T, D), by one matmul."""
    weight = torch.cat([attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight])
    heads = functional.linear(x, weight).view(*x.shape[:2], 3, num_heads, -1).permute(2, 0, 3, 1, 4)  # (3, B, H, T, D)
    return heads[0], heads[1], heads[2]


def _merged(heads: Tensor) -> Tensor:
    return heads.transpose(1, 2).flatten(2)  # (B, T, C)


def _band(length: int, window: int) -> Tensor | None:
    """The causal mask of local attention; None if all positions lie within the window."""
    if length <= window:
        return None
    ones = torch.ones(length, length, dtype=torch.bool)
    return ones.tril() & ones.triu(1 - window)


def _rotation(positions: Tensor, rotary_dim: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of GPT-J's interleaved rotation, each (B, 1, T, R/2)."""
    frequencies = 10000.0 ** (-torch.arange(0, rotary_dim, 2, dtype=torch.float32) / rotary_dim)
    angles = positions[:, None, :, None].float() * frequencies
    return angles.cos(), angles.sin()


def _rotated(x: Tensor, sines: tuple[Tensor, Tensor], rotary_dim: int) -> Tensor:
    cos, sin = sines
    turning, rest = x[..., :rotary_dim], x[..., rotary_dim:]
    even, odd = turning[..., 0::2], turning[..., 1::2]
    turned = torch.stack((even * cos - odd * sin, odd * cos + even * sin), dim=-1).flatten(-2)
    return torch.cat((turned, rest), dim=-1)
