"""The KV cache: the keys and values of all slots. Its layout is chosen for the attention that reads it.

For torch's operators keys and values are stored transposed, (H, D, T), so that both matmuls of a query read the memory
at its full bandwidth. With values as (H, T, D) they take 1.8 times as long. On a processor the cache is then fp32,
whatever the weights are: in 16 bit the matmuls take 1 to 10 times as long there, and scores would be rounded.

For compiled attention the cache has stretches of positions, divided into blocks for each head, (T / STRETCH, H,
STRETCH / BLOCK, D, BLOCK). A head is then read in few pieces, and memory is used only as far as a text reaches.
Compiled attention also reads bf16, in half of the time and the memory, and computes in fp32.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from pyg_ui.engine.checkpoints.architectures import Heads
from pyg_ui.engine.compiled.kernels import BLOCK, STRETCH, round_up
from pyg_ui.engine.hardware import use_huge_pages

SPARE_POSITIONS = 8
"""Positions after the context, to which the unused rows of a padded batch write. Eight keep the memory aligned."""


@dataclass(frozen=True, slots=True)
class SlotShape:
    """The layout of the keys and values of one slot."""

    heads: Heads
    num_layers: int
    context_length: int
    dtype: torch.dtype
    device: torch.device
    is_blocked: bool = False
    """Whether the layout is that of compiled attention."""

    @property
    def num_bytes(self) -> int:
        """Memory of a full slot."""
        return 2 * self.num_layers * self.heads.width * self.num_positions * self.dtype.itemsize

    @property
    def num_positions(self) -> int:
        """Those of the context, and after it spare ones or the rest of the last stretch."""
        if self.is_blocked:
            return round_up(self.context_length, STRETCH)
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
    """Keys and values (2, H, D, T), T in whole stretches, in the layout of a blocked slot: (2, T / STRETCH, ...)."""
    pieces = both.reshape(*both.shape[:3], -1, STRETCH // BLOCK, BLOCK)
    return pieces.permute(0, 3, 1, 4, 2, 5)


class LayerCache(NamedTuple):
    """The keys and values of a slot in a layer."""

    both: Tensor
    """(2, H, D, T), or in blocks (2, T / STRETCH, ...). `keys` and `values` are views of its halves."""
    keys: Tensor
    values: Tensor


class SlotTensors:
    """Keys and values by layer and slot. The memory of a slot is allocated when it is first used.

    Does not know how many positions of a slot are filled; the others have arbitrary values.
    """

    def __init__(self, shape: SlotShape, num_slots: int) -> None:
        self.shape = shape
        self.num_slots = num_slots
        self._layers: list[list[LayerCache] | None] = [None] * num_slots
        self._addresses: list[Tensor | None] = [None] * num_slots

    def layers(self, slot: int) -> list[LayerCache]:
        """The slot's keys and values, by layer."""
        layers = self._layers[slot]
        if layers is None:
            layers = self._layers[slot] = [LayerCache(both, *both) for both in self._allocate(slot)]
        return layers

    def addresses(self, slot: int) -> Tensor:
        """The memory addresses of the slot's keys and values, by layer: int64 (L)."""
        addresses = self._addresses[slot]
        if addresses is None:
            layers = self.layers(slot)
            assert all(layer.both.is_contiguous() for layer in layers), "kernels take a layer's keys and values as one"
            pointers = [layer.both.data_ptr() for layer in layers]
            addresses = self._addresses[slot] = torch.tensor(pointers)
        return addresses

    @torch.inference_mode()
    def copy(self, source: int, target: int, num_tokens: int) -> None:
        """Copy the source's first positions to the target."""
        filled: tuple[Any, ...] = (..., slice(num_tokens))
        if self.shape.is_blocked:
            filled = (slice(None), slice(-(-num_tokens // STRETCH)))
        for layer, into in zip(self.layers(source), self.layers(target), strict=True):
            into.both[filled] = layer.both[filled]

    def free(self, slot: int) -> None:
        """Return the slot's memory."""
        self._layers[slot] = self._addresses[slot] = None

    def _allocate(self, slot: int) -> Tensor:
        both = self.shape.allocate(1)[:, :, 0]  # (L, 2, H, ...)
        use_huge_pages(both.data_ptr(), both.nbytes)
        return both


class PooledSlotTensors(SlotTensors):
    """All slots in one pool that stays allocated: recorded graphs need addresses that never change.

    Memory starts at zero, and what is freed or cropped is set to zero again: NaN or infinity at a masked position
    would spread.
    """

    def __init__(self, shape: SlotShape, num_slots: int) -> None:
        assert not shape.is_blocked
        super().__init__(shape, num_slots)
        self._pool = shape.allocate(num_slots).zero_()

    def pool(self, layer: int) -> Tensor:
        """The keys and values of all slots in a layer, (2, S, H, D, T)."""
        return self._pool[layer]

    def free(self, slot: int) -> None:
        self.clear(slot, 0)

    def clear(self, slot: int, first: int) -> None:
        """Set what is stored from a position on to zero."""
        self._pool[:, :, slot, ..., first:].zero_()

    def _allocate(self, slot: int) -> Tensor:
        return self._pool[:, :, slot]
