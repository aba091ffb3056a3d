"""Which way to multiply by unquantised weights is the quickest on this machine, by the number of rows."""

from __future__ import annotations

import functools
import logging
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pyg_ui.engine.linear.dense_kernels import (
    Multiply,
    multiply_directly,
    multiply_reordered,
    multiply_transposed,
    multiply_widened,
    reorder,
)
from pyg_ui.engine.linear.stopwatch import shortest_times

logger = logging.getLogger(__name__)

_OUT, _IN = 1024, 2048
_ROW_LIMITS = (1, 3, 12)
"""Up to so many rows are multiplied the way that was quickest for one of the measured numbers; then for the last."""
_MEASURED_ROWS = (1, 2, 8, 48)
_PREFILL_SHARE = 1 / 8
"""What a product of the last measured number of rows counts against one of fewer."""
_BUDGET_S = 0.01
_WORTH_REORDERING = 0.9
"""Reordering lengthens the load: it must gain a tenth."""
_LARGEST_ERROR = 0.01


@dataclass(frozen=True, slots=True)
class DenseChoice:
    """How this machine multiplies by unquantised weights of one type."""

    is_reordering_worth_it: bool
    """Whether weights that nobody else keeps should be reordered. There is only one way then."""
    ways: tuple[Multiply, ...]
    """For weights as they are, by the number of rows, as `way` finds them."""

    def way(self, num_rows: int) -> Multiply:
        """The quickest for a number of rows and a weight as it is."""
        return self.ways[bisect_left(_ROW_LIMITS, num_rows)]


@functools.cache
def choose_dense(dtype: torch.dtype, compiled: Multiply | None = None) -> DenseChoice:
    """Measure once a process and type: a tenth of a second on an idle machine.

    `compiled` is one more way for this type, if there is one.
    """
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(_OUT, _IN, generator=generator).to(dtype)
    rows = torch.randn(max(_MEASURED_ROWS), _IN, generator=generator).to(dtype)
    ways: list[Multiply] = [multiply_directly, multiply_transposed]
    if dtype is not torch.float32:
        ways.append(multiply_widened)
    if compiled is not None:
        ways.append(compiled)
    table = [_times(ways, rows[:num_rows], weight) for num_rows in _MEASURED_ROWS]
    best = tuple(ways[seconds.index(min(seconds))] for seconds in table)
    reordered, is_worth_it = _reordered(rows, weight), False
    if reordered is not None:
        seconds = [_times([multiply_reordered], rows[:num_rows], reordered)[0] for num_rows in _MEASURED_ROWS]
        is_worth_it = _cost(seconds) < _WORTH_REORDERING * _cost([min(row) for row in table])
    names = ", ".join(way.__name__ for way in best)
    logger.debug("%s products: %s", dtype, f"reordered, else {names}" if is_worth_it else names)
    return DenseChoice(is_worth_it, best)


def _cost(seconds: Sequence[float]) -> float:
    """Of a product by each measured number of rows: mostly that of decoding for one or a few."""
    *decode, prefill = seconds
    return sum(decode) + _PREFILL_SHARE * prefill


def _times(ways: Sequence[Multiply], rows: Tensor, weight: Tensor) -> list[float]:
    return shortest_times([functools.partial(way, rows, weight, None) for way in ways], _BUDGET_S)


def _reordered(rows: Tensor, weight: Tensor) -> Tensor | None:
    """The reordered weight, if products with it are what they should be."""
    expected = rows.float() @ weight.float().t()
    try:
        reordered = reorder(weight)
        product = multiply_reordered(rows, reordered, None).float()
    except (RuntimeError, AttributeError, NotImplementedError):  # the operator is missing, or refuses this type here
        return None
    is_right = bool((product - expected).norm() < _LARGEST_ERROR * expected.norm())
    return reordered if is_right else None
