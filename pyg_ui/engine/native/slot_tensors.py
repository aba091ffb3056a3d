"""The keys and values of all slots, laid out for decoding.

Keys stand transposed, (H, D, T), so that one query's scores against all positions are a product over contiguous
memory; values stand as (H, T, D). On a processor they are fp32 whatever the weights are: in 16 bit the same products
take 1 to 10 times as long there, and would round the scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from pyg_ui.engine.native.architectures import Heads

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

    @property
    def num_bytes(self) -> int:
        """Memory of a full slot."""
        return 2 * self.num_layers * self.heads.width * self.num_positions * self.dtype.itemsize

    @property
    def num_positions(self) -> int:
        """The context and the spare positions."""
        return self.context_length + SPARE_POSITIONS

    def allocate(self, num_slots: int) -> tuple[Tensor, Tensor]:
        """Keys (L, S, H, D, T) and values (L, S, H, T, D), not initialised."""
        heads, num_positions = self.heads, self.num_positions
        outer = (self.num_layers, num_slots, heads.count)
        keys = torch.empty(*outer, heads.size, num_positions, dtype=self.dtype, device=self.device)
        values = torch.empty(*outer, num_positions, heads.size, dtype=self.dtype, device=self.device)
        return keys, values


class SlotTensors:
    """Keys and values by layer and slot, memory taken slot by slot as they are first used.

    Does not know how many positions of a slot are filled; what lies behind them is arbitrary. A processor's memory
    is resident only as far as it was written to, so a short chat does not cost a full slot.
    """

    def __init__(self, shape: SlotShape, num_slots: int) -> None:
        self.shape = shape
        self.num_slots = num_slots
        self._layers: list[list[tuple[Tensor, Tensor]] | None] = [None] * num_slots

    def layers(self, slot: int) -> list[tuple[Tensor, Tensor]]:
        """The slot's keys (H, D, T) and values (H, T, D) by layer."""
        layers = self._layers[slot]
        if layers is None:
            keys, values = self._allocate(slot)
            layers = self._layers[slot] = list(zip(keys.unbind(0), values.unbind(0), strict=True))
        return layers

    @torch.inference_mode()
    def copy(self, source: int, target: int, num_tokens: int) -> None:
        """Make the target's first positions those of the source."""
        for (from_keys, from_values), (keys, values) in zip(self.layers(source), self.layers(target), strict=True):
            keys[..., :num_tokens] = from_keys[..., :num_tokens]
            values[:, :num_tokens] = from_values[:, :num_tokens]

    def free(self, slot: int) -> None:
        """Return the slot's memory."""
        self._layers[slot] = None

    def _allocate(self, slot: int) -> tuple[Tensor, Tensor]:
        keys, values = self.shape.allocate(1)
        return keys[:, 0], values[:, 0]


class PooledSlotTensors(SlotTensors):
    """All slots in one pool whose address never changes, as recorded graphs need; its memory stays taken.

    It starts at zero, and what is freed returns there: a masked position must not hold what is not a number.
    """

    def __init__(self, shape: SlotShape, num_slots: int) -> None:
        super().__init__(shape, num_slots)
        self._keys, self._values = (tensor.zero_() for tensor in shape.allocate(num_slots))

    def pool(self, layer: int, slots: slice) -> tuple[Tensor, Tensor]:
        """Keys (S, H, D, T) and values (S, H, T, D) of neighbouring slots in a layer."""
        return self._keys[layer, slots], self._values[layer, slots]

    def free(self, slot: int) -> None:
        self._keys[:, slot].zero_()
        self._values[:, slot].zero_()

    def _allocate(self, slot: int) -> tuple[Tensor, Tensor]:
        return self._keys[:, slot], self._values[:, slot]
