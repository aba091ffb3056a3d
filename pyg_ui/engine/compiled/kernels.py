"""The compiled kernels as calls on tensors, and the layout of the KV cache that they read.

Knows nothing of models. Whether a kernel is correct and quicker than torch here is tested where it is used.
"""

import ctypes
import logging
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.compiled.building import BuildError, build, check_tried
from pyg_ui.engine.hardware import use_huge_pages

logger = logging.getLogger(__name__)

HEAD_UNIT = 8
"""The size of a head must be a multiple of this for compiled attention."""
BLOCK, STRETCH = 64, 256
"""Positions in a block, and in a stretch of blocks, of the KV cache that compiled attention reads."""
_POINTER, _INT = ctypes.c_void_p, ctypes.c_int64
_ATTEND = (
    _INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER, _INT, _POINTER, _INT, _INT, _INT, _INT, _POINTER,
)  # fmt: skip
_MULTIPLY = (_POINTER, _INT, _INT, ctypes.c_float, _POINTER, _POINTER, _POINTER, _INT, _POINTER, _POINTER)
_SIGNATURES = {
    "activate": (_POINTER, _INT, _INT, _INT, _POINTER),
    "attend_fp32": _ATTEND,
    "attend_bf16": _ATTEND,
    "multiply_bf16": (_POINTER, _INT, _INT, _POINTER, _INT, _POINTER, _POINTER),
    "pack_int8": (_POINTER, _INT, _INT, _POINTER, _POINTER),
    "multiply_int8": _MULTIPLY,
    "round_int4": (_POINTER, _POINTER, _INT, _INT, _POINTER, _POINTER),
    "pack_int4": (_POINTER, _INT, _INT, _POINTER, _POINTER),
    "multiply_int4": _MULTIPLY,
    "pack_bf16": (_POINTER, _INT, _INT, _POINTER),
    "multiply_packed_bf16": (_POINTER, _INT, _INT, _POINTER, _INT, _POINTER, _POINTER),
}  # fmt: skip
"""As declared in kernels.cpp; none returns anything. Those of 8 and 4 bits exist only where `has_int8` is true, those
with packed bf16 only where `has_bf16` is."""
_QUAD_BYTES = 4
INT4_INPUTS, INT4_BYTES = 64, 36
"""Inputs of a block of 4-bit weights, and its size with steps and middles."""


@dataclass(frozen=True, slots=True)
class CachedSegments:
    """Segments of new tokens and the KV cache that each of them continues, in L layers, as compiled attention reads it.

    The tensors are int64. The cache is laid out as a blocked SlotShape says.
    """

    addresses: Tensor
    """Of each segment's keys and values, (L, S)."""
    starts: Tensor
    """The position of each segment's first token, (S)."""
    sizes: Tensor
    """How many tokens each segment has, (S)."""
    num_positions: int
    """Of the cache of a slot; a multiple of STRETCH."""
    dtype: torch.dtype
    """Of the cache: fp32 or bf16."""


