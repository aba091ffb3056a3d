"""The decoder over our own forward pass."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.decoding.decoder import finish
from pyg_ui.engine.decoding.native.attention import Attention, CompiledAttention, Segment, SlicedAttention
from pyg_ui.engine.decoding.native.padded import PaddedDecoding
from pyg_ui.engine.decoding.native.slot_tensors import PooledSlotTensors, SlotShape, SlotTensors
from pyg_ui.engine.decoding.native.transformer import Transformer
from pyg_ui.engine.gpu.pacing import paced
from pyg_ui.engine.linear.contract import Job


@dataclass(frozen=True, slots=True)
class NativeModel:
    """See LoadedModel."""

    transformer: Transformer
    later: tuple[Job, ...] = ()
    attention: Kernels | None = None
    """Compiled attention, on a processor; None for torch's operators. The size of a head is a multiple of HEAD_UNIT."""
    caches_bf16: bool = False
    """Whether a processor's KV cache is bf16 instead of fp32. Only for compiled attention."""
    drafts_pay: bool = False

    @property
    def device(self) -> torch.device:
        return self.transformer.device

    @property
    def slot_bytes(self) -> int:
        return self.slot_shape.num_bytes

    @property
    def slot_shape(self) -> SlotShape:
        """The layout of a slot; slot_tensors explains the types."""
        architecture = self.transformer.architecture
        on_processor = torch.bfloat16 if self.caches_bf16 else torch.float32
        return SlotShape(
            heads=architecture.heads,
            num_layers=len(architecture.layers),
            context_length=architecture.context_length,
            dtype=on_processor if self.device.type == "cpu" else self.transformer.dtype,
            device=self.device,
            is_blocked=self.attention is not None,
        )

    def make_decoder(self, num_slots: int) -> "NativeDecoder":
        return NativeDecoder(self, num_slots=num_slots, is_padded=self.device.type != "cpu")


class NativeDecoder:
    """See Decoder. All rows of a step share each linear layer; attention is computed for each sequence."""

    def __init__(self, model: NativeModel, *, num_slots: int, is_padded: bool) -> None:
        """`is_padded` decodes in passes of fixed shape, which GPUs need, and allocates all memory now."""
        self._transformer = model.transformer
        self._num_tokens = [0] * num_slots
        self._slots: SlotTensors
        self._pool: PooledSlotTensors | None = None
        self._padded: PaddedDecoding | None = None
        if is_padded:
            self._slots = self._pool = PooledSlotTensors(model.slot_shape, num_slots)
            self._padded = PaddedDecoding(self._transformer, self._pool)
        else:
            self._slots = SlotTensors(model.slot_shape, num_slots)
        self._compiled = None if is_padded else model.attention

    @property
    def num_slots(self) -> int:
        return len(self._num_tokens)

    @property
    def context_length(self) -> int:
        return self._transformer.architecture.context_length

    @property
    def vocab_size(self) -> int:
        return self._transformer.architecture.vocab_size

    def num_tokens(self, slot: int) -> int:
        return self._num_tokens[slot]

    @torch.inference_mode()
    def prefill_parts(self, slot: int, token_ids: Sequence[int]) -> Generator[None, None, Tensor]:
        logits = yield from self._append([slot], [token_ids])
        return logits[0]

    @torch.inference_mode()
    def prefill_all(self, slot: int, token_ids: Sequence[int]) -> Tensor:
        return finish(self._append([slot], [token_ids], wants_all=True))

    @torch.inference_mode()
    def decode(self, slots: Sequence[int], token_ids: Sequence[int]) -> Tensor:
        if self._padded is None or len(set(slots)) < len(slots):
            return finish(self._append(slots, [[token_id] for token_id in token_ids]))
        positions = [self._num_tokens[slot] for slot in slots]
        assert max(positions) < self.context_length, "beyond the context"
        logits = self._padded(slots, token_ids, positions)
        for slot in slots:
            self._num_tokens[slot] += 1
        return logits

    def crop(self, slot: int, num_tokens: int) -> None:
        self._num_tokens[slot] = min(self._num_tokens[slot], num_tokens)
        if self._pool is not None:
            # No NaN may stay in the cache, not even of a chunk that was given up.
            self._pool.clear(slot, self._num_tokens[slot])

    def copy(self, source: int, target: int, num_tokens: int) -> None:
        self._slots.copy(source, target, num_tokens)
        self._num_tokens[target] = num_tokens

    def free(self, slot: int) -> None:
        self._slots.free(slot)
        self._num_tokens[slot] = 0

    def _append(
        self, slots: Sequence[int], token_ids: Sequence[Sequence[int]], *, wants_all: bool = False
    ) -> Generator[None, None, Tensor]:
        """Append each slot's tokens; return the logits after the last one of each, (B, V), or after all tokens."""
        segments = self._segments(slots, token_ids)
        last_rows = [stop - 1 for stop in accumulate(map(len, token_ids))]
        parts = self._transformer.parts(
            self._tensor([token_id for ids in token_ids for token_id in ids]),
            self._tensor([position for segment in segments for position in range(segment.start, segment.stop)]),
            self._attention(segments),
            wanted_rows=None if wants_all or last_rows[-1] + 1 == len(slots) else self._tensor(last_rows),
        )
        logits = yield from (paced(parts) if self._transformer.device.type == "cuda" else parts)
        for segment in segments:
            self._num_tokens[segment.slot] = segment.stop
        return logits

    def _attention(self, segments: Sequence[Segment]) -> Attention:
        windows = self._transformer.architecture.windows
        if self._compiled is None:
            return SlicedAttention(self._slots, windows, segments)
        return CompiledAttention(self._slots, windows, segments, self._compiled)

    def _segments(self, slots: Sequence[int], token_ids: Sequence[Sequence[int]]) -> list[Segment]:
        segments: list[Segment] = []
        stops: dict[int, int] = {}
        for slot, ids in zip(slots, token_ids, strict=True):
            segment = Segment(slot, stops.get(slot, self._num_tokens[slot]), len(ids))
            assert segment.start < segment.stop <= self.context_length, "no token, or beyond the context"
            stops[slot] = segment.stop
            segments.append(segment)
        return segments

    def _tensor(self, numbers: list[int]) -> Tensor:
        return torch.tensor(numbers, device=self._transformer.device)
