"""The forward pass: the same code for GPT-Neo and GPT-J, for prefill and for decoding.

Rows are tokens of any sequences. Only attention, which is passed in, knows which sequence a row belongs to. This module
reads no configuration, checkpoint or cache.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.checkpoints.architectures import Architecture, Heads
from pyg_ui.engine.decoding.decoder import finish
from pyg_ui.engine.decoding.native.attention import Attention
from pyg_ui.engine.linear.contract import Linear

Attend = Callable[[int, Tensor], Tensor]
"""From a layer's index and its queries, keys and values in one tensor, (M, 3 * H * D), to (M, H * D)."""
Layer = Callable[[Tensor, Attend], Tensor]
"""Attention and an MLP: from the residual stream before the layer to the one after it, (M, E)."""
Activation = Callable[[Tensor], Tensor]
_FEW_ROWS = 64
"""More rows are decoded together only where `--max-concurrency` asks for it."""


@dataclass(frozen=True, slots=True)
class Norm:
    """A layer norm."""

    weight: Tensor
    """In the residual stream's type, and so is the bias: a GPU's layer norm takes no others."""
    bias: Tensor
    epsilon: float
    dtype: torch.dtype
    """Of the result: the linear layers' type."""

    def __call__(self, hidden: Tensor) -> Tensor:
        return torch.layer_norm(hidden, self.weight.shape, self.weight, self.bias, self.epsilon).to(self.dtype)


@dataclass(frozen=True, slots=True)
class SequentialLayer:
    """GPT-Neo's: the MLP follows attention and has its own norm."""

    index: int
    attention_norm: Norm
    attention_in: Linear
    """Queries, keys and values in one linear layer."""
    attention_out: Linear
    mlp_norm: Norm
    mlp_in: Linear
    mlp_out: Linear
    activation: Activation

    def __call__(self, hidden: Tensor, attend: Attend) -> Tensor:
        hidden = hidden + self.attention_out(attend(self.index, self.attention_in(self.attention_norm(hidden))))
        return hidden + self.mlp_out(self.activation(self.mlp_in(self.mlp_norm(hidden))))


@dataclass(frozen=True, slots=True)
class ParallelLayer:
    """GPT-J's: attention and the MLP read the same normalised stream."""

    index: int
    norm: Norm
    joint_in: Linear
    """Queries, keys, values and the MLP's inner values in one linear layer."""
    attention_width: int
    attention_out: Linear
    mlp_out: Linear
    activation: Activation

    def __call__(self, hidden: Tensor, attend: Attend) -> Tensor:
        joint = self.joint_in(self.norm(hidden))
        projected, inner = joint[:, : self.attention_width], joint[:, self.attention_width :]
        change = self.attention_out(attend(self.index, projected)) + self.mlp_out(self.activation(inner))
        return hidden + change


@dataclass(frozen=True, eq=False)
class Transformer:
    """A model's weights and its forward pass."""

    architecture: Architecture
    dtype: torch.dtype
    """Of what linear layers take and give."""
    tokens: Tensor
    """Embeddings of the tokens, (V, E), in any type."""
    positions: Tensor | None
    """Embeddings of the positions, (T, E), in any type."""
    layers: Sequence[Layer]
    final_norm: Norm
    head: Linear

    @property
    def device(self) -> torch.device:
        return self.tokens.device

    @property
    def stream_dtype(self) -> torch.dtype:
        """The type of the residual stream."""
        return self.final_norm.weight.dtype

    @cached_property
    def rotations(self) -> Tensor | None:
        """The complex numbers that rotate each pair of a head's values at each position: (T, rotated / 2)."""
        num_rotated = self.architecture.heads.rotated
        if not num_rotated:
            return None
        frequencies = 1.0 / (10000 ** (torch.arange(0, num_rotated, 2) / num_rotated))
        angles = torch.outer(torch.arange(self.architecture.context_length).float(), frequencies)
        return torch.complex(angles.cos(), angles.sin()).to(self.device)

    def __call__(
        self, token_ids: Tensor, positions: Tensor, attention: Attention, wanted_rows: Tensor | None = None
    ) -> Tensor:
        """The logits after the wanted rows (all where None), (R, V); `token_ids` and `positions` are (M)."""
        return finish(self.parts(token_ids, positions, attention, wanted_rows))

    def parts(
        self, token_ids: Tensor, positions: Tensor, attention: Attention, wanted_rows: Tensor | None = None
    ) -> Generator[None, None, Tensor]:
        """As a call, with a pause after each layer."""
        heads = self.architecture.heads
        rotation = None if self.rotations is None else self.rotations[positions]  # (M, rotated / 2)

        def attend(layer: int, projected: Tensor) -> Tensor:
            queries, new = split_heads(projected, heads, rotation)
            return attention(layer, queries, new).to(self.dtype)

        hidden = functional.embedding(token_ids, self.tokens).to(self.stream_dtype)  # (M, E)
        if self.positions is not None:
            hidden = hidden + functional.embedding(positions, self.positions).to(hidden.dtype)
        for layer in self.layers:
            hidden = layer(hidden, attend)
            yield
        if wanted_rows is not None:
            hidden = hidden[wanted_rows]
        return self.head(self.final_norm(hidden))


def split_heads(projected: Tensor, heads: Heads, rotation: Tensor | None) -> tuple[Tensor, Tensor]:
    """Queries (M, H, D), and keys with values (M, 2, H, D), from `projected` (M, 3 * H * D), which may change."""
    parts = projected.view(-1, 3, heads.count, heads.size)
    if rotation is not None:
        parts = parts.float()
        pairs = parts[:, :2, :, : heads.rotated].view(-1, 2, heads.count, heads.rotated // 2, 2)
        torch.view_as_complex(pairs).mul_(rotation[:, None, None])
    queries = parts[:, 0]
    return (queries if heads.scale == 1 else queries * heads.scale), parts[:, 1:]


def gelu_new(rows: Tensor) -> Tensor:
    """GELU with tanh, (M, I). On a processor each row of a small batch gets the same result as alone, to the bit.

    Where torch divides values among its threads, the end of each share can differ in the last bit. One row is never
    divided, so a few rows are computed one by one. The many rows of a prompt need not be equal to the bit.
    """
    if rows.is_cuda or not 1 < len(rows) <= _FEW_ROWS:
        return functional.gelu(rows, approximate="tanh")
    return torch.stack([functional.gelu(row, approximate="tanh") for row in rows])
