"""The 8-bit matmul for a few rows as a Triton program. Importing it needs Triton, which torch for GPUs brings.

Each program computes some outputs of one row. Programs of different rows for the same outputs run side by side, so
that they find the weight in the GPU's cache.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

_TILE_OUT = tl.constexpr(8)
_TILE_IN = tl.constexpr(1024)
"""The shape of the piece of the weight that is in registers at a time."""


def multiply_by_triton(rows: Tensor, values: Tensor, scales: Tensor) -> Tensor:
    """Rows (M, in), values int8 (out, in), scales fp32 (out,): (M, out) of the rows' type, summed in fp32."""
    num_out, num_in = values.shape
    rows = rows.contiguous()
    out = torch.empty(len(rows), num_out, dtype=rows.dtype, device=rows.device)
    _multiply[len(rows), triton.cdiv(num_out, _TILE_OUT.value)](rows, values, scales, out, num_out, num_in)
    return out


@triton.jit
def _multiply(rows, values, scales, out, num_out, num_in):  # type: ignore[no-untyped-def]  # Triton reads no hints
    row = tl.program_id(0).to(tl.int64)
    outputs = tl.program_id(1).to(tl.int64) * _TILE_OUT + tl.arange(0, _TILE_OUT)
    sums = tl.zeros((_TILE_OUT, _TILE_IN), dtype=tl.float32)
    for start in range(0, num_in, _TILE_IN):
        inputs = start + tl.arange(0, _TILE_IN)
        is_inside = (outputs[:, None] < num_out) & (inputs[None, :] < num_in)
        weight = tl.load(values + outputs[:, None] * num_in + inputs[None, :], mask=is_inside, other=0)
        row_part = tl.load(rows + row * num_in + inputs, mask=inputs < num_in, other=0.0)
        sums += weight.to(tl.float32) * row_part.to(tl.float32)[None, :]
    scale = tl.load(scales + outputs, mask=outputs < num_out, other=0.0)
    result = (tl.sum(sums, axis=1) * scale).to(out.dtype.element_ty)
    tl.store(out + row * num_out + outputs, result, mask=outputs < num_out)
