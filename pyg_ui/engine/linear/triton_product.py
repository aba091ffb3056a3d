"""The 8-bit product for a few rows as a Triton program. Importing this needs Triton, which torch for GPUs brings.

Each program computes some outputs of one row. Programs of different rows for the same outputs stand side by side, so
that they find the weights in the GPU's cache.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

_TILE_OUT, _TILE_IN = 8, 1024
"""The shape of the piece of the weight that is in registers at a time."""


def multiply_by_triton(rows: Tensor, values: Tensor, scales: Tensor) -> Tensor:
    """Rows (M, in), values int8 (out, in), scales fp32 (out,): (M, out) of the rows' type, summed in fp32."""
    num_out, num_in = values.shape
    rows = rows.contiguous()
    product = torch.empty(len(rows), num_out, dtype=rows.dtype, device=rows.device)
    grid = (len(rows), triton.cdiv(num_out, _TILE_OUT))
    _multiply[grid](rows, values, scales, product, num_out, num_in, _TILE_OUT, _TILE_IN)
    return product


@triton.jit  # type: ignore[untyped-decorator]
def _multiply(  # type: ignore[no-untyped-def]  # Triton reads the annotations in its own way
    rows,
    values,
    scales,
    product,
    num_out,
    num_in,
    tile_out: tl.constexpr,
    tile_in: tl.constexpr,
):
    row = tl.program_id(0).to(tl.int64)
    outputs = tl.program_id(1).to(tl.int64) * tile_out + tl.arange(0, tile_out)
    sums = tl.zeros((tile_out, tile_in), dtype=tl.float32)
    for start in range(0, num_in, tile_in):
        inputs = start + tl.arange(0, tile_in)
        is_inside = (outputs[:, None] < num_out) & (inputs[None, :] < num_in)
        weight = tl.load(values + outputs[:, None] * num_in + inputs[None, :], mask=is_inside, other=0)
        row_part = tl.load(rows + row * num_in + inputs, mask=inputs < num_in, other=0.0)
        sums += weight.to(tl.float32) * row_part.to(tl.float32)[None, :]
    scale = tl.load(scales + outputs, mask=outputs < num_out, other=0.0)
    result = (tl.sum(sums, axis=1) * scale).to(product.dtype.element_ty)
    tl.store(product + row * num_out + outputs, result, mask=outputs < num_out)
