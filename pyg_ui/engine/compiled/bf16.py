"""The bf16 product of processors that multiply bf16: read at the memory's speed, without oneDNN's cost of each call."""

from __future__ import annotations

from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels


class CompiledBf16Linear:
    """A product with weights in bf16, summed in fp32. A row is the same to the bit in any company."""

    def __init__(self, weight: Tensor, bias: Tensor | None, kernels: Kernels) -> None:
        """Of `weight` (out, in) nothing is kept."""
        self.out_features, self.in_features = weight.shape
        self._kernels, self._bias = kernels, bias
        self._packed = kernels.pack_bf16(weight)
        self._num_bytes = weight.nbytes + (0 if bias is None else bias.nbytes)

    @property
    def num_bytes(self) -> int:
        return self._num_bytes

    def __call__(self, rows: Tensor) -> Tensor:
        return self._kernels.multiply_packed_bf16(rows.contiguous(), self._packed, self._bias, self.out_features)
