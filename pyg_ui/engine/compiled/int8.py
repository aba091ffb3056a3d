"""The 8-bit product of our own: packed as quickly as memory is written, and read at the memory's speed."""

from __future__ import annotations

import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.hardware import use_huge_pages
from pyg_ui.engine.linear import QuantizedWeight
from pyg_ui.engine.linear.int8 import SMALLEST_MEAN, what_was_lost

_OUTPUT_UNIT, _INPUT_UNIT = 8, 4
_ZERO_POINT = 128


class CompiledInt8Linear:
    """A product with weights of 8 bits; to the bit what Int8Linear gives."""

    def __init__(self, weight: QuantizedWeight, bias: Tensor | None, kernels: Kernels) -> None:
        """Of `weight` only the scales are kept."""
        self.out_features, self.in_features = weight.shape
        self._kernels, self._scales = kernels, weight.scales
        self._bias = None if bias is None else bias.float()
        self._stride = _whole(self.in_features, _INPUT_UNIT)
        self._packed = torch.empty(_whole(self.out_features, _OUTPUT_UNIT) * self._stride, dtype=torch.int8)
        use_huge_pages(self._packed.data_ptr(), self._packed.nbytes)
        self._corrections = torch.empty(self.out_features, dtype=torch.int32)
        kernels.pack_int8(weight.values, self._packed, self._corrections)
        self._num_bytes = weight.num_bytes + (0 if self._bias is None else self._bias.nbytes)
        self._smallest_sum = SMALLEST_MEAN * self.in_features

    @property
    def num_bytes(self) -> int:
        return self._num_bytes

    def __call__(self, rows: Tensor) -> Tensor:
        exact = rows.float()
        whole, steps, sums = self._kernels.round_rows(exact, self._stride)
        coarse = [index for index, total in enumerate(sums) if total < self._smallest_sum]
        product = self._multiply(whole, steps, None if coarse else self._bias)
        if coarse:
            self._refine(product, exact, whole, steps, coarse)
        return product.to(rows.dtype)

    def _refine(self, product: Tensor, exact: Tensor, whole: Tensor, steps: Tensor, coarse: list[int]) -> None:
        numbers = whole[coarse, : self.in_features].float() - _ZERO_POINT
        lost, fine_steps = what_was_lost(exact[coarse], numbers, steps[coarse])
        finer = torch.zeros(len(coarse), self._stride, dtype=torch.uint8)
        finer[:, : self.in_features] = (lost + _ZERO_POINT).to(torch.uint8)
        product[coarse] += self._multiply(finer, fine_steps, None)
        if self._bias is not None:
            product += self._bias

    def _multiply(self, whole: Tensor, steps: Tensor, bias: Tensor | None) -> Tensor:
        return self._kernels.multiply_int8(whole, self._packed, self._corrections, self._scales, steps, bias)


def _whole(count: int, unit: int) -> int:
    return -(-count // unit) * unit
