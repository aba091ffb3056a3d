"""Attention of new tokens to what their slots hold: any number of slots, any number of tokens each, in one pass.

A pass stores the new keys and values, then reads the cache where it lies: nothing is copied. Scores are fp32. Every
block of queries is computed alone, so a sequence's result does not depend on who else is in the pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from pyg_ui.engine.decoding.native.slot_tensors import Held, SlotTensors

COMPILED_HEAD_UNIT = 8
"""What the size of heads must be a multiple of for compiled attention."""
_BLOCK = 64
"""Queries at a time: their scores stay in the processor's cache, and few are computed only to be masked."""


class Attention(Protocol):
    """One pass's attention, layer by layer."""

    def __call__(self, layer: int, queries: Tensor, new: Tensor) -> Tensor:
        """What each row gathers, (M, H * D), from its query, (M, H, D), once the new keys and values are stored.

        `new` is (M, 2, H, D).
        """


@dataclass(frozen=True, slots=True)
class Segment:
    """New tokens of one slot, in order."""

    slot: int
    start: int
    """The position of the first one; all positions before it are filled."""
    num_tokens: int

    @property
    def stop(self) -> int:
        """One past the position of the last one."""
        return self.start + self.num_tokens


@dataclass(frozen=True, slots=True)
class _Block:
    """Some of a segment's queries, and the positions that any of them sees."""

    first_row: int
    num_rows: int
    first_position: int
    num_positions: int
    hidden: Tensor | None
    """(m, w): which of the last `w` positions a query does not see; None where all see all."""


class AttendCompiled(Protocol):
    """Attention of some segments' new tokens in one call, by a compiled kernel: see kernels.Kernels.attend."""

    def __call__(
        self,
        held: Tensor,
        starts: Tensor,
        sizes: Tensor,
        window: int | None,
        queries: Tensor,
        fresh: Tensor,
        num_positions: int,
        dtype: torch.dtype,
    ) -> Tensor: ...


class CompiledAttention:
    """By a compiled kernel. Slots are blocked, in fp32 or bf16. Segments of one slot have a token each, in order.

    A token's result depends neither on how its text was cut into passes nor on who else is in the pass.
    """

    def __init__(
        self, slots: SlotTensors, windows: Sequence[int | None], segments: Sequence[Segment], attend: AttendCompiled
    ) -> None:
        """`windows` are the layers', see Architecture."""
        assert slots.shape.is_blocked
        self._attend, self._windows, self._shape = attend, windows, slots.shape
        self._kept = [slots.layers(segment.slot) for segment in segments]  # whose memory the addresses are of
        self._held = torch.stack([slots.addresses(segment.slot) for segment in segments], dim=1)  # (L, S)
        self._starts = torch.tensor([segment.start for segment in segments])
        self._sizes = torch.tensor([segment.num_tokens for segment in segments])

    def __call__(self, layer: int, queries: Tensor, new: Tensor) -> Tensor:
        return self._attend(
            self._held[layer], self._starts, self._sizes, self._windows[layer], queries.float(), new.float(),
            self._shape.num_positions, self._shape.dtype,
        )  # fmt: skip


class SlicedAttention:
    """Reads of each slot the positions that are seen, and no others."""

    def __init__(self, slots: SlotTensors, windows: Sequence[int | None], segments: Sequence[Segment]) -> None:
        """`windows` are the layers', see Architecture; `segments` cover all rows; those of one slot, in order."""
        assert not slots.shape.is_blocked
        self._dtype = slots.shape.dtype
        self._windows = windows
        self._parts = []
        first_row = 0
        for segment in segments:
            blocks = {window: list(_blocks(segment, first_row, window, slots.shape.device)) for window in set(windows)}
            self._parts.append((segment, first_row, slots.layers(segment.slot), blocks))
            first_row += segment.num_tokens

    def __call__(self, layer: int, queries: Tensor, new: Tensor) -> Tensor:
        queries = queries.to(self._dtype)
        gathered = []
        for segment, first_row, layers, blocks in self._parts:
            held = layers[layer]
            rows = new.narrow(0, first_row, segment.num_tokens)
            held.both.narrow(3, segment.start, segment.num_tokens).copy_(rows.permute(1, 2, 3, 0))
            for block in blocks[self._windows[layer]]:
                gathered.append(_gather(block, queries, held))
        return gathered[0] if len(gathered) == 1 else torch.cat(gathered)


def scores_of(queries: Tensor, keys: Tensor) -> Tensor:
    """The product in fp32, (N, m, D) times (N, D, T)."""
    if queries.dtype == torch.float32:
        return torch.bmm(queries, keys)
    return torch.bmm(queries, keys, out_dtype=torch.float32)


def _gather(block: _Block, queries: Tensor, held: Held) -> Tensor:  # (m, H * D)
    rows = queries.narrow(0, block.first_row, block.num_rows).transpose(0, 1)  # (H, m, D)
    scores = scores_of(rows, held.keys.narrow(2, block.first_position, block.num_positions))  # (H, m, n)
    if block.hidden is not None:
        width = block.hidden.shape[1]
        scores.narrow(2, block.num_positions - width, width).masked_fill_(block.hidden, -torch.inf)
    shares = torch.softmax(scores, -1).to(held.values.dtype)
    values = held.values.narrow(2, block.first_position, block.num_positions)
    return torch.bmm(shares, values.transpose(1, 2)).transpose(0, 1).flatten(1)


def _blocks(segment: Segment, first_row: int, window: int | None, device: torch.device) -> Iterator[_Block]:
    for offset in range(0, segment.num_tokens, _BLOCK):
        num_rows = min(_BLOCK, segment.num_tokens - offset)
        first_query = segment.start + offset
        first_position = 0 if window is None else max(0, first_query - window + 1)
        num_positions = first_query + num_rows - first_position
        hidden = None
        if num_rows > 1:
            # Without a window all positions before the block's own are seen by all of its queries.
            width = num_rows if window is None else num_positions
            diagonal = width - num_rows
            seen = torch.ones(num_rows, width, dtype=torch.bool, device=device).tril_(diagonal)
            hidden = ~(seen if window is None else seen.triu_(diagonal - window + 1))
        yield _Block(first_row + offset, num_rows, first_position, num_positions, hidden)
