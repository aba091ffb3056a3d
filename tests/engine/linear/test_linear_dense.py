"""The ways to multiply by unquantised weights, whichever of them this machine's probe prefers."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from pyg_ui.engine.linear.dense import (
    DenseChoice,
    DenseLinear,
    Multiply,
    multiply_directly,
    multiply_reordered,
    multiply_transposed,
    multiply_widened,
    reorder,
)
from pyg_ui.engine.linear.dense_scheme import choose_dense
from tests.engine.linear.test_linear import random_rows, random_weight, relative_error

TYPES = [torch.float32, torch.bfloat16, torch.float16]


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("way", [multiply_directly, multiply_transposed, multiply_widened])
@pytest.mark.parametrize("has_bias", [True, False])
def test_a_way_is_near_exact_arithmetic(way: Multiply, dtype: torch.dtype, has_bias: bool) -> None:
    weight, bias = (value.to(dtype) for value in random_weight(1100, 129))
    for num_rows in (1, 2, 40):
        rows = random_rows(num_rows, 129).to(dtype)
        out = way(rows, weight, bias if has_bias else None)
        assert out.dtype == dtype
        assert out.is_contiguous()
        expected = rows.double() @ weight.double().t() + (bias.double() if has_bias else 0)
        assert relative_error(out, expected) < max(torch.finfo(dtype).eps, 1e-6)


@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_a_reordered_weight_gives_the_same_result(dtype: torch.dtype) -> None:
    weight, bias = (value.to(dtype) for value in random_weight(300, 129))
    try:
        reordered = reorder(weight)
    except RuntimeError:
        pytest.skip("this processor has no such order")
    for num_rows in (1, 2, 40):
        rows = random_rows(num_rows, 129).to(dtype)
        expected = rows.double() @ weight.double().t() + bias.double()
        assert relative_error(multiply_reordered(rows, reordered, bias), expected) < max(torch.finfo(dtype).eps, 1e-6)


@pytest.mark.parametrize("shape", [(192, 192), (4096, 192), (192, 768), (300, 129), (1100, 1100), (513, 2048)])
def test_a_row_in_fp32_is_the_same_to_the_bit_whatever_else_is_in_the_batch(shape: tuple[int, int]) -> None:
    choice = choose_dense(torch.float32)
    if not choice.reorders_small:
        pytest.skip("this processor has no such order")
    weight, bias = random_weight(*shape)
    linear, rows = DenseLinear(weight, bias, replace(choice, is_reordering_worth_it=True)), random_rows(300, shape[1])
    whole = linear(rows)
    for first, stop in ((0, 1), (7, 8), (7, 9), (7, 10), (4, 8), (0, 5), (3, 11), (20, 53), (8, 72), (0, 256)):
        assert torch.equal(linear(rows[first:stop]), whole[first:stop]), (first, stop)


def test_a_large_weight_that_nobody_shares_is_reordered_where_that_is_worth_it() -> None:
    weight, bias = random_weight(1024, 1024)
    linear = DenseLinear(weight, bias, DenseChoice(True, ways=(multiply_directly,) * 4))
    rows = random_rows(2, 1024)
    assert relative_error(linear(rows), rows.double() @ weight.double().t() + bias.double()) < 1e-6


def test_a_shared_weight_is_used_as_it_is() -> None:
    weight = random_weight(1024, 1024)[0]
    linear = DenseLinear(weight, None, DenseChoice(True, ways=(multiply_directly,) * 4), is_shared=True)
    rows = random_rows(2, 1024)
    before = linear(rows)
    weight *= 2
    assert torch.equal(linear(rows), before * 2)


def test_the_number_of_rows_decides_the_way() -> None:
    choice = DenseChoice(
        is_reordering_worth_it=False, ways=(multiply_directly, multiply_transposed, multiply_directly, multiply_widened)
    )
    assert [choice.way(num_rows) for num_rows in (1, 2, 12, 13, 512)] == [
        multiply_directly, multiply_transposed, multiply_directly, multiply_widened, multiply_widened,
    ]  # fmt: skip


@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_the_probe_chooses_a_way_for_every_number_of_rows(dtype: torch.dtype) -> None:
    choice = choose_dense(dtype)
    assert len({choice.way(num_rows) for num_rows in range(1, 100)}) <= len(choice.ways)
