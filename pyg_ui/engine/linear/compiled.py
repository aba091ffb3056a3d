"""8-bit and 4-bit linear layers by our compiled kernels: rows are rounded to 8 bits, and refined, as in int8."""

from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.linear.contract import QuantizedWeight, WeightFormat
from pyg_ui.engine.linear.int8 import SMALLEST_MEAN


class CompiledLinear:
    """A quantised linear layer. In 8 bit its results equal those of Int8Linear to the bit.

    In both, a row's result is the same to the bit whatever else is in the batch.
    """

    def __init__(self, weight: QuantizedWeight, bias: Tensor | None, kernels: Kernels) -> None:
        """The values are packed into a copy; only the scales of `weight` are kept."""
        self.out_features, self.in_features = weight.shape
        self._kernels, self._scales = kernels, weight.scales
        self._bias = None if bias is None else bias.float()
        pack = kernels.pack_int4 if weight.format is WeightFormat.INT4_BLOCKS else kernels.pack_int8
        self._packed, self._corrections = pack(weight.values)
        self._smallest_sum = SMALLEST_MEAN * self.in_features

    def __call__(self, rows: Tensor) -> Tensor:
        out = self._kernels.multiply_whole(
            rows.float().contiguous(), self._packed, self._corrections, self._scales, self._bias, self._smallest_sum
        )
        return out.to(rows.dtype)
