"""The matrix products of the decoder: weights that never change times a few rows, or many."""

from __future__ import annotations

from torch import Tensor

from pyg_ui.engine.linear.contract import Linear, LinearKind
from pyg_ui.engine.linear.dense import DenseLinear

__all__ = ["Linear", "LinearKind", "make_linear"]


def make_linear(weight: Tensor, bias: Tensor | None, kind: LinearKind) -> Linear:
    """The product with `weight` (out, in), on the device where the weight lies."""
    if kind is not LinearKind.DENSE:
        raise NotImplementedError(kind)
    return DenseLinear(weight, bias)
