"""Every kind of linear layer against exact arithmetic, and every row against itself alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.linear.contract import Linear, Target, dtype_of
from pyg_ui.engine.linear.gpu.nf4 import Nf4Linear
from pyg_ui.engine.linear.gpu.weight_only import WeightOnlyScheme
from pyg_ui.engine.precision import OWN_PRECISIONS, Precision
from tests.engine.decoders import torchs_kernels

SHAPES = [(384, 256), (77, 129), (3, 1), (130, 2560)]
"""Of weights, (out, in): even, odd, tiny and wide."""
LARGEST_ERROR = {Precision.FP32: 1e-6, Precision.INT8: 0.02, Precision.INT4: 0.1}
"""Relative, of normal weights and rows in fp32."""
KINDS = list(LARGEST_ERROR)


def make(weight: Tensor, bias: Tensor | None, kind: Precision) -> Linear:
    """A linear layer on the weight's device; one that is not quantised keeps the weight's type."""
    if not kind.is_quantized:
        kind = next(own for own in OWN_PRECISIONS if not own.is_quantized and dtype_of(own) == weight.dtype)
    return torchs_kernels(weight.device.type).linears.make(weight, bias, kind)


def random_weight(num_out: int, num_in: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(num_out)
    return torch.randn(num_out, num_in, generator=generator) * 0.02, torch.randn(num_out, generator=generator) * 0.02


def random_rows(num_rows: int, num_in: int) -> Tensor:
    """Normal rows; every third has one value that stands far above the others, as trained models have."""
    rows = torch.randn(num_rows, num_in, generator=torch.Generator().manual_seed(num_rows))
    rows[1::3, num_in // 3] = 40
    return rows


def relative_error(out: Tensor, expected: Tensor) -> float:
    return float((out.double() - expected).norm() / expected.norm())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("has_bias", [True, False])
def test_a_linear_layer_is_near_exact_arithmetic(kind: Precision, shape: tuple[int, int], has_bias: bool) -> None:
    weight, bias = random_weight(*shape)
    linear = make(weight, bias if has_bias else None, kind)
    assert (linear.out_features, linear.in_features) == shape
    for num_rows in (1, 2, 9, 40):
        rows = random_rows(num_rows, shape[1])
        expected = rows.double() @ weight.double().t() + (bias.double() if has_bias else 0)
        assert relative_error(linear(rows), expected) < LARGEST_ERROR[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_a_linear_layer_keeps_the_type_of_its_rows(kind: Precision, dtype: torch.dtype) -> None:
    weight, bias = random_weight(96, 64)
    linear = make(weight.to(dtype), bias.to(dtype), kind)
    rows = random_rows(5, 64).to(dtype)
    out = linear(rows)
    assert out.dtype == dtype
    expected = rows.double() @ weight.to(dtype).double().t() + bias.to(dtype).double()
    assert relative_error(out, expected) < LARGEST_ERROR[kind] + 2 * torch.finfo(dtype).eps


@pytest.mark.parametrize("kind", [Precision.INT8, Precision.INT4])
def test_a_row_alone_equals_the_row_among_others_to_the_bit(kind: Precision) -> None:
    linear, rows = make(*random_weight(300, 512), kind), random_rows(33, 512)
    alone = torch.cat([linear(row[None]) for row in rows])
    for num_rows in range(2, 34):
        assert torch.equal(linear(rows[:num_rows]), alone[:num_rows])


def test_a_dense_row_alone_equals_the_row_among_others_up_to_rounding() -> None:
    linear, rows = make(*random_weight(300, 512), Precision.FP32), random_rows(33, 512)
    alone = torch.cat([linear(row[None]) for row in rows])
    for num_rows in range(2, 34):
        torch.testing.assert_close(linear(rows[:num_rows]), alone[:num_rows], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_may_be_a_part_of_a_larger_tensor(kind: Precision) -> None:
    linear, rows = make(*random_weight(96, 64), kind), random_rows(5, 64)
    for same_rows in (torch.cat([rows, rows], dim=1)[:, 64:], rows.t().contiguous().t()):
        torch.testing.assert_close(linear(same_rows), linear(rows), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", [Precision.INT8, Precision.INT4])
def test_rows_and_weights_of_zeros_give_the_bias(kind: Precision) -> None:
    weight, bias = random_weight(64, 32)
    assert torch.equal(make(weight, bias, kind)(torch.zeros(2, 32)), bias.expand(2, -1))
    assert torch.equal(make(torch.zeros(64, 32), bias, kind)(torch.ones(2, 32)), bias.expand(2, -1))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_number_is_not_hidden(kind: Precision) -> None:
    rows = torch.ones(2, 32)
    rows[1, 7] = torch.nan
    out = make(*random_weight(64, 32), kind)(rows)
    assert out[0].isfinite().all()
    assert out[1].isnan().all()


@pytest.mark.parametrize("kind", [Precision.INT8, Precision.INT4])
def test_a_weight_quantised_before_gives_the_same_result(kind: Precision) -> None:
    weight, bias = random_weight(300, 100)
    scheme = torchs_kernels().linears.quantized(kind)
    rows = random_rows(3, 100)
    assert torch.equal(scheme.load(scheme.quantize(weight), bias)(rows), make(weight, bias, kind)(rows))


@pytest.mark.parametrize(("kind", "most_bits"), [(Precision.INT8, 8.1), (Precision.INT4, 5.1)])
def test_quantised_weights_take_the_memory_they_should(kind: Precision, most_bits: float) -> None:
    weight = random_weight(512, 1024)[0]
    quantized = torchs_kernels().linears.quantized(kind).quantize(weight)
    num_bytes = quantized.values.nbytes + quantized.scales.nbytes
    assert weight.numel() <= num_bytes * 8 / 5 + 1
    assert num_bytes * 8 <= most_bits * weight.numel()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_the_gpus_8_bit_layer_is_near_exact_arithmetic(dtype: torch.dtype) -> None:
    weight, bias = random_weight(77, 128)
    linear = WeightOnlyScheme(Target(Precision.INT8, weight.device)).make(weight, bias.to(dtype), is_shared=False)
    for num_rows in (1, 2, 3, 16, 17):
        rows = random_rows(num_rows, 128).to(dtype)
        out = linear(rows)
        assert out.dtype == dtype
        assert relative_error(out, rows.double() @ weight.double().t() + bias.double()) < 0.012


def test_the_gpus_4_bit_layer_is_near_exact_arithmetic() -> None:
    pytest.importorskip("bitsandbytes")
    weight, bias = random_weight(77, 128)
    linear = Nf4Linear(weight, bias)
    for num_rows in (1, 2, 40):
        rows = random_rows(num_rows, 128)
        assert relative_error(linear(rows), rows.double() @ weight.double().t() + bias.double()) < 0.12
    assert linear._values.nbytes + linear._state.absmax.nbytes < weight.numel() * 0.6
