"""Makes 8-bit linear layers on processors with the quickest kernel that computes correctly on this machine.

Correct means exact for the largest values that can occur: those saturate on a processor without VNNI.
"""

import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.linear.comparing import choose_compiled, is_better, random_values, reply_cost, shortest_times
from pyg_ui.engine.linear.compiled import CompiledLinear
from pyg_ui.engine.linear.contract import Job, Linear, QuantizedScheme, QuantizedWeight, Target, WeightFormat
from pyg_ui.engine.linear.int8 import Int8Linear
from pyg_ui.engine.linear.int8_kernels import FbgemmKernel, FloatKernel, Int8Kernel, OneDnnKernel, UnpackedKernel
from pyg_ui.engine.linear.int8_rounding import LARGEST, quantize_int8

logger = logging.getLogger(__name__)

_PACKED: tuple[type[Int8Kernel], ...] = (OneDnnKernel, FbgemmKernel)
_UNPACKED: tuple[type[Int8Kernel], ...] = (UnpackedKernel, FloatKernel)
_IN, _PACKED_OUT, _UNPACKED_OUT, _PACKED_ALONE_OUT = 2048, 2048, 512, 256
"""Shapes of the weights that are timed: so large for packed kernels that the cost of a call hardly counts."""
_WORTHWHILE = 1.5
"""A kernel is used first if the best one takes this many times as long for packing and a short reply together."""
_DECODE_ROWS, _PREFILL_ROWS = 1, 32
_BUDGET_S = 0.03
_WIDTH, _OUTLIER = 2048, 60.0


@dataclass(frozen=True, slots=True)
class Int8Choice:
    """How this machine multiplies in 8 bit by torch's operators."""

    best: type[Int8Kernel]
    """The quickest kernel."""
    first: type[Int8Kernel]
    """The kernel to begin with: one that needs no packing or packs much faster, where that pays off, else the best.
    Both give the same results to the bit."""
    is_paired: bool
    """Whether weights must be rounded so that no sum of neighbours saturates."""


class Int8Scheme(QuantizedScheme):
    """For processors. Uses our compiled kernel where it is better, else torch's operators."""

    def __init__(self, target: Target) -> None:
        self._choice = choose_int8()
        self.format = WeightFormat.INT8_PAIRED if self._choice.is_paired else WeightFormat.INT8
        self._kernels = choose_compiled(
            "8-bit matmul", target.kernels, lambda found: found.has_int8 and _is_compiled_better(found, self._choice)
        )

    def quantize(self, weight: Tensor) -> QuantizedWeight:
        return quantize_int8(weight, is_paired=self._choice.is_paired)

    def load(self, weight: QuantizedWeight, bias: Tensor | None) -> Linear:
        if self._kernels:
            return CompiledLinear(weight, bias, self._kernels)
        return Int8Linear(weight, bias, self._choice.best(weight))

    def begin(self, weight: QuantizedWeight, bias: Tensor | None) -> tuple[Linear, Job | None]:
        if self._kernels or self._choice.first is self._choice.best:
            return self.load(weight, bias), None
        linear = Int8Linear(weight, bias, self._choice.first(weight))
        return linear, lambda: linear.use(self._choice.best(weight))


def choose_int8() -> Int8Choice:
    """Measure for a quarter of a second, on an idle machine."""
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
        "8-bit matmul: %s%s%s",
        choice.best.__name__,
        f", {choice.first.__name__} until that is packed" if choice.first is not choice.best else "",
        ", with paired weights" if choice.is_paired else "",
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
    """A weight (12, 256) and rows (9, 256) whose values are all 127 or -127; pairing may scale the weight down."""
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


def _reply_costs(kernels: Sequence[Int8Kernel]) -> list[float]:
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(-LARGEST, LARGEST + 1, (_PREFILL_ROWS, _IN), generator=generator).float()
    decode = shortest_times([functools.partial(kernel, rows[:_DECODE_ROWS]) for kernel in kernels], _BUDGET_S)
    prefill = shortest_times([functools.partial(kernel, rows) for kernel in kernels], _BUDGET_S)
    return list(map(reply_cost, decode, prefill))


def _first(best: type[Int8Kernel], kernels: list[type[Int8Kernel]]) -> type[Int8Kernel]:
    if len(kernels) == 1:
        return best
    weight = _random_weight(_PACKED_ALONE_OUT)
    packing = shortest_times([functools.partial(kernel, weight) for kernel in kernels], _BUDGET_S)
    replies = _reply_costs([kernel(weight) for kernel in kernels])
    costs = {kernel: sum(cost) for kernel, *cost in zip(kernels, packing, replies, strict=True)}
    soonest = min(kernels, key=costs.__getitem__)
    return soonest if costs[best] > _WORTHWHILE * costs[soonest] else best


def _random_weight(num_out: int) -> QuantizedWeight:
    generator = torch.Generator().manual_seed(0)
    values = torch.randint(-64, 65, (num_out, _IN), dtype=torch.int8, generator=generator)
    return QuantizedWeight(WeightFormat.INT8, (num_out, _IN), values, torch.ones(num_out))


def _is_compiled_better(kernels: Kernels, choice: Int8Choice) -> bool:
    """Whether our kernel equals torch's to the bit, also for the largest values, and is quicker over a whole reply."""
    extreme, largest_rows = extremes(is_paired=choice.is_paired)
    exact = _both(kernels, FloatKernel, extreme)
    if not all(torch.equal(*(linear(rows) for linear in exact)) for rows in (largest_rows, largest_rows[:1])):
        return False
    ours, torchs = _both(kernels, choice.best, quantize_int8(random_values(_WIDTH, _WIDTH), is_paired=choice.is_paired))
    rows = random_values(_PREFILL_ROWS, _WIDTH)
    with_outlier = rows.clone()
    with_outlier[1, 5] = _OUTLIER
    return torch.equal(ours(with_outlier), torchs(with_outlier)) and is_better(ours, torchs, rows, largest_error=0)


def _both(kernels: Kernels, torchs: type[Int8Kernel], weight: QuantizedWeight) -> tuple[Linear, Linear]:
    bias = random_values(weight.shape[0])
    return CompiledLinear(weight, bias, kernels), Int8Linear(weight, bias, torchs(weight))
