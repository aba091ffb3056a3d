"""8-bit linear layers on GPUs: weights are read in 8 bits and widened on the way, rows are not rounded.

Decoding is limited by reading the weights, so half the bytes take half the time. Many rows are limited by arithmetic:
for them the weight is widened first and multiplied as usual.
"""

import contextlib
import functools
import logging
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.linear.comparing import is_near, random_values, shortest_times
from pyg_ui.engine.linear.contract import Linear, QuantizedScheme, QuantizedWeight, Target, WeightFormat
from pyg_ui.engine.linear.int8_rounding import LARGEST, quantize_int8

logger = logging.getLogger(__name__)

_MOST_DECODE_ROWS = 16
_LARGEST_ERROR = 0.02
_PROBE_SHAPES = {"cuda": (16384, 4096), "cpu": (256, 256)}

Multiply = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Rows (M, in), values int8 (out, in), scales fp32 (out,): (M, out) of the rows' type."""


Choose = Callable[[torch.device, torch.dtype, int], Multiply]
"""The way to multiply rows on a device, of a type, and of a number that is a power of two."""


class WeightOnlyScheme(QuantizedScheme):
    """For GPUs. Remembers which way is the quickest for each number of rows."""

    format = WeightFormat.INT8

    def __init__(self, target: Target) -> None:
        self._choose = functools.cache(choose_multiply)

    def quantize(self, weight: Tensor) -> QuantizedWeight:
        return quantize_int8(weight, is_paired=False)

    def load(self, weight: QuantizedWeight, bias: Tensor | None) -> Linear:
        return WeightOnlyLinear(weight, bias, self._choose)


class WeightOnlyLinear:
    """A linear layer with an 8-bit weight."""

    def __init__(self, weight: QuantizedWeight, bias: Tensor | None, choose: Choose) -> None:
        self.out_features, self.in_features = weight.shape
        self._values, self._scales, self._bias = weight.values, weight.scales, bias
        self._choose = choose

    def __call__(self, rows: Tensor) -> Tensor:
        num_rows = len(rows)
        if num_rows > _MOST_DECODE_ROWS:
            multiply: Multiply = multiply_widened
        else:
            multiply = self._choose(rows.device, rows.dtype, 1 << (num_rows - 1).bit_length())
        out = multiply(rows, self._values, self._scales)
        return out if self._bias is None else out.add_(self._bias)


def multiply_by_operator(rows: Tensor, values: Tensor, scales: Tensor) -> Tensor:
    """torch's own operator."""
    return torch._weight_int8pack_mm(rows, values, scales.to(rows.dtype))


def multiply_widened(rows: Tensor, values: Tensor, scales: Tensor) -> Tensor:
    """With the weight widened first. It is scaled before the matmul: sums of whole numbers would overflow fp16."""
    return functional.linear(rows, values.to(rows.dtype).mul_(scales[:, None]))


def choose_multiply(device: torch.device, dtype: torch.dtype, num_rows: int) -> Multiply:
    """The quickest correct way for a number of rows on this device.

    Takes some milliseconds. It must be measured before a graph is recorded: the first call of a layer does that.
    """
    generator = torch.Generator().manual_seed(0)
    num_out, num_in = _PROBE_SHAPES[device.type]
    values = torch.randint(-LARGEST, LARGEST + 1, (num_out, num_in), dtype=torch.int8, generator=generator).to(device)
    rows = random_values(num_rows, num_in).to(device, dtype)
    scales = torch.full((num_out,), 1 / LARGEST).to(device)
    expected = multiply_widened(rows, values, scales)
    candidates: list[Multiply] = [multiply_widened]
    for multiply in _special_ways():
        with contextlib.suppress(Exception):  # a missing operator, driver or compiler can raise anything
            if is_near(multiply(rows, values, scales), expected, _LARGEST_ERROR):
                candidates.append(multiply)
    calls = [functools.partial(multiply, rows, values, scales) for multiply in candidates]
    seconds = shortest_times(calls, budget_s=0.02, device=device)
    choice = candidates[seconds.index(min(seconds))]
    logger.info("8-bit matmul of %d rows on %s: %s", num_rows, device, choice.__name__)
    return choice


def _special_ways() -> list[Multiply]:
    try:
        from pyg_ui.engine.linear.gpu.triton_matmul import multiply_by_triton
    except ImportError:  # torch for processors comes without Triton
        return [multiply_by_operator]
    return [multiply_by_triton, multiply_by_operator]