class Kernels:
    """See kernels.cpp. Tensors are on the processor, fp32 and contiguous, unless a method says otherwise."""

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
        assert self._library.head_unit() == HEAD_UNIT
        assert (self._library.position_block(), self._library.position_stretch()) == (BLOCK, STRETCH)
        for name, arguments in _SIGNATURES.items():
            function = getattr(self._library, name, None)
            if function is not None:
                function.argtypes, function.restype = arguments, None

    def attend(self, segments: CachedSegments, layer: int, window: int | None, queries: Tensor, new: Tensor) -> Tensor:
        """Store the new keys and values of a layer; return attention's result for each new token, (M, H * D).

        A token sees the last `window` positions, including its own, or all where None. `queries` (M, H, D) and `new`
        (M, 2, H, D) may have any distance between two rows.
        """
        num_rows, num_heads, size = queries.shape
        assert size % HEAD_UNIT == 0
        assert queries.dtype == new.dtype == torch.float32
        assert queries[0].is_contiguous()
        assert new[0].is_contiguous()
        assert segments.num_positions % STRETCH == 0
        out = _empty(num_rows, num_heads * size)
        attend = {torch.float32: self._library.attend_fp32, torch.bfloat16: self._library.attend_bf16}[segments.dtype]
        attend(
            len(segments.starts), segments.addresses[layer].data_ptr(), segments.starts.data_ptr(),
            segments.sizes.data_ptr(), window or 0, queries.data_ptr(), queries.stride(0), new.data_ptr(),
            new.stride(0), num_heads, size, segments.num_positions, out.data_ptr(),
        )  # fmt: skip
        return out

    def activate(self, rows: Tensor) -> Tensor:
        """GELU with tanh of rows (M, I), which may have any distance between them: (M, I)."""
        assert rows.dtype == torch.float32
        assert rows[0].is_contiguous()
        num_rows, size = rows.shape
        out = _empty(num_rows, size)
        self._library.activate(rows.data_ptr(), num_rows, size, rows.stride(0), out.data_ptr())
        return out

    def pack_int8(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """A weight, int8 (N, K), in the order in which it is read, and the correction of each output, int32 (N)."""
        values = values.contiguous()
        packed, corrections = self._room(values), torch.empty(len(values), dtype=torch.int32)
        self._library.pack_int8(values.data_ptr(), *values.shape, packed.data_ptr(), corrections.data_ptr())
        return packed, corrections

    def multiply_whole(
        self,
        rows: Tensor,
        packed: Tensor,
        corrections: Tensor,
        scales: Tensor,
        bias: Tensor | None,
        smallest_sum: float,
    ) -> Tensor:
        """Rows (M, K) times a weight packed in 8 or 4 bits, with its outputs' scales, (N), plus a bias, (N): (M, N).

        Corrections of 8 bits are int32, those of 4 fp32. Each row is rounded by itself; it is refined if its whole
        numbers sum to less than `smallest_sum`.
        """
        num_rows, num_in = rows.shape
        num_out = scales.shape[0]
        out = _empty(num_rows, num_out)
        multiply = self._library.multiply_int4 if corrections.is_floating_point() else self._library.multiply_int8
        multiply(
            rows.data_ptr(), num_rows, num_in, smallest_sum, packed.data_ptr(), corrections.data_ptr(),
            scales.data_ptr(), num_out, None if bias is None else bias.data_ptr(), out.data_ptr(),
        )  # fmt: skip
        return out

    def round_int4(self, weight: Tensor, importance: Tensor) -> tuple[Tensor, Tensor]:
        """A weight (N, K), K a multiple of INT4_INPUTS, in blocks of 4 bits: int8 (N, K / 64 * 36), and a unit (N).

        The squared error of each input counts as much as its importance, (K).
        """
        num_out, num_in = weight.shape
        assert num_in % INT4_INPUTS == 0
        blocks = torch.empty(num_out, num_in // INT4_INPUTS * INT4_BYTES, dtype=torch.int8)
        units = _empty(num_out)
        self._library.round_int4(
            weight.data_ptr(), importance.data_ptr(), num_out, num_in, blocks.data_ptr(), units.data_ptr()
        )
        return blocks, units

    def pack_int4(self, blocks: Tensor) -> tuple[Tensor, Tensor]:
        """Blocks of round_int4 in the order in which they are read, and the correction of each output, fp32 (N)."""
        blocks = blocks.contiguous()
        packed, corrections = self._room(blocks), _empty(len(blocks))
        num_blocks = blocks.shape[1] // INT4_BYTES
        self._library.pack_int4(blocks.data_ptr(), len(blocks), num_blocks, packed.data_ptr(), corrections.data_ptr())
        return packed, corrections

    def pack_bf16(self, weight: Tensor) -> Tensor:
        """A weight in bf16 (N, K), K even, in the order in which it is read."""
        weight = weight.contiguous()
        packed = self._room(weight)
        self._library.pack_bf16(weight.data_ptr(), *weight.shape, packed.data_ptr())
        return packed

    def multiply_packed_bf16(self, rows: Tensor, packed: Tensor, bias: Tensor | None, num_out: int) -> Tensor:
        """Rows (M, K) times a packed weight, plus a bias, (N): (M, N); all in bf16, summed in fp32."""
        assert rows.dtype == torch.bfloat16
        assert bias is None or bias.dtype == torch.bfloat16
        num_rows, num_in = rows.shape
        out = torch.empty(num_rows, num_out, dtype=torch.bfloat16)
        self._library.multiply_packed_bf16(
            rows.data_ptr(), num_rows, num_in, packed.data_ptr(), num_out, None if bias is None else bias.data_ptr(),
            out.data_ptr(),
        )  # fmt: skip
        return out

    def multiply_bf16(self, rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """See dense.Multiply, for bf16. torch does it where the inputs do not fill whole vectors."""
        if weight.shape[1] % self._bf16_unit != 0:
            return functional.linear(rows, weight, bias)
        wide = rows.float().contiguous()
        halves, out = torch.empty_like(wide), _empty(len(rows), len(weight))
        self._library.multiply_bf16(
            wide.data_ptr(), *wide.shape, weight.data_ptr(), len(weight), halves.data_ptr(), out.data_ptr()
        )
        return (out if bias is None else out.add_(bias)).to(rows.dtype)

    def _room(self, weight: Tensor) -> Tensor:
        """Memory for a weight (N, K) in whole panels, whose rows are padded to whole quads."""
        num_out, num_in = weight.shape
        size = round_up(num_out, self._outputs_per_panel) * round_up(num_in * weight.itemsize, _QUAD_BYTES)
        packed = torch.empty(size, dtype=torch.int8)
        use_huge_pages(packed.data_ptr(), packed.nbytes)
        return packed


def load_kernels(directory: Path | None) -> Kernels | None:
    """The compiled kernels, kept in a directory; None where that is None or anything fails, so that torch does it all.

    Takes some seconds the first time on a machine, and a third of a second later.
    """
    if directory is None:
        return None
    try:
        library = build(directory)
        check_tried(library)
        return Kernels(library)
    except (BuildError, OSError, AttributeError, RuntimeError, ValueError) as error:
        logger.info("Nothing is compiled for this processor: %s", error)
        return None


def round_up(count: int, unit: int) -> int:
    """The smallest multiple of the unit that is not below the count."""
    return -(-count // unit) * unit


def _empty(*shape: int) -> Tensor:
    """In fp32, whatever the default type is: transformers changes that for all threads while it makes a model."""
    return torch.empty(shape, dtype=torch.float32)
