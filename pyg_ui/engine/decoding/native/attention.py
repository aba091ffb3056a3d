"""Attention of new tokens to the KV cache: any number of slots, any number of tokens each, in one pass.

A pass stores the new keys and values, then reads the cache in place. Scores are fp32. Each block of queries is computed
by itself, so a sequence's result does not depend on the other sequences in the pass.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import CachedSegments, Kernels
from pyg_ui.engine.decoding.native.slot_tensors import LayerCache, SlotTensors

Attention = Callable[[int, Tensor, Tensor], Tensor]
"""One pass's attention. From a layer's index, its queries, (M, H, D), and its new keys and values, (M, 2, H, D), which
are stored, to each row's result, (M, H * D)."""
_BLOCK = 64
"""Queries at a time: their scores stay in the processor's cache, and few of the scores are masked."""


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
    """Some of a segment's queries, and the range of positions that they see."""

    first_row: int
    num_rows: int
    first_position: int
    num_positions: int
    hidden: Tensor | None
    """(m, w): which of the last `w` positions a query does not see; None where each query sees all of them."""


class CompiledAttention:
    """By a compiled kernel. Slots are blocked, in fp32 or bf16.

    Where several segments belong to one slot, each has one token, and they are in order. A token's result depends
    neither on how its text was divided into passes nor on the other sequences in the pass.
    """

    def __init__(
        self, slots: SlotTensors, windows: Sequence[int | None], segments: Sequence[Segment], kernels: Kernels
    ) -> None:
        """`windows` are the layers', see Architecture."""
        assert slots.shape.is_blocked
        self._kernels, self._windows = kernels, windows
        self._layers = [slots.layers(segment.slot) for segment in segments]  # keeps the memory of the addresses alive
        self._segments = CachedSegments(
            addresses=torch.stack([slots.addresses(segment.slot) for segment in segments], dim=1),
            starts=torch.tensor([segment.start for segment in segments]),
            sizes=torch.tensor([segment.num_tokens for segment in segments]),
            num_positions=slots.shape.num_positions,
            dtype=slots.shape.dtype,
        )

    def __call__(self, layer: int, queries: Tensor, new: Tensor) -> Tensor:
        return self._kernels.attend(self._segments, layer, self._windows[layer], queries.float(), new.float())


class SlicedAttention:
    """By torch's operators, which read only the positions of each slot that are seen."""

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
            cache = layers[layer]
            rows = new.narrow(0, first_row, segment.num_tokens)
            cache.both.narrow(3, segment.start, segment.num_tokens).copy_(rows.permute(1, 2, 3, 0))
            for block in blocks[self._windows[layer]]:
                gathered.append(_gather(block, queries, cache))
        return gathered[0] if len(gathered) == 1 else torch.cat(gathered)


def scores_of(queries: Tensor, keys: Tensor) -> Tensor:
    """Queries (N, m, D) times keys (N, D, T), in fp32."""
    if queries.dtype == torch.float32:
        return torch.bmm(queries, keys)
    return torch.bmm(queries, keys, out_dtype=torch.float32)


def _gather(block: _Block, queries: Tensor, cache: LayerCache) -> Tensor:  # (m, H * D)
    rows = queries.narrow(0, block.first_row, block.num_rows).transpose(0, 1)  # (H, m, D)
    scores = scores_of(rows, cache.keys.narrow(2, block.first_position, block.num_positions))  # (H, m, n)
    if block.hidden is not None:
        width = block.hidden.shape[1]
        scores.narrow(2, block.num_positions - width, width).masked_fill_(block.hidden, -torch.inf)
    shares = torch.softmax(scores, -1).to(cache.values.dtype)
    values = cache.values.narrow(2, block.first_position, block.num_positions)
    return torch.bmm(shares, values.transpose(1, 2)).transpose(0, 1).flatten(1)


def _blocks(segment: Segment, first_row: int, window: int | None, device: torch.device) -> Iterator[_Block]:
    for offset in range(0, segment.num_tokens, _BLOCK):
        num_rows = min(_BLOCK, segment.num_tokens - offset)
        first_query = segment.start + offset
        first_position = 0 if window is None else max(0, first_query - window + 1)
        num_positions = first_query + num_rows - first_position
        hidden = None
        if num_rows > 1:
            # Without a window each query sees all positions before the block.
            width = num_rows if window is None else num_positions
            diagonal = width - num_rows
            seen = torch.ones(num_rows, width, dtype=torch.bool, device=device).tril_(diagonal)
            hidden = ~(seen if window is None else seen.triu_(diagonal - window + 1))
        yield _Block(first_row + offset, num_rows, first_position, num_positions, hidden)
