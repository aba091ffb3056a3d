"""The compiled kernels as calls on tensors."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.decoding.native.attention import COMPILED_HEAD_UNIT
from pyg_ui.engine.decoding.native.slot_tensors import BLOCK, STRETCH
from pyg_ui.engine.hardware import use_huge_pages

_POINTER, _INT = ctypes.c_void_p, ctypes.c_int64
_ATTEND = (
    _INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER, _INT, _POINTER, _INT, _INT, _INT, _INT, _POINTER,
)  # fmt: skip
_SIGNATURES = {
    "activate": (_POINTER, _INT, _INT, _INT, _POINTER),
    "attend_fp32": _ATTEND,
    "attend_bf16": _ATTEND,
    "multiply_bf16": (_POINTER, _INT, _INT, _POINTER, _INT, _POINTER, _POINTER),
}
_INT8_SIGNATURES = {
    "pack_int8": (_POINTER, _INT, _INT, _POINTER, _POINTER),
    "multiply_int8": (
        _POINTER, _INT, _INT, ctypes.c_float, _POINTER, _POINTER, _POINTER, _INT, _POINTER, _POINTER,
    ),
}  # fmt: skip
_BF16_SIGNATURES = {
    "pack_bf16": (_POINTER, _INT, _INT, _POINTER),
    "multiply_packed_bf16": (_POINTER, _INT, _INT, _POINTER, _INT, _POINTER, _POINTER),
}
"""As declared in kernels.cpp; all return nothing. Some are only there where `has_int8` and `has_bf16` say so."""
_QUAD_BYTES = 4


class Kernels:
    """See kernels.cpp. Tensors are on the processor and, but where it says otherwise, fp32 and contiguous."""

    def __init__(self, library: Path) -> None:
        """Raises OSError for a library that does not fit this process, AttributeError for one of something else."""
        self._library = ctypes.CDLL(str(library))
        self._library.has_int8.restype = self._library.has_bf16.restype = ctypes.c_bool
        for name in ("lanes", "outputs_per_panel", "head_unit", "position_block", "position_stretch"):
            getattr(self._library, name).restype = _INT
        self.has_int8: bool = self._library.has_int8()
        self.has_bf16: bool = self._library.has_bf16()
        self._outputs_per_panel: int = self._library.outputs_per_panel()
        self._bf16_unit = 2 * self._library.lanes()
        assert self._library.head_unit() == COMPILED_HEAD_UNIT
        assert (self._library.position_block(), self._library.position_stretch()) == (BLOCK, STRETCH)
        signatures: dict[str, tuple[Any, ...]] = dict(_SIGNATURES)
        if self.has_int8:
            signatures |= _INT8_SIGNATURES
        if self.has_bf16:
            signatures |= _BF16_SIGNATURES
        for name, arguments in signatures.items():
            function = getattr(self._library, name)
            function.argtypes, function.restype = arguments, None

    def attend(
        self,
        held: Tensor,
        starts: Tensor,
        sizes: Tensor,
        window: int | None,
        queries: Tensor,
        fresh: Tensor,
        num_positions: int,
        dtype: torch.dtype,
    ) -> Tensor:
        """What each new token gathers, (M, H * D), once its key and value are kept.

        `held` (S) are the addresses of each segment's keys and values of fp32 or bf16, as a blocked SlotShape with
        so many positions lays them out; `starts` (S) are the positions of their first tokens and `sizes` (S) how many
        they have, all int64. A token sees the last `window` positions, its own among them, or all. `queries` (M, H, D)
        and `fresh` (M, 2, H, D) may have any distance between two rows.
        """
        num_rows, num_heads, size = queries.shape
        assert size % COMPILED_HEAD_UNIT == 0
        assert queries.dtype == fresh.dtype == torch.float32
        assert queries[0].is_contiguous()
        assert fresh[0].is_contiguous()
        assert num_positions % STRETCH == 0
        out = _empty(num_rows, num_heads * size)
        attend = {torch.float32: self._library.attend_fp32, torch.bfloat16: self._library.attend_bf16}[dtype]
        attend(
            len(held), held.data_ptr(), starts.data_ptr(), sizes.data_ptr(), window or 0, queries.data_ptr(),
            queries.stride(0), fresh.data_ptr(), fresh.stride(0), num_heads, size, num_positions, out.data_ptr(),
        )  # fmt: skip
        return out

    def activate(self, rows: Tensor) -> Tensor:
        """The usual activation of rows (M, I), which may have any distance: (M, I)."""
        assert rows.dtype == torch.float32
        assert rows[0].is_contiguous()
        num_rows, size = rows.shape
        out = _empty(num_rows, size)
        self._library.activate(rows.data_ptr(), num_rows, size, rows.stride(0), out.data_ptr())
        return out

    def pack_int8(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Weights, int8 (N, K), in the order in which they are read; what each output is corrected by, int32 (N)."""
        values = values.contiguous()
        packed, corrections = self._room(values), torch.empty(len(values), dtype=torch.int32)
        self._library.pack_int8(values.data_ptr(), *values.shape, packed.data_ptr(), corrections.data_ptr())
        return packed, corrections

    def multiply_int8(
        self,
        rows: Tensor,
        packed: Tensor,
        corrections: Tensor,
        scales: Tensor,
        bias: Tensor | None,
        smallest_sum: float,
    ) -> Tensor:
        """Rows (M, K) times packed weights with the scales of their outputs, (N), plus a bias, (N): (M, N).

        Rows are rounded by themselves; those whose whole numbers sum to less than `smallest_sum` are refined.
        """
        num_rows, num_in = rows.shape
        num_out = scales.shape[0]
        product = _empty(num_rows, num_out)
        self._library.multiply_int8(
            rows.data_ptr(), num_rows, num_in, smallest_sum, packed.data_ptr(), corrections.data_ptr(),
            scales.data_ptr(), num_out, None if bias is None else bias.data_ptr(), product.data_ptr(),
        )  # fmt: skip
        return product

    def pack_bf16(self, weight: Tensor) -> Tensor:
        """Weights in bf16 (N, K), K even, in the order in which they are read."""
        weight = weight.contiguous()
        packed = self._room(weight)
        self._library.pack_bf16(weight.data_ptr(), *weight.shape, packed.data_ptr())
        return packed

    def multiply_packed_bf16(self, rows: Tensor, packed: Tensor, bias: Tensor | None, num_out: int) -> Tensor:
        """Rows (M, K) times packed weights, plus a bias, (N): (M, N); all in bf16, summed in fp32."""
        assert rows.dtype == torch.bfloat16
        assert bias is None or bias.dtype == torch.bfloat16
        num_rows, num_in = rows.shape
        product = torch.empty(num_rows, num_out, dtype=torch.bfloat16)
        self._library.multiply_packed_bf16(
            rows.data_ptr(), num_rows, num_in, packed.data_ptr(), num_out, None if bias is None else bias.data_ptr(),
            product.data_ptr(),
        )  # fmt: skip
        return product

    def multiply_bf16(self, rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """See dense_kernels.Multiply, for bf16. What has no whole vectors of inputs is left to torch."""
        if weight.shape[1] % self._bf16_unit != 0:
            return functional.linear(rows, weight, bias)
        wide = rows.float().contiguous()
        halves, product = torch.empty_like(wide), _empty(len(rows), len(weight))
        self._library.multiply_bf16(
            wide.data_ptr(), *wide.shape, weight.data_ptr(), len(weight), halves.data_ptr(), product.data_ptr()
        )
        return (product if bias is None else product.add_(bias)).to(rows.dtype)

    def _room(self, weight: Tensor) -> Tensor:
        """For a weight (N, K) as panels: whole ones, of rows filled up to whole quads."""
        num_out, num_in = weight.shape
        size = _whole(num_out, self._outputs_per_panel) * _whole(num_in * weight.itemsize, _QUAD_BYTES)
        packed = torch.empty(size, dtype=torch.int8)
        use_huge_pages(packed.data_ptr(), packed.nbytes)
        return packed


def _whole(count: int, unit: int) -> int:
    return -(-count // unit) * unit


def _empty(*shape: int) -> Tensor:
    """For fp32, whatever the default type is: transformers changes that for all threads while it makes a model."""
    return torch.empty(shape, dtype=torch.float32)
