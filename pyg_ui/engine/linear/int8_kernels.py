"""Matmuls of whole numbers by torch's operators, each of which packs the weight in its own way.

All kernels sum exactly and round the same way at the end, so they agree to the bit, with each other and between one
row and many. The operators are private to torch. Each is tested on this machine before it is used: see int8_scheme.
"""

import threading
import warnings
from typing import Protocol

import torch
from torch import Tensor

from pyg_ui.engine.linear.contract import QuantizedWeight

_ZERO_POINT = 128
"""Added to the rows, because the operators take numbers from 0 to 255."""


class Int8Kernel(Protocol):
    """A weight in the form that one operator takes."""

    def __init__(self, weight: QuantizedWeight) -> None: ...

    def __call__(self, rows: Tensor) -> Tensor:
        """Whole numbers within 127 of zero, fp32 (M, in), times the weight: fp32 (M, out), contiguous."""
        ...


class OneDnnKernel:
    """oneDNN's matmul. It packs half a gigabyte a second, and is the quickest on processors with VNNI."""

    def __init__(self, weight: QuantizedWeight) -> None:
        self._packed = torch.ops.onednn.qlinear_prepack(weight.values, None)
        self._scales = weight.scales
        self._zero_points = torch.zeros(len(weight.scales), dtype=torch.int64)

    def __call__(self, rows: Tensor) -> Tensor:
        out: Tensor = torch.ops.onednn.qlinear_pointwise(
            (rows + _ZERO_POINT).to(torch.uint8), 1.0, _ZERO_POINT, self._packed, self._scales, self._zero_points,
            None, 1.0, 0, torch.float32, "none", [], "",
        )  # fmt: skip
        return out


class FbgemmKernel:
    """fbgemm's matmul. It packs a tenth of a gigabyte a second, and is the quickest on processors with AVX2."""

    _first_use = threading.Lock()

    def __init__(self, weight: QuantizedWeight) -> None:
        zero_points = torch.zeros(len(weight.scales), dtype=torch.int64)
        with self._first_use, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # this type is deprecated, and our torch is pinned
            quantized = torch._make_per_channel_quantized_tensor(
                weight.values, weight.scales.double(), zero_points, axis=0
            )
        self._packed = torch.ops.quantized.linear_prepack(quantized, None)

    def __call__(self, rows: Tensor) -> Tensor:
        out: Tensor = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(
            rows, 1.0, _ZERO_POINT, self._packed
        )
        return out


class UnpackedKernel:
    """torch's matmul of int8 matrices. It needs no packing: the weight stays as it is in the cache file."""

    def __init__(self, weight: QuantizedWeight) -> None:
        self._values, self._scales = weight.values.t(), weight.scales

    def __call__(self, rows: Tensor) -> Tensor:
        return torch._int_mm(rows.to(torch.int8), self._values).float().mul_(self._scales)


class FloatKernel:
    """fp32 matmuls, for machines where nothing else works. It needs no packing.

    A sum of 1,024 terms stays below 2**24, up to which fp32 holds every whole number, so it is exact in any order.
    """

    _OUTPUTS_AT_ONCE, _INPUTS_AT_ONCE = 512, 1024

    def __init__(self, weight: QuantizedWeight) -> None:
        self._weight = weight

    def __call__(self, rows: Tensor) -> Tensor:
        values, scales = self._weight.values, self._weight.scales
        out = torch.empty(len(rows), len(values))
        for start in range(0, len(values), self._OUTPUTS_AT_ONCE):
            stop = start + self._OUTPUTS_AT_ONCE
            out[:, start:stop] = self._exact_sums(rows, values[start:stop])
        return out.mul_(scales)

    def _exact_sums(self, rows: Tensor, values: Tensor) -> Tensor:
        sums = torch.zeros(len(rows), len(values), dtype=torch.int32)
        for start in range(0, values.shape[1], self._INPUTS_AT_ONCE):
            stop = start + self._INPUTS_AT_ONCE
            sums += (rows[:, start:stop] @ values[:, start:stop].float().t()).to(torch.int32)
        return sums
