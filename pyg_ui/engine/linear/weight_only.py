"""The 8-bit product on GPUs: rows stay as they are, weights are read in 8 bits and widened on the way.

Decoding is bound by what is read of the memory, so half the bytes are half the time. Many rows are bound by
arithmetic: for them the weight is widened once and multiplied as usual.
"""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.linear.int8_rounding import LARGEST
from pyg_ui.engine.linear.quantized import QuantizedWeight
from pyg_ui.engine.linear.stopwatch import shortest_times

logger = logging.getLogger(__name__)

_MOST_DECODE_ROWS = 16
_LARGEST_ERROR = 0.02
_PROBE_SHAPES = {"cuda": (16384, 4096), "cpu": (256, 256)}

Multiply = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Rows (M, in), values int8 (out, in), scales fp32 (out,): (M, out) of the rows' type."""


class WeightOnlyLinear:
    """A product with weights of 8 bits that rounds nothing else."""

    def __init__(self, weight: QuantizedWeight, bias: Tensor | None) -> None:
        self.out_features, self.in_features = weight.shape
        self._values, self._scales, self._bias = weight.values, weight.scales, bias

    @property
    def num_bytes(self) -> int:
        return self._values.nbytes + self._scales.nbytes + (0 if self._bias is None else self._bias.nbytes)

    def __call__(self, rows: Tensor) -> Tensor:
        num_rows = len(rows)
        if num_rows > _MOST_DECODE_ROWS:
            multiply: Multiply = multiply_widened
        else:
            multiply = choose_multiply(rows.device, rows.dtype, 1 << (num_rows - 1).bit_length())
        product = multiply(rows, self._values, self._scales)
        return product if self._bias is None else product.add_(self._bias)


def multiply_by_operator(rows: Tensor, values: Tensor, scales: Tensor) -> Tensor:
    """By torch's own operator."""
    return torch._weight_int8pack_mm(rows, values, scales.to(rows.dtype))


def multiply_widened(rows: Tensor, values: Tensor, scales: Tensor) -> Tensor:
    """By widening the weight first. Scaled before the product: whole numbers would overflow fp16 in the sum."""
    return functional.linear(rows, values.to(rows.dtype).mul_(scales[:, None]))


@functools.cache
def choose_multiply(device: torch.device, dtype: torch.dtype, num_rows: int) -> Multiply:
    """The quickest for a number of rows on this device that computes what it should.

    Measured once a process, some milliseconds: before anything records a graph.
    """
    generator = torch.Generator().manual_seed(0)
    num_out, num_in = _PROBE_SHAPES[device.type]
    values = torch.randint(-LARGEST, LARGEST + 1, (num_out, num_in), dtype=torch.int8, generator=generator).to(device)
    rows = torch.randn(num_rows, num_in, generator=generator).to(device, dtype)
    scales = torch.full((num_out,), 1 / LARGEST).to(device)
    expected = multiply_widened(rows, values, scales).float()
    candidates: list[Multiply] = [multiply_widened]
    for multiply in _special_ways():
        with contextlib.suppress(Exception):  # whatever a missing operator, driver or compiler leads to
            product = multiply(rows, values, scales).float()
            if (product - expected).norm() < _LARGEST_ERROR * expected.norm():
                candidates.append(multiply)
    calls = [functools.partial(multiply, rows, values, scales) for multiply in candidates]
    seconds = shortest_times(calls, budget_s=0.02, device=device)
    choice = candidates[seconds.index(min(seconds))]
    logger.info("8-bit products of %d rows on %s: %s", num_rows, device, choice.__name__)
    return choice


def _special_ways() -> list[Multiply]:
    try:
        from pyg_ui.engine.linear.triton_product import multiply_by_triton
    except ImportError:  # torch for processors comes without Triton
        return [multiply_by_operator]
    return [multiply_by_triton, multiply_by_operator]
