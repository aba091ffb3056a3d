"""Which of the 8-bit kernels compute correctly on this machine, and which of those is the quickest.

Correct means exact for the largest values that can occur: it is there that a processor without VNNI cuts sums off.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass

import torch
from torch import Tensor

from pyg_ui.engine.linear.int8_kernels import FbgemmKernel, FloatKernel, Int8Kernel, OneDnnKernel, UnpackedKernel
from pyg_ui.engine.linear.int8_rounding import LARGEST, quantize_int8
from pyg_ui.engine.linear.quantized import QuantizedWeight, WeightFormat
from pyg_ui.engine.linear.stopwatch import shortest_times

logger = logging.getLogger(__name__)

_PACKED: tuple[type[Int8Kernel], ...] = (OneDnnKernel, FbgemmKernel)
_UNPACKED: tuple[type[Int8Kernel], ...] = (UnpackedKernel, FloatKernel)
_IN, _PACKED_OUT, _UNPACKED_OUT, _PACKED_ALONE_OUT = 2048, 2048, 512, 256
"""Shapes of the weights that are timed: large enough for packed kernels that calling them counts for little."""
_WORTHWHILE = 1.5
"""How many times as soon a kernel must be through with a short reply, packing included, to be the one to begin with."""
_DECODE_ROWS, _PREFILL_ROWS, _DECODES_PER_PREFILL = 1, 32, 8
_BUDGET_S = 0.03


@dataclass(frozen=True, slots=True)
class Int8Choice:
    """How this machine computes in 8 bit."""

    best: type[Int8Kernel]
    """The quickest kernel."""
    first: type[Int8Kernel]
    """What to begin with: one that needs no packing or packs much faster, where it is worth it. Both give the same
    results to the bit."""
    is_paired: bool
    """Whether weights must be quantised so that no sum of neighbours is cut off."""


@functools.cache
def choose_int8() -> Int8Choice:
    """Measure once a process: a quarter of a second on an idle machine."""
    for is_paired in (False, True):
        if kernels := [kernel for kernel in _PACKED if is_exact(kernel, is_paired=is_paired)]:
            best = _quickest(kernels, _PACKED_OUT)
            unpacked = [UnpackedKernel] if is_exact(UnpackedKernel, is_paired=is_paired) else []
            choice = Int8Choice(best, _first(best, [*kernels, *unpacked]), is_paired)
            break
    else:
        best = _quickest([kernel for kernel in _UNPACKED if is_exact(kernel, is_paired=False)], _UNPACKED_OUT)
        choice = Int8Choice(best, best, is_paired=False)
    logger.info(
        "8-bit products: %s%s%s",
        choice.best.__name__,
        f", {choice.first.__name__} until that is packed" if choice.first is not choice.best else "",
        ", weights kept from saturation" if choice.is_paired else "",
    )
    return choice


def is_exact(kernel: type[Int8Kernel], *, is_paired: bool) -> bool:
    """Whether a kernel exists here and sums the largest values exactly, for one row and for many."""
    weight, rows = extremes(is_paired=is_paired)
    expected = (rows.double() @ weight.values.double().t()).float() * weight.scales
    try:
        packed = kernel(weight)
        return torch.equal(packed(rows), expected) and torch.equal(packed(rows[:1]), expected[:1])
    except (RuntimeError, AttributeError, NotImplementedError):  # the operator is missing, or refuses this machine
        return False


def extremes(*, is_paired: bool) -> tuple[QuantizedWeight, Tensor]:
    """Weights (12, 256) and rows (9, 256) that only hold 127 and -127, before any scaling down."""
    positions = torch.arange(256)
    patterns = [torch.ones(256), *(1.0 - 2 * (positions // width % 2) for width in (1, 2, 4, 8))]
    mixed = torch.randint(2, (2, 256), generator=torch.Generator().manual_seed(0)) * 2.0 - 1
    signs = torch.stack([*patterns, *mixed])
    weight = quantize_int8(torch.cat([signs, -signs[:5]]), is_paired=is_paired)
    return weight, torch.cat([signs, -signs[:2]]) * LARGEST


def _quickest(kernels: list[type[Int8Kernel]], num_out: int) -> type[Int8Kernel]:
    if len(kernels) == 1:
        return kernels[0]
    costs = _reply_costs([kernel(_random_weight(num_out)) for kernel in kernels])
    return kernels[costs.index(min(costs))]


def _reply_costs(products: list[Int8Kernel]) -> list[float]:
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(-LARGEST, LARGEST + 1, (_PREFILL_ROWS, _IN), generator=generator).float()
    decode = shortest_times([functools.partial(product, rows[:_DECODE_ROWS]) for product in products], _BUDGET_S)
    prefill = shortest_times([functools.partial(product, rows) for product in products], _BUDGET_S)
    return list(map(reply_cost, decode, prefill))


def reply_cost(decode: float, prefill: float) -> float:
    """What products take for a reply: mostly that of one row."""
    return _DECODES_PER_PREFILL * decode + prefill


def _first(best: type[Int8Kernel], kernels: list[type[Int8Kernel]]) -> type[Int8Kernel]:
    if len(kernels) == 1:
        return best
    weight = _random_weight(_PACKED_ALONE_OUT)
    packing = shortest_times([functools.partial(kernel, weight) for kernel in kernels], _BUDGET_S)
    products = _reply_costs([kernel(weight) for kernel in kernels])
    costs = {kernel: sum(cost) for kernel, *cost in zip(kernels, packing, products, strict=True)}
    soonest = min(kernels, key=costs.__getitem__)
    return soonest if costs[best] > _WORTHWHILE * costs[soonest] else best


def _random_weight(num_out: int) -> QuantizedWeight:
    generator = torch.Generator().manual_seed(0)
    values = torch.randint(-64, 65, (num_out, _IN), dtype=torch.int8, generator=generator)
    return QuantizedWeight(WeightFormat.INT8, (num_out, _IN), values, torch.ones(num_out))
