"""The compiled kernels as calls on tensors."""

from __future__ import annotations

import ctypes
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.native.attention import COMPILED_HEAD_UNIT

_POINTER, _INT = ctypes.c_void_p, ctypes.c_int64
_SIGNATURES = {
    "attend": (_INT, _POINTER, _POINTER, _POINTER, _POINTER, _INT, _POINTER, _INT, _INT, _INT, _INT, _POINTER),
    "round_rows": (_POINTER, _INT, _INT, _POINTER, _INT, _POINTER, _POINTER),
    "multiply_bf16": (_POINTER, _INT, _INT, _POINTER, _INT, _POINTER, _POINTER),
}
_INT8_SIGNATURES = {
    "pack_int8": (_POINTER, _INT, _INT, _POINTER, _POINTER),
    "multiply_int8": (
        _POINTER, _INT, _INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER, _POINTER, _POINTER,
    ),
}  # fmt: skip
"""As declared in kernels.cpp; all return nothing. The second ones are there where `has_int8` says so."""
_INPUT_UNIT = 16
"""What the number of inputs of a bf16 product is a multiple of."""


class Kernels:
    """See kernels.cpp. Tensors are on the processor and, but where it says otherwise, fp32 and contiguous."""

    def __init__(self, library: Path) -> None:
        """Raises OSError for a library that does not fit this process, AttributeError for one of something else."""
        self._library = ctypes.CDLL(str(library))
        self._library.has_int8.restype = ctypes.c_bool
        self.has_int8: bool = self._library.has_int8()
        for name, arguments in (_SIGNATURES | (_INT8_SIGNATURES if self.has_int8 else {})).items():
            function = getattr(self._library, name)
            function.argtypes, function.restype = arguments, None

    def attend(
        self, held: Tensor, firsts: Tensor, positions: Tensor, queries: Tensor, fresh: Tensor, num_positions: int
    ) -> Tensor:
        """What each new token gathers, (M, H * D), once its key and value are stored.

        `held` (M) are the addresses of each row's keys and values, (2, H, D, T) with T = `num_positions`; it sees the
        positions from `firsts` (M) to its own, `positions` (M), all int64. `queries` (M, H, D) and `fresh`
        (M, 2, H, D) may have any distance between two rows.
        """
        num_rows, num_heads, size = queries.shape
        assert size % COMPILED_HEAD_UNIT == 0
        out = _empty(num_rows, num_heads * size)
        self._library.attend(
            num_rows, held.data_ptr(), firsts.data_ptr(), positions.data_ptr(), queries.data_ptr(), queries.stride(0),
            fresh.data_ptr(), fresh.stride(0), num_heads, size, num_positions, out.data_ptr(),
        )  # fmt: skip
        return out

    def round_rows(self, rows: Tensor, stride: int) -> tuple[Tensor, Tensor, list[float]]:
        """Rows (M, K) as whole numbers from 1 to 255, uint8 (M, `stride`), of which K are filled; the step of each
        row, (M, 1); and the sum of each row's whole numbers, without the zero point of 128 and their signs."""
        rows = rows.contiguous()
        num_rows, size = rows.shape
        whole = torch.empty(num_rows, stride, dtype=torch.uint8)
        steps, sums = _empty(num_rows, 1), _empty(num_rows)
        self._library.round_rows(
            rows.data_ptr(), num_rows, size, whole.data_ptr(), stride, steps.data_ptr(), sums.data_ptr()
        )
        totals: list[float] = sums.tolist()
        return whole, steps, totals

    def pack_int8(self, values: Tensor, packed: Tensor, corrections: Tensor) -> None:
        """Put weights, int8 (N, K), into the order in which they are read, N filled up to eights and K to fours, with
        what each output is corrected by, int32 (N)."""
        values = values.contiguous()
        self._library.pack_int8(values.data_ptr(), *values.shape, packed.data_ptr(), corrections.data_ptr())

    def multiply_int8(
        self, whole: Tensor, packed: Tensor, corrections: Tensor, scales: Tensor, steps: Tensor, bias: Tensor | None
    ) -> Tensor:
        """Rounded rows times packed weights with the scales of their outputs, (N): (M, N)."""
        product = _empty(len(whole), len(scales))
        self._library.multiply_int8(
            whole.data_ptr(), *whole.shape, packed.data_ptr(), corrections.data_ptr(), scales.data_ptr(), len(scales),
            steps.data_ptr(), None if bias is None else bias.data_ptr(), product.data_ptr(),
        )  # fmt: skip
        return product

    def multiply_bf16(self, rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """See dense_kernels.Multiply, for bf16. What has no whole sixteens of inputs is left to torch."""
        if weight.shape[1] % _INPUT_UNIT != 0:
            return functional.linear(rows, weight, bias)
        wide = rows.float().contiguous()
        halves, product = torch.empty_like(wide), _empty(len(rows), len(weight))
        self._library.multiply_bf16(
            wide.data_ptr(), *wide.shape, weight.data_ptr(), len(weight), halves.data_ptr(), product.data_ptr()
        )
        return (product if bias is None else product.add_(bias)).to(rows.dtype)


def _empty(*shape: int) -> Tensor:
    """For fp32, whatever the default type is: transformers changes that for all threads while it makes a model."""
    return torch.empty(shape, dtype=torch.float32)
