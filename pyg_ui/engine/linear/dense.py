"""Linear layers with unquantised weights, and the ways to multiply by them on processors.

Which way is quick depends on the type, the processor and the number of rows. Without hardware for 16 bits, torch's own
matmul takes several times as long as in fp32 for many rows. Below a hundred rows, torch's fp32 matmul takes up to four
times as long as oneDNN's with a reordered weight.

Torch's matmul sums a row in another order when it comes with two or three others. With a reordered fp32 weight, a row's
result is the same to the bit whatever else is in the batch.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.compiled.kernels import Kernels

Multiply = Callable[[Tensor, Tensor, Tensor | None], Tensor]
"""Rows (M, in), a weight (out, in) and a bias (out,) of one type: (M, out) of that type."""

ROW_LIMITS = (1, 3, 12)
"""The most rows of each way in `DenseChoice.ways`; the last way has no limit."""
_OUTPUTS_AT_ONCE = 1024
"""Outputs widened at a time: the block should still be in the processor's cache when it is multiplied."""
_SMALLEST_LARGE_BYTES = 4_000_000
"""A call with a reordered weight takes some 10 us longer than torch's own. A large weight takes longer to be read."""
_LONGEST_SUM_OF_ONE_ROW = 1024
"""With more inputs, oneDNN divides the sums of a single row, but not those of two rows."""


def multiply_directly(rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """torch's own."""
    return functional.linear(rows, weight, bias)


def multiply_transposed(rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """With the weight on the left: libraries then divide the work differently."""
    columns = weight @ rows.t() if bias is None else torch.addmm(bias[:, None], weight, rows.t())
    return columns.t().contiguous()


def multiply_widened(rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """In fp32, with a block of the weight at a time."""
    wide = rows.float()
    out = torch.empty(len(rows), len(weight))
    for start in range(0, len(weight), _OUTPUTS_AT_ONCE):
        out[:, start : start + _OUTPUTS_AT_ONCE] = wide @ weight[start : start + _OUTPUTS_AT_ONCE].float().t()
    return (out if bias is None else out.add_(bias)).to(rows.dtype)


def reorder(weight: Tensor) -> Tensor:
    """The weight in oneDNN's preferred order, which only `multiply_reordered` can read. Takes 1 s for 0.8 GB.

    Raises RuntimeError where this processor has no such order for the type.
    """
    reordered: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, None)
    return reordered


def multiply_reordered(rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """With a reordered weight."""
    is_doubled = len(rows) == 1 and rows.shape[1] > _LONGEST_SUM_OF_ONE_ROW
    several = rows.expand(2, -1) if is_doubled else rows
    out: Tensor = torch.ops.mkldnn._linear_pointwise(several, weight, bias, "none", [], "")
    return out[:1] if is_doubled else out


@dataclass(frozen=True, slots=True)
class DenseChoice:
    """How this machine multiplies by unquantised weights of one type."""

    is_reordering_worth_it: bool
    """Whether large weights that are not shared should be reordered. Then they are only multiplied that way."""
    ways: tuple[Multiply, ...]
    """For weights in their usual order, by number of rows: see ROW_LIMITS."""
    reorders_small: bool = False
    """Whether small weights should be reordered, shared or not, so that a row's result depends on no other row."""

    def way(self, num_rows: int) -> Multiply:
        """The quickest way for a number of rows and a weight in its usual order."""
        return self.ways[bisect_left(ROW_LIMITS, num_rows)]


TORCHS_OWN = DenseChoice(is_reordering_worth_it=False, ways=(multiply_directly,) * (len(ROW_LIMITS) + 1))


class DenseLinear:
    """A linear layer with an unquantised weight. A large shared weight (`is_shared`) is kept as it is."""

    def __init__(self, weight: Tensor, bias: Tensor | None, choice: DenseChoice, *, is_shared: bool = False) -> None:
        self.out_features, self.in_features = weight.shape
        is_large = weight.nbytes >= _SMALLEST_LARGE_BYTES
        self._is_reordered = choice.is_reordering_worth_it and not is_shared if is_large else choice.reorders_small
        self._weight = reorder(weight) if self._is_reordered else weight
        self._bias, self._choice = bias, choice

    def __call__(self, rows: Tensor) -> Tensor:
        multiply = multiply_reordered if self._is_reordered else self._choice.way(rows.shape[0])
        return multiply(rows, self._weight, self._bias)


class CompiledBf16Linear:
    """A linear layer with a packed bf16 weight, summed in fp32, for processors that multiply bf16.

    It reads the weight at the memory's speed and has none of oneDNN's cost for each call. A row's result is the same to
    the bit whatever else is in the batch.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, kernels: Kernels) -> None:
        """`weight` (out, in) has an even number of inputs; it is copied."""
        self.out_features, self.in_features = weight.shape
        self._kernels, self._bias = kernels, bias
        self._packed = kernels.pack_bf16(weight)

    def __call__(self, rows: Tensor) -> Tensor:
        return self._kernels.multiply_packed_bf16(rows.contiguous(), self._packed, self._bias, self.out_features)
