"""Weights in blocks of 4 bits: what they stand for, how they are multiplied, and how well they are rounded."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.linear.compiled import CompiledLinear
from pyg_ui.engine.linear.contract import QuantizedWeight
from pyg_ui.engine.linear.int4.blocks import quantize_int4_blocks, widen_int4_blocks
from tests.engine.decoders import threads
from tests.engine.linear.test_linear import random_rows, random_weight, relative_error

SHAPES = [(1, 1), (8, 4), (13, 37), (64, 64), (100, 129), (97, 1030), (77, 2560)]
"""Of weights, (out, in): whole panels and blocks, and parts of them."""
MOST_BYTES = 0.57
"""Of a weight, with its share of steps and middles."""


@pytest.fixture
def int4_kernels(kernels: Kernels) -> Kernels:
    if not kernels.has_int8:
        pytest.skip("this processor has no AVX2")
    return kernels


def rounded(shape: tuple[int, int], kernels: Kernels) -> tuple[QuantizedWeight, Tensor]:
    weight, bias = random_weight(*shape)
    return quantize_int4_blocks(weight, kernels), bias


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("has_bias", [True, False])
def test_the_4_bit_matmul_is_exact_but_for_the_rounding_of_rows(
    shape: tuple[int, int], has_bias: bool, int4_kernels: Kernels
) -> None:
    weight, bias = rounded(shape, int4_kernels)
    linear, exact = CompiledLinear(weight, bias if has_bias else None, int4_kernels), widen_int4_blocks(weight)
    assert (linear.out_features, linear.in_features) == shape == exact.shape
    for num_rows in (1, 2, 3, 7, 40):
        rows = random_rows(num_rows, shape[1])
        expected = rows.double() @ exact.double().t() + (bias.double() if has_bias else 0)
        assert relative_error(linear(rows), expected) < 0.012


def test_whole_numbers_are_multiplied_exactly(int4_kernels: Kernels) -> None:
    """Rows whose largest value is 127 are not rounded. Their largest sums are those that saturate without VNNI."""
    weight = rounded((70, 256), int4_kernels)[0]
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(-127, 128, (9, 256), generator=generator).float()
    rows[:2], rows[2] = 127, -127
    rows[:, 0] = 127
    expected = rows.double() @ widen_int4_blocks(weight).double().t()
    assert relative_error(CompiledLinear(weight, None, int4_kernels)(rows), expected) < 1e-6


@pytest.mark.parametrize("num_threads", [1, 2, 3])
def test_a_row_is_the_same_in_any_batch_and_on_any_number_of_threads(num_threads: int, int4_kernels: Kernels) -> None:
    linear, rows = CompiledLinear(*rounded((300, 512), int4_kernels), int4_kernels), random_rows(40, 512)
    alone = torch.cat([linear(row[None]) for row in rows])
    with threads(num_threads):
        assert all(torch.equal(linear(rows[:number]), alone[:number]) for number in range(1, 41))


def test_rows_and_weights_of_zeros_give_the_bias(int4_kernels: Kernels) -> None:
    weight, bias = rounded((70, 100), int4_kernels)
    assert torch.equal(CompiledLinear(weight, bias, int4_kernels)(torch.zeros(2, 100)), bias.expand(2, -1))
    zeros = quantize_int4_blocks(torch.zeros(70, 100), int4_kernels)
    assert torch.equal(CompiledLinear(zeros, bias, int4_kernels)(random_rows(2, 100)), bias.expand(2, -1))


@pytest.mark.parametrize("kind", [torch.nan, torch.inf])
def test_what_is_no_number_is_not_hidden(kind: float, int4_kernels: Kernels) -> None:
    rows = torch.ones(3, 96)
    rows[1, 7] = kind
    out = CompiledLinear(*rounded((64, 96), int4_kernels), int4_kernels)(rows)
    assert out[::2].isfinite().all()
    assert not out[1].isfinite().any()


def test_blocks_take_the_memory_they_should(int4_kernels: Kernels) -> None:
    weight = rounded((512, 4096), int4_kernels)[0]
    assert weight.values.nbytes + weight.scales.nbytes <= MOST_BYTES * 512 * 4096


def test_rounding_errs_less_than_q4_0_and_than_steps_from_the_largest_weights(int4_kernels: Kernels) -> None:
    weight = random_weight(64, 1024)[0]
    error = relative_error(widen_int4_blocks(quantize_int4_blocks(weight, int4_kernels)), weight)
    assert error < 0.85 * relative_error(q4_0(weight), weight)
    assert error < 0.75 * relative_error(nearest(weight), weight)


def test_a_weight_far_above_its_group_and_groups_far_from_zero_are_kept(int4_kernels: Kernels) -> None:
    weight = random_weight(64, 1024)[0]
    weight[:, 5], weight[:, 64:96] = 2.0, 1 + weight[:, 64:96]
    exact = widen_int4_blocks(quantize_int4_blocks(weight, int4_kernels))
    assert relative_error(exact[:, 5], weight[:, 5]) < 0.03
    assert relative_error(exact[:, 64:96], weight[:, 64:96]) < 0.03


def q4_0(weight: Tensor) -> Tensor:
    """As ggml defines it: for each 32 weights a step of 16 bits, an eighth of the one farthest from zero."""
    groups = weight.unflatten(1, (-1, 32))
    farthest = groups.gather(2, groups.abs().argmax(dim=2, keepdim=True))
    step = (farthest / -8).half().float()
    whole = (groups / (farthest / -8) + 8.5).floor().clamp(0, 15) - 8
    return (whole * step).flatten(1)


def nearest(weight: Tensor) -> Tensor:
    """Plain rounding to the nearest of 15 steps, a seventh of the one farthest from zero."""
    groups = weight.unflatten(1, (-1, 32))
    step = groups.abs().amax(dim=2, keepdim=True) / 7
    return ((groups / step).round() * step).flatten(1)
