"""Decoding in passes of fixed shape, which a GPU can record once as a graph and replay.

A pass decodes neighbouring slots over a fixed number of positions. Token ids, positions and masks are in buffers of
fixed address. Without a graph, launching the hundreds of small kernels of a token would take longer than running
them. The same passes run without a graph on a processor, where they are tested.
"""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from pyg_ui.engine.decoding.native.attention import scores_of
from pyg_ui.engine.decoding.native.slot_tensors import PooledSlotTensors
from pyg_ui.engine.decoding.native.transformer import Transformer

logger = logging.getLogger(__name__)

GraphMemory = Any
"""torch's handle of memory that graphs may share if they never run at once; its type is private."""
_LENGTH_STEP = 256
"""The numbers of positions of passes are multiples of this: so few passes are recorded, and little is masked."""


class PassShape(NamedTuple):
    """What is fixed in a pass: its slots, from the first one to `stop`, and how many positions it reads."""

    first: int
    stop: int
    num_positions: int


class PaddedAttention:
    """Attention of one new token of each of neighbouring slots, over the first positions of all of them."""

    def __init__(
        self,
        slots: PooledSlotTensors,
        windows: Sequence[int | None],
        shape: PassShape,
        positions: Tensor,
        targets: Tensor,
    ) -> None:
        """`positions` (B) are those of the rows, `targets` (B) are where their keys and values are stored."""
        self._slots, self._windows, self._shape = slots, windows, shape
        self._rows = torch.arange(len(positions), device=positions.device)
        self._targets = targets
        self._biases = {window: _bias(positions, window, shape.num_positions) for window in set(windows)}

    def __call__(self, layer: int, queries: Tensor, new: Tensor) -> Tensor:
        cache = self._slots.pool(layer, self._shape.first, self._shape.stop)  # (2, B, H, D, T)
        cache[:, self._rows, :, :, self._targets] = new.to(cache.dtype)
        seen = cache[..., : self._shape.num_positions]
        keys, values = seen.view(2, -1, *seen.shape[3:])  # (B * H, D, n)
        scores = scores_of(queries.to(cache.dtype).flatten(0, 1)[:, None], keys)  # (B * H, 1, n)
        scores = scores.view(*queries.shape[:2], -1) + self._biases[self._windows[layer]]  # (B, H, n)
        shares = torch.softmax(scores, -1).to(cache.dtype).flatten(0, 1)[:, None]
        return torch.bmm(shares, values.transpose(1, 2)).view(len(queries), -1)


class PaddedPass:
    """One pass and its buffers."""

    def __init__(
        self, transformer: Transformer, slots: PooledSlotTensors, shape: PassShape, memory: GraphMemory | None
    ) -> None:
        """With `memory`, which graphs may share, the pass is recorded."""
        self._transformer, self._slots, self._shape = transformer, slots, shape
        idle = [[0], [0], [slots.shape.context_length]]
        self._inputs = torch.tensor(idle, device=transformer.device).repeat(1, shape.stop - shape.first)
        self._graph: torch.cuda.CUDAGraph | None = None
        self._logits = self._compute()  # first without recording, because libraries set themselves up
        if memory is not None:
            self._record(memory)

    def __call__(self, rows: Sequence[tuple[int, int, int]]) -> Tensor:
        """The logits after each slot's token, (B, V), overwritten by the next call.

        A row is a token id, its position, and where its keys and values are stored.
        """
        self._inputs.copy_(torch.tensor(list(zip(*rows, strict=True))))
        if self._graph is None:
            return self._compute()
        self._graph.replay()
        return self._logits

    def _compute(self) -> Tensor:
        token_ids, positions, targets = self._inputs.unbind()
        windows = self._transformer.architecture.windows
        attention = PaddedAttention(self._slots, windows, self._shape, positions, targets)
        return self._transformer(token_ids, positions, attention)

    def _record(self, memory: GraphMemory) -> None:
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, pool=memory):
                self._logits = self._compute()
        except RuntimeError:
            logger.warning("This GPU cannot record a decoding pass; decoding goes on without, slower", exc_info=True)
        else:
            self._graph = graph


class PaddedDecoding:
    """Decodes any slots of a pool by the smallest pass that holds them. Used from one thread at a time."""

    def __init__(self, transformer: Transformer, slots: PooledSlotTensors) -> None:
        self._transformer, self._slots = transformer, slots
        self._memory = torch.cuda.graph_pool_handle() if transformer.device.type == "cuda" else None
        self._passes: dict[PassShape, PaddedPass] = {}

    def __call__(self, slots: Sequence[int], token_ids: Sequence[int], positions: Sequence[int]) -> Tensor:
        """Append a token to each of distinct slots; return the logits after it, (B, V)."""
        # A single slot has its own passes; several slots share the passes that begin at slot 0.
        first = slots[0] if len(slots) == 1 else 0
        num_slots = 1 << (max(slots) - first).bit_length()  # a power of two, so that few passes are recorded
        stop = min(self._slots.num_slots, first + num_slots)
        unfilled = max(positions) // _LENGTH_STEP + 1
        num_positions = min(unfilled * _LENGTH_STEP, self._slots.shape.context_length)
        rows = [(0, 0, self._slots.shape.context_length)] * (stop - first)  # idle rows write after the context
        for slot, token_id, position in zip(slots, token_ids, positions, strict=True):
            rows[slot - first] = (token_id, position, position)
        shape = PassShape(first, stop, num_positions)
        if shape not in self._passes:
            self._passes[shape] = PaddedPass(self._transformer, self._slots, shape, self._memory)
        logits = self._passes[shape](rows)
        return logits[[slot - first for slot in slots]]


def _bias(positions: Tensor, window: int | None, num_positions: int) -> Tensor:
    """Added to the scores, (B, 1, n): minus infinity where a row does not see a position."""
    columns = torch.arange(num_positions, device=positions.device)
    distance = positions[:, None] - columns
    hidden = distance < 0 if window is None else (distance < 0) | (distance >= window)
    return torch.zeros(hidden.shape, device=positions.device).masked_fill_(hidden, -torch.inf)[:, None]
