"""The compiled matmuls and the activation against torch's: 8 bit to the bit, the others up to rounding; and whole
steps of them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.decoding.native.attention import Segment
from pyg_ui.engine.decoding.native.transformer import gelu_new
from pyg_ui.engine.linear.compiled import CompiledLinear
from pyg_ui.engine.linear.dense import CompiledBf16Linear
from pyg_ui.engine.linear.int8 import Int8Linear
from pyg_ui.engine.linear.int8_kernels import FloatKernel
from pyg_ui.engine.linear.int8_rounding import quantize_int8
from pyg_ui.engine.linear.int8_scheme import extremes
from pyg_ui.engine.precision import Precision
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.compiled.test_compiled_attention import blocked_slots, compiled_attention, filled_slots
from tests.engine.decoders import compiled_decoder, native_decoder, prefill, threads
from tests.engine.linear.test_linear import random_rows, random_weight, relative_error
from tests.engine.local_engines import random_ids

INT8_SHAPES = [(1, 1), (8, 4), (13, 37), (48, 32), (100, 129), (97, 1030), (77, 2560)]
"""Of weights, (out, in): whole blocks and parts of blocks, and more inputs than are summed at once."""


@pytest.fixture
def int8_kernels(kernels: Kernels) -> Kernels:
    if not kernels.has_int8:
        pytest.skip("this processor has no AVX2")
    return kernels


def both_linears(shape: tuple[int, int], kernels: Kernels, *, has_bias: bool = True) -> tuple[Any, Any]:
    weight, bias = random_weight(*shape)
    rounded = quantize_int8(weight, is_paired=True)
    kept = bias if has_bias else None
    return CompiledLinear(rounded, kept, kernels), Int8Linear(rounded, kept, FloatKernel(rounded))


@pytest.mark.parametrize("shape", INT8_SHAPES, ids=str)
@pytest.mark.parametrize("has_bias", [True, False])
def test_the_8_bit_matmul_is_torchs_to_the_bit(shape: tuple[int, int], has_bias: bool, int8_kernels: Kernels) -> None:
    ours, torchs = both_linears(shape, int8_kernels, has_bias=has_bias)
    assert (ours.out_features, ours.in_features) == shape
    for num_rows in (1, 2, 3, 4, 5, 9, 40):
        rows = random_rows(num_rows, shape[1])  # every third has an outlier, for which it is refined
        assert torch.equal(ours(rows), torchs(rows))


def test_the_8_bit_matmul_sums_the_largest_values_exactly(int8_kernels: Kernels) -> None:
    weight, rows = extremes(is_paired=True)
    expected = (rows.double() @ weight.values.double().t()).float() * weight.scales
    assert torch.equal(CompiledLinear(weight, None, int8_kernels)(rows), expected)


@pytest.mark.parametrize("num_threads", [1, 2, 3])
def test_a_row_is_the_same_in_any_batch_and_on_any_number_of_threads(num_threads: int, int8_kernels: Kernels) -> None:
    linear, rows = both_linears((300, 512), int8_kernels)[0], random_rows(33, 512)
    alone = torch.cat([linear(row[None]) for row in rows])
    with threads(num_threads):
        assert all(torch.equal(linear(rows[:number]), alone[:number]) for number in range(1, 34))


@pytest.mark.parametrize("kind", [torch.nan, torch.inf])
def test_the_8_bit_matmul_does_not_hide_what_is_no_number(kind: float, int8_kernels: Kernels) -> None:
    linear, rows = both_linears((64, 96), int8_kernels)[0], torch.ones(3, 96)
    rows[1, 7] = kind
    out = linear(rows)
    assert out[::2].isfinite().all()
    assert not out[1].isfinite().any()


def test_rows_may_be_of_16_bit_or_a_part_of_others(int8_kernels: Kernels) -> None:
    ours, torchs = both_linears((64, 96), int8_kernels)
    rows = random_rows(5, 192)
    for part in (rows[:, 96:], rows[:, ::2], rows[:, :96].bfloat16()):
        assert torch.equal(ours(part), torchs(part))
        assert ours(part).dtype == part.dtype


@pytest.mark.parametrize("shape", [(1, 16), (33, 48), (70, 512), (5, 37)], ids=str)
@pytest.mark.parametrize("has_bias", [True, False])
def test_the_bf16_matmul_is_near_exact_arithmetic(shape: tuple[int, int], has_bias: bool, kernels: Kernels) -> None:
    weight, bias = (value.bfloat16() for value in random_weight(*shape))
    for num_rows in (1, 2, 3, 8):
        rows = random_rows(num_rows, shape[1]).bfloat16()
        out = kernels.multiply_bf16(rows, weight, bias if has_bias else None)
        assert out.dtype == torch.bfloat16
        expected = rows.double() @ weight.double().t() + (bias.double() if has_bias else 0)
        assert relative_error(out, expected) < torch.finfo(torch.bfloat16).eps
        alone = [kernels.multiply_bf16(row[None], weight, bias if has_bias else None) for row in rows]
        assert torch.equal(torch.cat(alone), out)


@pytest.mark.parametrize("shape", [(1, 2), (33, 48), (70, 512), (300, 1030)], ids=str)
@pytest.mark.parametrize("has_bias", [True, False])
def test_packed_bf16_is_near_exact_arithmetic_and_each_rows_own(
    shape: tuple[int, int], has_bias: bool, kernels: Kernels
) -> None:
    if not kernels.has_bf16:
        pytest.skip("this processor does not multiply bf16")
    weight, bias = (value.bfloat16() for value in random_weight(*shape))
    linear = CompiledBf16Linear(weight, bias if has_bias else None, kernels)
    rows = random_rows(70, shape[1]).bfloat16()
    expected = rows.double() @ weight.double().t() + (bias.double() if has_bias else 0)
    assert relative_error(linear(rows), expected) < torch.finfo(torch.bfloat16).eps
    for num_rows in (1, 2, 5, 6, 7, 8, 13, 70):
        assert torch.equal(linear(rows[:num_rows]), torch.cat([linear(row[None]) for row in rows[:num_rows]]))


@pytest.mark.parametrize("num_rows", [1, 2, 3, 40])
def test_the_activation_is_torchs_up_to_rounding_and_each_rows_own(num_rows: int, kernels: Kernels) -> None:
    rows = random_rows(num_rows, 5000)[:, 1001:] * 3  # rows lie apart and are no whole vectors
    ours = kernels.activate(rows)
    torch.testing.assert_close(ours, gelu_new(rows), rtol=1e-5, atol=1e-6)
    assert torch.equal(torch.cat([kernels.activate(row[None]) for row in rows]), ours)


def test_the_activation_does_not_hide_what_is_no_number(kernels: Kernels) -> None:
    ends = torch.tensor([[torch.nan, torch.inf, -torch.inf, 3e38, 100, -100, -20, 0]])
    expected = torch.tensor([[torch.nan, torch.inf, torch.nan, 3e38, 100, 0, 0, 0]])
    torch.testing.assert_close(kernels.activate(ends), expected, equal_nan=True, rtol=1e-6, atol=1e-6)


def test_another_default_type_changes_nothing(int8_kernels: Kernels) -> None:
    """transformers changes it for all threads while it makes a model; another model may serve meanwhile."""
    linear, rows = both_linears((64, 96), int8_kernels)[0], random_rows(3, 96)
    weight = random_weight(64, 96)[0].bfloat16()

    def results() -> list[Tensor]:
        segments = [Segment(0, 40, 1)]
        attention = compiled_attention(int8_kernels, blocked_slots(filled_slots(40)), segments)
        queries, new = torch.ones(1, 3, 16, dtype=torch.float32), torch.ones(1, 2, 3, 16, dtype=torch.float32)
        out = int8_kernels.multiply_bf16(rows.bfloat16(), weight, None)
        return [linear(rows), attention(0, queries, new), out]

    expected = results()
    torch.set_default_dtype(torch.float16)
    try:
        others = results()
    finally:
        torch.set_default_dtype(torch.float32)
    assert all(map(torch.equal, others, expected))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("caches_bf16", [False, True])
@pytest.mark.parametrize("precision", [Precision.INT8, Precision.INT4])
def test_a_step_in_a_batch_and_a_draft_are_steps_alone_to_the_bit(
    architecture: str, caches_bf16: bool, precision: Precision
) -> None:
    model, ids = tiny_model(architecture), random_ids(120)
    decoder = compiled_decoder(model, num_slots=2, precision=precision, caches_bf16=caches_bf16)
    for slot in (0, 1):
        prefill(decoder, slot, ids[: 100 - 50 * slot])
    alone = [decoder.decode([0], [token])[0] for token in ids[100:110]]
    decoder.crop(0, 100)
    together = decoder.decode([1, 0], [5, ids[100]])
    assert torch.equal(together[1], alone[0])
    draft = decoder.decode([0] * 9, ids[101:110])
    assert torch.equal(draft, torch.stack(alone[1:]))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("caches_bf16", [False, True])
@pytest.mark.parametrize("precision", [Precision.INT8, Precision.INT4])
def test_reading_and_writing_a_text_are_the_same_to_the_bit(
    architecture: str, caches_bf16: bool, precision: Precision
) -> None:
    """So in 8 and 4 bit a reply does not depend on what was cached before it."""
    model, ids = tiny_model(architecture), random_ids(300)
    decoder = compiled_decoder(model, num_slots=2, precision=precision, caches_bf16=caches_bf16)
    read = decoder.prefill_all(0, ids)
    written = [prefill(decoder, 1, ids[:7]), *(decoder.decode([1], [token])[0] for token in ids[7:])]
    assert torch.equal(torch.stack(written), read[6:])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8])
def test_a_prompt_is_read_as_torchs_operators_do(architecture: str, precision: Precision) -> None:
    """Up to rounding: in 8 bit that moves a value that stands between two whole numbers to the other one."""
    model, ids = tiny_model(architecture), random_ids(60)
    ours, torchs = (make(model, num_slots=1, precision=precision) for make in (compiled_decoder, native_decoder))
    largest_error = 1e-5 if precision is Precision.FP32 else 0.02
    assert relative_error(prefill(ours, 0, ids), prefill(torchs, 0, ids)) < largest_error
