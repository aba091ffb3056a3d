"""The 8-bit product on processors: weights by outputs, rows each by their own largest value.

A row is rounded to whole numbers by itself and summed exactly, so its result is the same to the bit whoever else is
in the batch. A row whose largest value stands far above the others would lose those in the rounding: it is joined by
a second row that holds what was lost, in steps 254 times as fine.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pyg_ui.engine.linear.int8_kernels import Int8Kernel
from pyg_ui.engine.linear.int8_rounding import LARGEST
from pyg_ui.engine.linear.quantized import QuantizedWeight

SMALLEST_MEAN = 10.0
"""A row whose whole numbers are nearer to zero than this on average is refined. Normal ones have a mean of 25."""
_REFINEMENT = 2.0 * LARGEST
"""Half a step is the most that rounding loses; in these finer steps it is again 127."""


class Int8Linear:
    """A product with weights of 8 bits."""

    def __init__(self, weight: QuantizedWeight, bias: Tensor | None, kernel: Int8Kernel) -> None:
        """`kernel` holds the weight in its own form; of `weight` nothing is kept."""
        self.out_features, self.in_features = weight.shape
        self._bias = None if bias is None else bias.float()
        self._num_bytes = weight.num_bytes + (0 if self._bias is None else self._bias.nbytes)
        self._smallest_sum = SMALLEST_MEAN * self.in_features
        self._smallest_step = torch.full((1, 1), torch.finfo(torch.float32).tiny)
        self._kernel = kernel

    def use(self, kernel: Int8Kernel) -> None:
        """Go over to another kernel of the same weight. Results stay the same to the bit.

        May be called on another thread while products go on.
        """
        self._kernel = kernel

    @property
    def num_bytes(self) -> int:
        return self._num_bytes

    def __call__(self, rows: Tensor) -> Tensor:
        exact = rows.float()  # (M, in)
        step = self._smallest_step.add(exact.abs().amax(dim=1, keepdim=True), alpha=1 / LARGEST)  # (M, 1)
        whole = (exact / step).round_()
        # A sum of whole numbers below 2**24 is exact in any order: nobody else in the batch sways the comparison.
        sums = whole.abs().sum(dim=1).tolist()
        coarse = [index for index, total in enumerate(sums) if total < self._smallest_sum]
        product = self._refined(exact, step, whole, coarse) if coarse else self._kernel(whole).mul_(step)
        if self._bias is not None:
            product += self._bias
        return product.to(rows.dtype)

    def _refined(self, exact: Tensor, step: Tensor, whole: Tensor, coarse: list[int]) -> Tensor:
        lost, fine_step = what_was_lost(exact[coarse], whole[coarse], step[coarse])
        products = self._kernel(torch.cat([whole, lost]))
        product = products[: len(whole)] * step
        product[coarse] += products[len(whole) :] * fine_step
        return product


def what_was_lost(exact: Tensor, whole: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
    """What rounding rows (M, in) to whole numbers of steps (M, 1) lost, in whole numbers of the steps returned."""
    fine_step = step / _REFINEMENT
    return (exact.addcmul(whole, step, value=-1) / fine_step).round_(), fine_step
