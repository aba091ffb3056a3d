"""The keys and values of all slots, laid out for decoding.

For torch's operators both stand transposed, (H, D, T): the positions of a value are neighbours. So one query's scores,
and the sum of the values by its shares, are products that read the memory at its full bandwidth; values as (H, T, D)
take 1.8 times as long. On a processor they are fp32 then, whatever the weights are: in 16 bit the same products take 1
to 10 times as long there, and would round the scores.

Compiled attention has blocks of positions, of which each head has some in a stretch, (T / STRETCH, H, STRETCH / BLOCK,
D, BLOCK): a head is read in few pieces, and a text takes memory as it grows. It reads bf16 as well, in half of the time
and the memory, and computes in fp32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from pyg_ui.engine.checkpoints.architectures import Heads
from pyg_ui.engine.hardware import use_huge_pages

BLOCK, STRETCH = 64, 256
"""Positions in compiled attention's layout."""
SPARE_POSITIONS = 8
"""Behind the context: where rows of a padded batch write that belong to nobody. Eight keep the memory aligned."""


@dataclass(frozen=True, slots=True)
class SlotShape:
    """What the keys and values of one slot are like."""

    heads: Heads
    num_layers: int
    context_length: int
    dtype: torch.dtype
    device: torch.device
    is_blocked: bool = False
    """Whether it is laid out for compiled attention."""

    @property
    def num_bytes(self) -> int:
        """Memory of a full slot."""
        return 2 * self.num_layers * self.heads.width * self.num_positions * self.dtype.itemsize

    @property
    def num_positions(self) -> int:
        """Of the context, and spare ones behind it or what fills up the last stretch."""
        if self.is_blocked:
            return -(-self.context_length // STRETCH) * STRETCH
        return self.context_length + SPARE_POSITIONS

    def allocate(self, num_slots: int) -> Tensor:
        """Keys and values, (L, 2, S, H, D, T) or in blocks (L, 2, S, T / STRETCH, ...), not initialised."""
        pieces: tuple[int, ...]
        if self.is_blocked:
            pieces = self.num_positions // STRETCH, self.heads.count, STRETCH // BLOCK, self.heads.size, BLOCK
        else:
            pieces = self.heads.count, self.heads.size, self.num_positions
        return torch.empty(self.num_layers, 2, num_slots, *pieces, dtype=self.dtype, device=self.device)


def in_blocks(both: Tensor) -> Tensor:
    """Keys and values (2, H, D, T), T whole stretches, as a blocked slot has them: (2, T / STRETCH, ...)."""
    pieces = both.reshape(*both.shape[:3], -1, STRETCH // BLOCK, BLOCK)
    return pieces.permute(0, 3, 1, 4, 2, 5)


class Held(NamedTuple):
    """What a slot holds in a layer."""

    both: Tensor
    """(2, H, D, T), or in blocks (2, T / STRETCH, ...); keys and values are its halves."""
    keys: Tensor
    values: Tensor


class SlotTensors:
    """Keys and values by layer and slot, memory taken slot by slot as they are first used.

    Does not know how many positions of a slot are filled; what lies behind them is arbitrary.
    """

    def __init__(self, shape: SlotShape, num_slots: int) -> None:
        self.shape = shape
        self.num_slots = num_slots
        self._layers: list[list[Held] | None] = [None] * num_slots
        self._addresses: list[Tensor | None] = [None] * num_slots

    def layers(self, slot: int) -> list[Held]:
        """What the slot holds, by layer."""
        layers = self._layers[slot]
        if layers is None:
            layers = self._layers[slot] = [Held(both, *both) for both in self._allocate(slot)]
        return layers

    def addresses(self, slot: int) -> Tensor:
        """Where what the slot holds lies in memory, by layer: int64 (L)."""
        addresses = self._addresses[slot]
        if addresses is None:
            layers = self.layers(slot)
            assert all(held.both.is_contiguous() for held in layers), "kernels take a layer's keys and values as one"
            pointers = [held.both.data_ptr() for held in layers]
            addresses = self._addresses[slot] = torch.tensor(pointers)
        return addresses

    @torch.inference_mode()
    def copy(self, source: int, target: int, num_tokens: int) -> None:
        """Make the target's first positions those of the source."""
        filled: tuple[Any, ...] = (..., slice(num_tokens))
        if self.shape.is_blocked:
            filled = (slice(None), slice(-(-num_tokens // STRETCH)))
        for held, into in zip(self.layers(source), self.layers(target), strict=True):
            into.both[filled] = held.both[filled]

    def free(self, slot: int) -> None:
        """Return the slot's memory."""
        self._layers[slot] = self._addresses[slot] = None

    def _allocate(self, slot: int) -> Tensor:
        both = self.shape.allocate(1)[:, :, 0]  # (L, 2, H, ...)
        use_huge_pages(both.data_ptr(), both.nbytes)
        return both


class PooledSlotTensors(SlotTensors):
    """All slots in one pool whose address never changes, as recorded graphs need; its memory stays taken.

    It starts at zero, and what is freed returns there: a masked position must not hold what is not a number.
    """

    def __init__(self, shape: SlotShape, num_slots: int) -> None:
        assert not shape.is_blocked
        super().__init__(shape, num_slots)
        self._pool = shape.allocate(num_slots).zero_()

    def pool(self, layer: int, slots: slice) -> Tensor:
        """What neighbouring slots hold in a layer, (2, S, H, D, T)."""
        return self._pool[layer, :, slots]

    def free(self, slot: int) -> None:
        self._pool[:, :, slot].zero_()

    def _allocate(self, slot: int) -> Tensor:
        return self._pool[:, :, slot]
