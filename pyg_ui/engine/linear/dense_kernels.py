"""Ways to multiply by an unquantised weight on processors.

Which is quick depends on the type, the processor and the number of rows. Without hardware for 16 bits, torch's own
product multiplies many rows several times as slowly as fp32 does; with fewer than a hundred rows, its fp32 product
takes up to four times as long as oneDNN's by a reordered weight.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

Multiply = Callable[[Tensor, Tensor, Tensor | None], Tensor]
"""Rows (M, in), a weight (out, in) and a bias (out,) of one type: (M, out) of that type."""

_OUTPUTS_AT_ONCE = 1024
"""A block that is widened should still be in the processor's cache when it is multiplied."""


def multiply_directly(rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """As torch does it."""
    return functional.linear(rows, weight, bias)


def multiply_transposed(rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """With the weight on the left: libraries split the work another way."""
    columns = weight @ rows.t() if bias is None else torch.addmm(bias[:, None], weight, rows.t())
    return columns.t().contiguous()


def multiply_widened(rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """In fp32, with a block of the weight at a time."""
    wide = rows.float()
    product = torch.empty(len(rows), len(weight))
    for start in range(0, len(weight), _OUTPUTS_AT_ONCE):
        product[:, start : start + _OUTPUTS_AT_ONCE] = wide @ weight[start : start + _OUTPUTS_AT_ONCE].float().t()
    return (product if bias is None else product.add_(bias)).to(rows.dtype)


def reorder(weight: Tensor) -> Tensor:
    """The weight in the order oneDNN likes best; nothing else can read it. Takes 1 s for 0.8 GB.

    Raises RuntimeError where this processor has no such order for the type.
    """
    reordered: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, None)
    return reordered


def multiply_reordered(rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """By a reordered weight."""
    product: Tensor = torch.ops.mkldnn._linear_pointwise(rows, weight, bias, "none", [], "")
    return product
