"""What GPT-Neo and GPT-J have in common, and how each one's configuration and weight names say it.

Everything behind this module knows one neutral description: heads, windows, and layers whose MLP either follows
attention or runs beside it. A third architecture of this kind is one more function here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyg_ui.errors import CheckpointError


@dataclass(frozen=True, slots=True)
class Heads:
    """How attention is divided, and how its scores are made."""

    count: int
    size: int
    """Values a head."""
    rotated: int = 0
    """How many of a head's first values are rotated by their position, in pairs."""
    scale: float = 1.0
    """What the scores are multiplied with before the softmax."""

    @property
    def width(self) -> int:
        """Values of all heads together."""
        return self.count * self.size


@dataclass(frozen=True, slots=True)
class LayerNames:
    """What a layer's parts are called in a checkpoint, without `.weight` and `.bias`."""

    attention_norm: str
    queries: str
    keys: str
    values: str
    attention_out: str
    mlp_norm: str | None
    """None where the MLP runs beside attention and reads the same normalised values."""
    mlp_in: str
    mlp_out: str


@dataclass(frozen=True, slots=True)
class Architecture:
    """A decoder-only model in neutral words."""

    heads: Heads
    layers: tuple[LayerNames, ...]
    windows: tuple[int | None, ...]
    """For each layer, how many of the latest positions it sees, its own among them; None for all."""
    context_length: int
    vocab_size: int
    activation: str
    norm_epsilon: float
    tokens: str = "transformer.wte"
    positions: str | None = None
    """The table of learned positions; None where positions rotate."""
    final_norm: str = "transformer.ln_f"
    head: str = "lm_head"


def describe(config: Any) -> Architecture:
    """The neutral description of a transformers configuration of either architecture.

    Raises CheckpointError for values that transformers accepts but that make no model.
    """
    return _describe_neo(config) if config.model_type == "gpt_neo" else _describe_j(config)


def _describe_neo(config: Any) -> Architecture:
    return Architecture(
        heads=Heads(config.num_heads, config.hidden_size // config.num_heads),  # its scores are not scaled
        layers=tuple(_neo_names(f"transformer.h.{index}") for index in range(config.num_layers)),
        windows=tuple(config.window_size if kind == "local" else None for kind in config.attention_layers),
        context_length=config.max_position_embeddings,
        vocab_size=config.vocab_size,
        activation=config.activation_function,
        norm_epsilon=config.layer_norm_epsilon,
        positions="transformer.wpe",
    )


def _describe_j(config: Any) -> Architecture:
    head_size, rotated = config.n_embd // config.n_head, config.rotary_dim
    if not 0 < rotated <= head_size or rotated % 2 or head_size % 2:
        raise CheckpointError(
            f"config.json rotates {rotated} of a head's {head_size} values, which cannot be: both numbers must be "
            "even, the first not above the second. Download the checkpoint again."
        )
    return Architecture(
        heads=Heads(config.n_head, head_size, rotated, scale=head_size**-0.5),
        layers=tuple(_j_names(f"transformer.h.{index}") for index in range(config.n_layer)),
        windows=(None,) * config.n_layer,
        context_length=config.n_positions,
        vocab_size=config.vocab_size,
        activation=config.activation_function,
        norm_epsilon=config.layer_norm_epsilon,
    )


def _neo_names(layer: str) -> LayerNames:
    attention = f"{layer}.attn.attention"
    return LayerNames(
        attention_norm=f"{layer}.ln_1",
        queries=f"{attention}.q_proj",
        keys=f"{attention}.k_proj",
        values=f"{attention}.v_proj",
        attention_out=f"{attention}.out_proj",
        mlp_norm=f"{layer}.ln_2",
        mlp_in=f"{layer}.mlp.c_fc",
        mlp_out=f"{layer}.mlp.c_proj",
    )


def _j_names(layer: str) -> LayerNames:
    return LayerNames(
        attention_norm=f"{layer}.ln_1",
        queries=f"{layer}.attn.q_proj",
        keys=f"{layer}.attn.k_proj",
        values=f"{layer}.attn.v_proj",
        attention_out=f"{layer}.attn.out_proj",
        mlp_norm=None,
        mlp_in=f"{layer}.mlp.fc_in",
        mlp_out=f"{layer}.mlp.fc_out",
    )
