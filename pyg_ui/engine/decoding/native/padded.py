"""Decoding in passes of fixed shape, which a GPU can record once as a graph and replay.

A pass decodes a token of each of some slots. Token ids, positions and the numbers of the slots are in buffers of fixed
address. Without a graph, launching the hundreds of small kernels of a token would take longer than running them. The
same passes run without a graph on a processor, where they are tested.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from pyg_ui.engine.decoding.native.attention import scores_of
from pyg_ui.engine.decoding.native.slot_tensors import PooledSlotTensors
from pyg_ui.engine.decoding.native.transformer import Transformer
from pyg_ui.engine.gpu.recording import Recorder

_LENGTH_STEP = 512
"""The numbers of positions of passes are multiples of this: so few passes are recorded, and not much is masked."""
_COPYING = 3
"""How often keys and values go through the memory where they are copied first: read, written, and read again."""


class PassShape(NamedTuple):
    """What is fixed in a pass."""

    num_rows: int
    num_positions: int
    """How many positions of each slot it reads."""
    first: int
    """The first of the neighbouring slots that the rows are of; ANY if each row may be of any slot."""


ANY = -1


class Rows(NamedTuple):
    """What the rows of a pass are, each (B)."""

    token_ids: Tensor
    positions: Tensor
    targets: Tensor
    """Where their keys and values are stored."""
    slots: Tensor


class PaddedAttention:
    """Attention of one new token of each of some slots. Torch's operators read neighbouring slots where they are, and
    copy others before they read them."""

    def __init__(self, slots: PooledSlotTensors, windows: Sequence[int | None], rows: Rows, shape: PassShape) -> None:
        """`windows` are the layers', see Architecture."""
        self._pool, self._windows, self._rows, self._shape = slots, windows, rows, shape
        self._hidden = {window: _hidden(rows.positions, window, shape.num_positions) for window in set(windows)}

    def __call__(self, layer: int, queries: Tensor, new: Tensor) -> Tensor:
        cache = self._pool.pool(layer)  # (2, S, H, D, T)
        cache[:, self._rows.slots, :, :, self._rows.targets] = new.to(cache.dtype)
        seen, first = cache[..., : self._shape.num_positions], self._shape.first
        seen = seen.index_select(1, self._rows.slots) if first == ANY else seen[:, first : first + len(queries)]
        keys, values = seen.view(2, -1, *seen.shape[3:])  # (B * H, D, n)
        scores = scores_of(queries.to(cache.dtype).flatten(0, 1)[:, None], keys)  # (B * H, 1, n)
        scores = scores.view(*queries.shape[:2], -1).masked_fill_(self._hidden[self._windows[layer]], -torch.inf)
        shares = torch.softmax(scores, -1).to(cache.dtype).flatten(0, 1)[:, None]
        return torch.bmm(shares, values.transpose(1, 2)).view(len(queries), -1)


class PaddedPass:
    """One pass and its buffers."""

    def __init__(
        self, transformer: Transformer, slots: PooledSlotTensors, shape: PassShape, recorder: Recorder | None
    ) -> None:
        """With a recorder the pass is recorded, where the GPU can do that."""
        self._transformer, self._slots, self._shape = transformer, slots, shape
        idle = [[0], [0], [slots.shape.context_length], [0]]
        self._inputs = torch.tensor(idle, device=transformer.device).repeat(1, shape.num_rows)
        self.run: Callable[[], Tensor] = self._compute
        """Computes the logits after the token of each row, (B, V), which the next call may overwrite."""
        if recorder is not None:
            self._compute()  # once without recording, because libraries set themselves up
            self.run = recorder.record(self._compute) or self._compute

    def __call__(self, rows: Sequence[tuple[int, int, int, int]]) -> Tensor:
        """See `run`. A row is a token id, its position, where its keys and values are stored, and its slot."""
        self._inputs.copy_(torch.tensor(list(zip(*rows, strict=True))))
        return self.run()

    def _compute(self) -> Tensor:
        rows = Rows(*self._inputs.unbind())
        windows = self._transformer.architecture.windows
        attention = PaddedAttention(self._slots, windows, rows, self._shape)
        return self._transformer(rows.token_ids, rows.positions, attention)


class PaddedDecoding:
    """Decodes any slots of a pool by the pass that reads least. Used from one thread at a time."""

    def __init__(self, transformer: Transformer, slots: PooledSlotTensors) -> None:
        """On a GPU all passes are recorded now: a recording in the midst of replies would delay them."""
        self._transformer, self._slots = transformer, slots
        self._context_length = slots.shape.context_length
        self._passes: dict[PassShape, PaddedPass] = {}
        if transformer.device.type == "cuda":
            recorder = Recorder(transformer.device)
            for shape in self._shapes():
                self._passes[shape] = PaddedPass(transformer, slots, shape, recorder)

    def __call__(self, slots: Sequence[int], token_ids: Sequence[int], positions: Sequence[int]) -> Tensor:
        """Append a token to each of distinct slots; return the logits after it, (B, V)."""
        shape = self._shape(slots, max(positions) + 1)
        in_rows = list(slots) if shape.first == ANY else list(range(shape.first, shape.first + shape.num_rows))
        in_rows += [slots[0]] * (shape.num_rows - len(in_rows))
        rows = [(0, 0, self._context_length, slot) for slot in in_rows]  # idle: they write after the context
        places = [in_rows.index(slot) for slot in slots]
        for place, slot, token_id, position in zip(places, slots, token_ids, positions, strict=True):
            rows[place] = (token_id, position, position, slot)
        if shape not in self._passes:
            self._passes[shape] = PaddedPass(self._transformer, self._slots, shape, None)
        return self._passes[shape](rows)[places]

    def _shape(self, slots: Sequence[int], num_positions: int) -> PassShape:
        """The pass that reads least: a single slot, any slots after a copy, or all of the pool.

        There are few numbers of rows and positions, so that few passes are recorded.
        """
        num_steps = -(-num_positions // _LENGTH_STEP)
        num_positions = min(num_steps * _LENGTH_STEP, self._context_length)
        if len(slots) == 1:
            return PassShape(1, num_positions, slots[0])
        num_rows = 1 << (len(slots) - 1).bit_length()
        if _COPYING * num_rows < self._slots.num_slots:
            return PassShape(num_rows, num_positions, ANY)
        return PassShape(self._slots.num_slots, num_positions, 0)

    def _shapes(self) -> list[PassShape]:
        """All that there can be, largest first, so that smaller ones find room in the memory of larger ones."""
        every_slot = range(self._slots.num_slots)
        used = [every_slot[slot : slot + 1] for slot in every_slot] + [every_slot[: slot + 1] for slot in every_slot]
        lengths = range(1, self._context_length + 1, _LENGTH_STEP)
        return sorted({self._shape(slots, length) for slots in used for length in lengths}, reverse=True)


def _hidden(positions: Tensor, window: int | None, num_positions: int) -> Tensor:
    """Which positions a row does not see, (B, 1, n)."""
    columns = torch.arange(num_positions, device=positions.device)
    distance = positions[:, None] - columns
    hidden = distance < 0 if window is None else (distance < 0) | (distance >= window)
    return hidden[:, None]
