"""8-bit linear layers on processors: one scale for each output of the weight, one for each row of the input.

A row is rounded to whole numbers by itself and summed exactly, so its result is the same to the bit whatever else is
in the batch. Where a row's largest value is far above its others, rounding would lose those. Such a row gets a second
row with what the rounding lost, in steps 254 times as fine.
"""

import torch
from torch import Tensor

from pyg_ui.engine.linear.contract import QuantizedWeight
from pyg_ui.engine.linear.int8_kernels import Int8Kernel
from pyg_ui.engine.linear.int8_rounding import LARGEST

SMALLEST_MEAN = 10.0
"""A row is refined if the mean of its absolute whole numbers is below this. Normal rows have a mean of 25."""
_REFINEMENT = 2.0 * LARGEST
"""Rounding loses at most half a step, which is 127 of these finer steps."""


class Int8Linear:
    """An 8-bit linear layer by torch's operators."""

    def __init__(self, weight: QuantizedWeight, bias: Tensor | None, kernel: Int8Kernel) -> None:
        """`kernel` holds the weight in its own form; nothing of `weight` is kept."""
        self.out_features, self.in_features = weight.shape
        self._bias = None if bias is None else bias.float()
        self._smallest_sum = SMALLEST_MEAN * self.in_features
        self._smallest_step = torch.full((1, 1), torch.finfo(torch.float32).tiny)
        self._kernel = kernel

    def use(self, kernel: Int8Kernel) -> None:
        """Switch to another kernel of the same weight. Results stay the same to the bit.

        May be called on another thread while the layer is in use.
        """
        self._kernel = kernel

    def __call__(self, rows: Tensor) -> Tensor:
        exact = rows.float()  # (M, in)
        step = self._smallest_step.add(exact.abs().amax(dim=1, keepdim=True), alpha=1 / LARGEST)  # (M, 1)
        whole = (exact / step).round_()
        # A sum of whole numbers below 2**24 is exact in any order, so the rest of the batch cannot change it.
        sums = whole.abs().sum(dim=1).tolist()
        coarse = [index for index, total in enumerate(sums) if total < self._smallest_sum]
        out = self._refined(exact, step, whole, coarse) if coarse else self._kernel(whole).mul_(step)
        if self._bias is not None:
            out += self._bias
        return out.to(rows.dtype)

    def _refined(self, exact: Tensor, step: Tensor, whole: Tensor, coarse: list[int]) -> Tensor:
        # What rounding the coarse rows lost, in whole numbers of finer steps.
        fine_step = step[coarse] / _REFINEMENT
        lost = (exact[coarse].addcmul(whole[coarse], step[coarse], value=-1) / fine_step).round_()
        both = self._kernel(torch.cat([whole, lost]))
        out = both[: len(whole)] * step
        out[coarse] += both[len(whole) :] * fine_step
        return out
