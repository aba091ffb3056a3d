"""Makes unquantised linear layers, in the way that is the quickest on this machine for each number of rows."""

import functools
import logging
from collections.abc import Sequence

import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.linear.comparing import choose_compiled, is_better, is_near, random_values, shortest_times
from pyg_ui.engine.linear.contract import Linear, Scheme, Target, dtype_of
from pyg_ui.engine.linear.dense import (
    TORCHS_OWN,
    CompiledBf16Linear,
    DenseChoice,
    DenseLinear,
    Multiply,
    multiply_directly,
    multiply_reordered,
    multiply_transposed,
    multiply_widened,
    reorder,
)
from pyg_ui.engine.precision import Precision

logger = logging.getLogger(__name__)

_OUT, _IN = 1024, 2048
_MEASURED_ROWS = (1, 2, 8, 48)
"""One number of rows for each way of a DenseChoice."""
_PREFILL_SHARE = 1 / 8
"""What a call with the last number of rows counts, against one call with fewer."""
_BUDGET_S = 0.01
_WORTH_REORDERING = 0.9
"""Reordering makes the load longer, so it must save a tenth."""
_LARGEST_ERROR, _LARGEST_BF16_ERROR = 0.01, 1e-3
_WIDTH, _FEW_ROWS = 2048, 32


class DenseScheme(Scheme):
    """For fp32, bf16 and fp16. Only on processors there is something to choose."""

    def __init__(self, target: Target) -> None:
        self._choice, self._packing = TORCHS_OWN, None
        if target.device.type == "cpu":
            kernels = target.kernels if target.precision is Precision.BF16 else None
            widening = choose_compiled("matmul with widened bf16", kernels, _is_widening_right)
            self._choice = choose_dense(dtype_of(target.precision), widening.multiply_bf16 if widening else None)
            self._packing = choose_compiled(
                "bf16 matmul", kernels, lambda found: found.has_bf16 and _is_packing_better(found, self._choice)
            )

    def make(self, weight: Tensor, bias: Tensor | None, *, is_shared: bool) -> Linear:
        if self._packing and weight.shape[1] % 2 == 0 and not is_shared:
            return CompiledBf16Linear(weight, bias, self._packing)
        return DenseLinear(weight, bias, self._choice, is_shared=is_shared)


def choose_dense(dtype: torch.dtype, further: Multiply | None = None) -> DenseChoice:
    """Measure for a tenth of a second, on an idle machine. `further` is one more way for this type, if there is one."""
    weight, rows = random_values(_OUT, _IN).to(dtype), random_values(max(_MEASURED_ROWS), _IN).to(dtype)
    ways: list[Multiply] = [multiply_directly, multiply_transposed]
    if dtype is not torch.float32:
        ways.append(multiply_widened)
    if further is not None:
        ways.append(further)
    table = [_times(ways, rows[:num_rows], weight) for num_rows in _MEASURED_ROWS]
    best = tuple(ways[seconds.index(min(seconds))] for seconds in table)
    reordered, is_worth_it = _reordered(rows, weight), False
    if reordered is not None:
        seconds = [_times([multiply_reordered], rows[:num_rows], reordered)[0] for num_rows in _MEASURED_ROWS]
        is_worth_it = _cost(seconds) < _WORTH_REORDERING * _cost([min(row) for row in table])
    names = ", ".join(way.__name__ for way in best)
    logger.debug("%s matmul: %s", dtype, f"reordered, else {names}" if is_worth_it else names)
    return DenseChoice(is_worth_it, best, reorders_small=dtype is torch.float32 and reordered is not None)


def _cost(seconds: Sequence[float]) -> float:
    """Of a call with each measured number of rows. Decoding one text or a few counts most."""
    *decode, prefill = seconds
    return sum(decode) + _PREFILL_SHARE * prefill


def _times(ways: Sequence[Multiply], rows: Tensor, weight: Tensor) -> list[float]:
    return shortest_times([functools.partial(way, rows, weight, None) for way in ways], _BUDGET_S)


def _reordered(rows: Tensor, weight: Tensor) -> Tensor | None:
    """The reordered weight; None where this machine cannot reorder it or multiplies it wrongly."""
    expected = rows.float() @ weight.float().t()
    try:
        reordered = reorder(weight)
        actual = multiply_reordered(rows, reordered, None)
    except (RuntimeError, AttributeError, NotImplementedError):  # the operator is missing, or refuses this type here
        return None
    return reordered if is_near(actual, expected, _LARGEST_ERROR) else None


def _is_widening_right(kernels: Kernels) -> bool:
    """Whether `multiply_bf16` is correct. How long it takes is compared in `choose_dense`."""
    rows, weight = random_values(3, 512).bfloat16(), random_values(99, 512).bfloat16()
    expected = (rows.float() @ weight.float().t()).bfloat16()
    return is_near(kernels.multiply_bf16(rows, weight, None), expected, _LARGEST_BF16_ERROR)


def _is_packing_better(kernels: Kernels, choice: DenseChoice) -> bool:
    """Whether packed weights are correct, and quicker over a whole reply than the best other way."""
    weight, bias = random_values(_WIDTH, _WIDTH).bfloat16(), random_values(_WIDTH).bfloat16()
    ours, torchs = CompiledBf16Linear(weight, bias, kernels), DenseLinear(weight, bias, choice)
    return is_better(ours, torchs, random_values(_FEW_ROWS, _WIDTH).bfloat16(), largest_error=_LARGEST_BF16_ERROR)
