"""The 8-bit product of our own: packed as quickly as memory is written, and read at the memory's speed."""

from __future__ import annotations

from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.linear import QuantizedWeight
from pyg_ui.engine.linear.int8 import SMALLEST_MEAN


class CompiledInt8Linear:
    """A product with weights of 8 bits; to the bit what Int8Linear gives."""

    def __init__(self, weight: QuantizedWeight, bias: Tensor | None, kernels: Kernels) -> None:
        """Of `weight` only the scales are kept."""
        self.out_features, self.in_features = weight.shape
        self._kernels, self._scales = kernels, weight.scales
        self._bias = None if bias is None else bias.float()
        self._packed, self._corrections = kernels.pack_int8(weight.values)
        self._num_bytes = weight.num_bytes + (0 if self._bias is None else self._bias.nbytes)
        self._smallest_sum = SMALLEST_MEAN * self.in_features

    @property
    def num_bytes(self) -> int:
        return self._num_bytes

    def __call__(self, rows: Tensor) -> Tensor:
        product = self._kernels.multiply_int8(
            rows.float().contiguous(), self._packed, self._corrections, self._scales, self._bias, self._smallest_sum
        )
        return product.to(rows.dtype)
