"""Our decoder against transformers: how close it is, and what lies outside the contract that both decoders share."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from pyg_ui.engine.checkpoints.configuration import describe
from pyg_ui.engine.decoding.decoder import finish
from pyg_ui.engine.decoding.native.decoder import NativeDecoder, NativeModel
from pyg_ui.engine.decoding.native.padded import ANY
from pyg_ui.engine.decoding.native.transformer import gelu_new
from pyg_ui.engine.linear.contract import dtype_of
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import CheckpointError
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.decoders import (
    compiled_decoder,
    native_decoder,
    padded_decoder,
    prefill,
    relative_error,
    torchs_kernels,
    transformer_of,
)
from tests.engine.local_engines import random_ids
from tests.repository import DEMO_MODELS

TOLERANCE = 1e-5
LARGEST_OF_ONE = 3e-5  # of a single position, which trained weights may amplify: transformers' fp32 is as far from fp64


def demo_model(name: str) -> Any:
    return AutoModelForCausalLM.from_pretrained(DEMO_MODELS / name, dtype=torch.float32).eval()


def all_logits(model: Any, ids: tuple[int, ...]) -> torch.Tensor:
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits[0]


@pytest.mark.parametrize("make_decoder", [native_decoder, compiled_decoder, padded_decoder])
@pytest.mark.parametrize("name", ["demo-neo", "demo-j"])
def test_logits_are_transformers_own_over_chunks_and_decodes_beyond_the_window(name: str, make_decoder: Any) -> None:
    model, ids = demo_model(name), random_ids(380)
    decoder = make_decoder(model, num_slots=1)
    chunks = ((0, 100), (100, 101), (101, 256), (256, 270))
    ours = [prefill(decoder, 0, ids[start:stop]) for start, stop in chunks]
    ours += [decoder.decode([0], [token])[0] for token in ids[270:]]
    expected = all_logits(model, ids)[[99, 100, 255, *range(269, 380)]]
    assert relative_error(torch.stack(ours), expected) < TOLERANCE
    assert max(map(relative_error, ours, expected)) < LARGEST_OF_ONE


@pytest.mark.parametrize("make_decoder", [native_decoder, compiled_decoder])
@pytest.mark.parametrize("name", ["demo-neo", "demo-j"])
def test_logits_are_about_as_close_to_exact_ones_as_transformers_own(
    name: str, make_decoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, ids = demo_model(name), random_ids(380)
    theirs = all_logits(model, ids)[200:]
    decoder = make_decoder(model, num_slots=1)
    prefill(decoder, 0, ids[:200])
    ours = torch.stack([decoder.decode([0], [token])[0] for token in ids[200:]])
    with monkeypatch.context() as patch:
        patch.setattr(torch, "float32", torch.float64)  # what attention casts its scores to
        exact = all_logits(model.double(), ids)[200:]
    assert exact.dtype == torch.float64
    # Sums are taken in the order that is the same for a row in any company, which rounds a little more.
    assert relative_error(ours, exact) < 1.3 * relative_error(theirs, exact)


@pytest.mark.parametrize("name", ["demo-neo", "demo-j"])
def test_logits_are_transformers_own_at_the_end_of_the_context(name: str) -> None:
    model, ids = demo_model(name), random_ids(2048)
    expected = all_logits(model, ids)
    decoder = native_decoder(model, num_slots=1)
    ours = [prefill(decoder, 0, ids[start : start + 250]) for start in range(0, 2000, 250)]
    ours += [decoder.decode([0], [token])[0] for token in ids[2000:]]
    expected = expected[[*range(249, 2000, 250), *range(2000, 2048)]]
    assert relative_error(torch.stack(ours), expected) < TOLERANCE
    assert max(map(relative_error, ours, expected)) < LARGEST_OF_ONE


@pytest.mark.parametrize("name", ["demo-neo", "demo-j"])
@pytest.mark.parametrize("precision", [Precision.BF16, Precision.FP16])
@pytest.mark.parametrize("make_decoder", [native_decoder, compiled_decoder])
def test_in_16_bit_the_error_is_no_larger_than_transformers_own(
    name: str, precision: Precision, make_decoder: Any
) -> None:
    model, ids = demo_model(name), random_ids(300)
    exact = all_logits(model, ids)[200:]
    decoder = make_decoder(model, num_slots=1, precision=precision)
    prefill(decoder, 0, ids[:200])
    ours = torch.stack([decoder.decode([0], [token])[0] for token in ids[200:]])
    theirs = all_logits(model.to(dtype_of(precision)), ids)[200:]
    assert relative_error(ours, exact) < 1.05 * relative_error(theirs, exact)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_other_slots_may_work_while_one_pauses_in_its_chunk(architecture: str) -> None:
    model, ids = tiny_model(architecture), random_ids(300)
    decoder = native_decoder(model, num_slots=3)
    prefill(decoder, 0, ids[:100])
    prefill(decoder, 1, ids[:50])
    parts = decoder.prefill_parts(0, ids[100:200])
    next(parts)
    assert decoder.num_tokens(0) == 100
    decoder.decode([1], ids[50:51])
    decoder.copy(0, 2, 90)
    logits = finish(parts)
    expected = all_logits(model, ids)
    assert relative_error(logits, expected[199]) < TOLERANCE
    assert relative_error(decoder.decode([1], ids[51:52])[0], expected[51]) < TOLERANCE
    assert relative_error(prefill(decoder, 2, ids[90:95]), expected[94]) < TOLERANCE


def test_a_chunk_given_up_in_a_pause_has_changed_nothing() -> None:
    model, ids = tiny_model("gpt_neo"), random_ids(300)
    decoder = native_decoder(model, num_slots=1)
    prefill(decoder, 0, ids[:100])
    parts = decoder.prefill_parts(0, random_ids(90, seed=1))
    next(parts)
    parts.close()
    assert decoder.num_tokens(0) == 100
    assert relative_error(prefill(decoder, 0, ids[100:105]), all_logits(model, ids)[104]) < TOLERANCE


def test_what_is_not_a_number_does_not_outlive_its_slot() -> None:
    model, ids = tiny_model("gptj"), random_ids(40)
    decoder = padded_decoder(model, num_slots=2)
    broken = NativeDecoder(NativeModel(transformer_of(model)), num_slots=2, is_padded=True)
    for layers in (broken._slots.layers(slot) for slot in range(2)):
        for held in layers:
            held.both.fill_(torch.nan)
    broken.free(1)
    prefill(broken, 1, ids)
    prefill(decoder, 1, ids)
    assert torch.equal(broken.decode([1], [5]), decoder.decode([1], [5]))


def test_what_is_not_a_number_does_not_outlive_a_chunk_that_was_given_up() -> None:
    model, ids = tiny_model("gptj"), random_ids(40)
    decoder, spoiled = padded_decoder(model, num_slots=2), padded_decoder(model, num_slots=2)
    for each in (decoder, spoiled):
        prefill(each, 1, ids)
    for held in spoiled._slots.layers(1):
        held.both[..., 20:60] = torch.inf  # of a prompt that went beyond fp16 and was cancelled
    for each in (decoder, spoiled):
        each.crop(1, 20)
    assert torch.equal(decoder.decode([1], [5]), spoiled.decode([1], [5]))


@pytest.mark.parametrize("num_slots", [1, 3, 8])
def test_few_passes_cover_all_slots_and_lengths(num_slots: int) -> None:
    decoding = padded_decoder(tiny_model("gpt_neo"), num_slots=num_slots)._padded
    assert decoding is not None
    shapes = decoding._shapes()
    assert len(shapes) <= 5 * num_slots
    for slots in chain.from_iterable(combinations(range(num_slots), size) for size in range(1, num_slots + 1)):
        for length in range(1, decoding._context_length + 1, 100):
            assert decoding._shape(slots, length) in shapes


@pytest.mark.parametrize(("slots", "num_read"), [([6], 1), ([7, 2], 6), ([0, 3, 5], 8), (list(range(8)), 8)])
def test_a_pass_reads_no_more_than_it_must(slots: list[int], num_read: int) -> None:
    decoder, ids = padded_decoder(tiny_model("gptj"), num_slots=8), random_ids(70)
    assert decoder._padded is not None
    shape = decoder._padded._shape(slots, 70)
    assert shape.num_rows * (3 if shape.first == ANY else 1) == num_read, "a copy is read, written, read"
    for slot in slots:
        prefill(decoder, slot, ids[: 20 + slot])
    together = decoder.decode(slots, [5] * len(slots))
    for slot, logits in zip(slots, together, strict=True):
        alone = padded_decoder(tiny_model("gptj"), num_slots=1)
        prefill(alone, 0, ids[: 20 + slot])
        torch.testing.assert_close(alone.decode([0], [5])[0], logits)


@pytest.mark.parametrize("changes", [{"rotary_dim": 5}, {"rotary_dim": 12}, {"rotary_dim": 0}])
def test_a_rotation_that_cannot_be_is_refused(changes: dict[str, int]) -> None:
    config = tiny_model("gptj").config
    config.update(changes)
    with pytest.raises(CheckpointError, match=r"rotary_dim|rotates"):
        describe(config.to_dict())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.parametrize("precision", [Precision.FP32, Precision.BF16, Precision.FP16])
@pytest.mark.parametrize("name", ["demo-neo", "demo-j"])
def test_recorded_passes_of_a_gpu_equal_transformers(name: str, precision: Precision) -> None:
    model, ids = demo_model(name), random_ids(300)
    expected = all_logits(model, ids)
    transformer = transformer_of(model, precision, torchs_kernels("cuda"))
    decoder = NativeModel(transformer).make_decoder(4)
    for slot in (1, 2):
        prefill(decoder, slot, ids[:250])
    tolerance = 1e-3 if precision is Precision.FP32 else 0.05
    for position in range(250, 290):
        logits = decoder.decode([1, 2], [ids[position]] * 2)
        assert max(relative_error(row.cpu(), expected[position]) for row in logits) < tolerance
    for position in range(290, 300):
        assert relative_error(decoder.decode([2], [ids[position]])[0].cpu(), expected[position]) < tolerance
    assert decoder._padded is not None
    assert all(decoding.run != decoding._compute for decoding in decoder._padded._passes.values())


@pytest.mark.parametrize("num_threads", [2, 3, 6])
def test_the_activation_of_a_row_is_the_same_in_a_batch_to_the_bit(num_threads: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(num_threads)
    try:
        rows = torch.randn((5, 10_240), generator=torch.Generator().manual_seed(0)) * 3
        assert torch.equal(gelu_new(rows), torch.cat([gelu_new(row) for row in rows.split(1)]))
    finally:
        torch.set_num_threads(before)
