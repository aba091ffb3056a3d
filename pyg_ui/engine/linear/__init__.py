"""The matrix products of the decoder: weights that never change times a few rows, or many.

Knows nothing of models. What is private to torch stays in here, behind a probe and with a fallback.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pyg_ui.engine.linear.contract import Linear, LinearKind
from pyg_ui.engine.linear.dense import TORCHS_OWN, DenseLinear
from pyg_ui.engine.linear.dense_probe import choose_dense
from pyg_ui.engine.linear.int4 import Int4Linear, quantize_int4
from pyg_ui.engine.linear.int8 import Int8Linear
from pyg_ui.engine.linear.int8_probe import choose_int8
from pyg_ui.engine.linear.int8_rounding import quantize_int8
from pyg_ui.engine.linear.nf4 import Nf4Linear
from pyg_ui.engine.linear.packing import BackgroundPacking
from pyg_ui.engine.linear.quantized import QuantizedWeight, WeightFormat
from pyg_ui.engine.linear.weight_only import WeightOnlyLinear

__all__ = [
    "BackgroundPacking",
    "Int8Linear",
    "Linear",
    "LinearKind",
    "QuantizedWeight",
    "WeightFormat",
    "make_linear",
    "make_linear_from_quantized",
    "quantize",
    "weight_format",
]


def make_linear(weight: Tensor, bias: Tensor | None, kind: LinearKind, *, is_shared: bool = False) -> Linear:
    """The product with `weight` (out, in), on the device where the weight lies, which is not kept if quantised.

    Where others keep the weight too (`is_shared`), a dense product uses it as it is.
    Raises ImportError for 4 bit on a GPU where bitsandbytes is not installed.
    """
    if kind is LinearKind.DENSE:
        choice = choose_dense(weight.dtype) if weight.device.type == "cpu" else TORCHS_OWN
        return DenseLinear(weight, bias, choice, is_shared=is_shared)
    target = weight_format(kind, weight.device)
    if target is None:
        return Nf4Linear(weight, bias)
    return make_linear_from_quantized(quantize(weight, target), bias)


def weight_format(kind: LinearKind, device: torch.device) -> WeightFormat | None:
    """How weights of a kind are quantised for products on a device; None where there is nothing worth keeping."""
    if kind is LinearKind.INT8:
        is_paired = device.type == "cpu" and choose_int8().is_paired
        return WeightFormat.INT8_PAIRED if is_paired else WeightFormat.INT8
    return WeightFormat.INT4 if kind is LinearKind.INT4 and device.type == "cpu" else None


def quantize(weight: Tensor, target: WeightFormat) -> QuantizedWeight:
    """Round a floating-point weight (out, in). Takes about 1 GB/s, and little memory beside the result."""
    if target is WeightFormat.INT4:
        return quantize_int4(weight)
    return quantize_int8(weight, is_paired=target is WeightFormat.INT8_PAIRED)


def make_linear_from_quantized(weight: QuantizedWeight, bias: Tensor | None, *, is_packed: bool = True) -> Linear:
    """The product with a quantised weight, on the device where it lies.

    8-bit weights on the processor need packing, half a gigabyte a second at best. Without `is_packed` the product
    begins on the weight as it lies, say in a mapped file, and `Int8Linear.pack` can follow.
    """
    if weight.format is WeightFormat.INT4:
        return Int4Linear(weight, bias)
    if weight.values.device.type != "cpu":
        return WeightOnlyLinear(weight, bias)
    return Int8Linear(weight, bias, choose_int8(), is_packed=is_packed)
