"""Compiled attention against torch's operators, up to rounding, and against itself, to the bit."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.checkpoints.architectures import Heads
from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.decoding.native.attention import CompiledAttention, Segment, SlicedAttention
from pyg_ui.engine.decoding.native.slot_tensors import SlotShape, SlotTensors, in_blocks
from tests.engine.decoders import threads

HEADS = Heads(count=3, size=16)
CONTEXT, WINDOW = 600, 32
WINDOWS = (None, WINDOW)


def shape_of(dtype: torch.dtype = torch.float32, *, is_blocked: bool = False) -> SlotShape:
    return SlotShape(HEADS, 2, CONTEXT, dtype, torch.device("cpu"), is_blocked)


def filled_slots(*lengths: int) -> SlotTensors:
    """Slots that hold random keys and values; those behind the lengths are no numbers."""
    slots = SlotTensors(shape_of(), num_slots=len(lengths))
    generator = torch.Generator().manual_seed(0)
    for slot, length in enumerate(lengths):
        for held in slots.layers(slot):
            held.both.fill_(torch.nan)
            known = held.both[..., :length]
            known.copy_(torch.randn(known.shape, generator=generator, dtype=torch.float32))
    return slots


def blocked_slots(slots: SlotTensors, dtype: torch.dtype = torch.float32) -> SlotTensors:
    """The same in the layout of compiled attention."""
    blocked = SlotTensors(shape_of(dtype, is_blocked=True), slots.num_slots)
    for slot in range(slots.num_slots):
        for held, into in zip(slots.layers(slot), blocked.layers(slot), strict=True):
            into.both.fill_(torch.nan)
            known = in_line(into.both)
            known[..., :CONTEXT] = held.both[..., :CONTEXT]
            into.both.copy_(in_blocks(known))
    return blocked


def in_line(both: Tensor) -> Tensor:
    """From blocks (2, T / STRETCH, H, STRETCH / BLOCK, D, BLOCK) to (2, H, D, T)."""
    return both.permute(0, 2, 4, 1, 3, 5).flatten(3).clone()


def gather(attention: Any, layer: int, num_rows: int, *, is_same: bool = False) -> Tensor:
    """With random queries, keys and values; the same for all rows on demand."""
    generator = torch.Generator().manual_seed(layer)
    projected = torch.randn(1 if is_same else num_rows, 4, HEADS.count, HEADS.size, generator=generator)
    projected = projected.expand(num_rows, -1, -1, -1)[:, :3]  # rows lie apart
    gathered: Tensor = attention(layer, projected[:, 0], projected[:, 1:])
    return gathered


def compiled_attention(kernels: Kernels, slots: SlotTensors, segments: list[Segment]) -> CompiledAttention:
    return CompiledAttention(slots, WINDOWS, segments, kernels)


@pytest.mark.parametrize("num_tokens", [1, 2, 7, 33, 100])
@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 199, 255, 256, 500, CONTEXT - 1])
def test_attention_is_torchs_up_to_rounding(length: int, num_tokens: int, kernels: Kernels) -> None:
    segments = [Segment(0, length, min(num_tokens, CONTEXT - length))]
    compiled = compiled_attention(kernels, blocked_slots(filled_slots(length)), segments)
    sliced = SlicedAttention(filled_slots(length), WINDOWS, segments)
    for layer in (0, 1):
        ours, torchs = (gather(attention, layer, segments[0].num_tokens) for attention in (compiled, sliced))
        torch.testing.assert_close(ours, torchs, rtol=3e-5, atol=3e-6)


@pytest.mark.parametrize("num_tokens", [1, 50])
def test_keys_and_values_may_be_kept_in_bf16(num_tokens: int, kernels: Kernels) -> None:
    """Attention to what was rounded is then as exact as ever."""
    segments = [Segment(0, 90, num_tokens)]
    exact = filled_slots(90)
    for held in exact.layers(0):
        held.both.copy_(held.both.bfloat16())
    slots = blocked_slots(exact, torch.bfloat16)
    compiled = compiled_attention(kernels, slots, segments)
    sliced = SlicedAttention(exact, WINDOWS, segments)
    for layer in (0, 1):
        generator = torch.Generator().manual_seed(layer)
        queries, new = (torch.randn(num_tokens, *shape, generator=generator) for shape in ((3, 16), (2, 3, 16)))
        ours, torchs = compiled(layer, queries, new), sliced(layer, queries, new.bfloat16().float())
        torch.testing.assert_close(ours, torchs, rtol=3e-5, atol=3e-6)
        kept = in_line(slots.layers(0)[layer].both)[..., 90 : 90 + num_tokens]
        assert torch.equal(kept, new.bfloat16().permute(1, 2, 3, 0))


def test_attention_stores_the_new_keys_and_values(kernels: Kernels) -> None:
    segments = [Segment(1, 20, 1), Segment(0, 50, 1), Segment(2, 30, 40)]
    torchs = filled_slots(50, 20, 30)
    ours = blocked_slots(torchs)
    for layer in (0, 1):
        gather(compiled_attention(kernels, ours, segments), layer, 42)
        gather(SlicedAttention(torchs, WINDOWS, segments), layer, 42)
    for slot, length in ((0, 51), (1, 21), (2, 70)):
        for held, expected in zip(ours.layers(slot), torchs.layers(slot), strict=True):
            assert torch.equal(in_line(held.both)[..., :length], expected.both[..., :length])
            assert in_line(held.both)[..., length + 16 :].isnan().all()


def test_a_slot_in_blocks_is_copied_up_to_where_it_is_wanted() -> None:
    for num_tokens in (0, 1, 255, 256, 257, 290):
        slots = blocked_slots(filled_slots(290, 0))
        slots.copy(0, 1, num_tokens)
        for held, copied in zip(slots.layers(0), slots.layers(1), strict=True):
            assert torch.equal(in_line(held.both)[..., :num_tokens], in_line(copied.both)[..., :num_tokens])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_text_gathers_the_same_however_it_is_cut(dtype: torch.dtype, kernels: Kernels) -> None:
    """To the bit: text that was read in a batch, or written token by token, gives the same as text read alone."""
    generator = torch.Generator().manual_seed(3)
    queries, new = (torch.randn(350, *shape, generator=generator) for shape in ((3, 16), (2, 3, 16)))

    def gathered(sizes: list[int]) -> Tensor:
        slots, start, parts = blocked_slots(filled_slots(0), dtype), 0, []
        for size in sizes:
            attention = compiled_attention(kernels, slots, [Segment(0, start, size)])
            rows = slice(start, start + size)
            parts.append([attention(layer, queries[rows], new[rows]) for layer in (0, 1)])
            start += size
        return torch.cat([torch.stack(part) for part in parts], dim=1)

    whole = gathered([350])
    for sizes in ([64, 64, 222], [3, 2, 345], [255, 1, 94], [1] * 100 + [31, 219], [1] * 350):
        assert torch.equal(gathered(sizes), whole)


@pytest.mark.parametrize("num_threads", [1, 2, 3])
def test_each_token_gathers_the_same_in_any_batch(num_threads: int, kernels: Kernels) -> None:
    lengths = (60, 5, 200)
    alone = {}
    for slot, length in enumerate(lengths):
        slots = blocked_slots(filled_slots(*lengths))
        for start in (length, length + 1):  # two in turn, as a draft has them
            attention = compiled_attention(kernels, slots, [Segment(slot, start, 1)])
            alone[slot, start] = gather(attention, 0, 1)
    segments = [Segment(slot, length + later, 1) for slot, length in enumerate(lengths) for later in (0, 1)]
    with threads(num_threads):
        attention = compiled_attention(kernels, blocked_slots(filled_slots(*lengths)), segments)
        together = gather(attention, 0, len(segments), is_same=True)
    for segment, row in zip(segments, together, strict=True):
        assert torch.equal(row, alone[segment.slot, segment.start][0])


def test_attention_does_not_hide_what_is_no_number(kernels: Kernels) -> None:
    slots = filled_slots(40, 40)
    slots.layers(0)[0].keys[:, :, 3] = torch.nan
    attention = compiled_attention(kernels, blocked_slots(slots), [Segment(0, 40, 1), Segment(1, 40, 1)])
    gathered = gather(attention, 0, 2)
    assert gathered[0].isnan().all()
    assert gathered[1].isfinite().all()
    attention = compiled_attention(kernels, blocked_slots(slots), [Segment(0, 40, 5), Segment(1, 40, 5)])
    gathered = gather(attention, 0, 10)
    assert gathered[:5].isnan().all()
    assert gathered[5:].isfinite().all()
