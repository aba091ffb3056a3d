"""The matrix products of the decoder: weights that never change times a few rows, or many.

Knows nothing of models. What is private to torch stays in here, behind a probe and with a fallback.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from pyg_ui.engine.linear.contract import Linear, LinearKind
from pyg_ui.engine.linear.dense import TORCHS_OWN, DenseLinear
from pyg_ui.engine.linear.dense_kernels import Multiply
from pyg_ui.engine.linear.dense_probe import choose_dense
from pyg_ui.engine.linear.int4 import Int4Linear, quantize_int4
from pyg_ui.engine.linear.int8 import Int8Linear
from pyg_ui.engine.linear.int8_probe import choose_int8
from pyg_ui.engine.linear.int8_rounding import quantize_int8
from pyg_ui.engine.linear.nf4 import Nf4Linear
from pyg_ui.engine.linear.quantized import QuantizedWeight, WeightFormat
from pyg_ui.engine.linear.weight_only import WeightOnlyLinear

__all__ = [
    "Linear",
    "LinearKind",
    "MakeBf16",
    "MakeInt8",
    "Multiply",
    "QuantizedWeight",
    "WeightFormat",
    "begin_linear",
    "make_linear",
    "make_linear_from_quantized",
    "quantize",
    "weight_format",
]

MakeBf16 = Callable[[Tensor, Tensor | None], Linear]
"""Makes the product with a weight in bf16 (out, in) on the processor, `in` even, and a bias."""
MakeInt8 = Callable[[QuantizedWeight, Tensor | None], Linear]
"""Makes the product with an 8-bit weight on the processor and a bias, as `Int8Linear` is, to the bit."""


def make_linear(
    weight: Tensor,
    bias: Tensor | None,
    kind: LinearKind,
    *,
    is_shared: bool = False,
    multiply_bf16: Multiply | None = None,
    make_bf16: MakeBf16 | None = None,
) -> Linear:
    """The product with `weight` (out, in), on the device where the weight lies, which is not kept if quantised.

    Where others keep the weight too (`is_shared`), a dense product uses it as it is. `multiply_bf16` is a way to
    multiply by bf16 that torch does not have, `make_bf16` makes products that keep their weights in a way of their own.
    Raises ImportError for 4 bit on a GPU where bitsandbytes is not installed.
    """
    if kind is LinearKind.DENSE:
        if make_bf16 and weight.dtype == torch.bfloat16 and weight.shape[1] % 2 == 0 and not is_shared:
            return make_bf16(weight, bias)
        further = multiply_bf16 if weight.dtype == torch.bfloat16 else None
        choice = choose_dense(weight.dtype, further) if weight.device.type == "cpu" else TORCHS_OWN
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


def make_linear_from_quantized(
    weight: QuantizedWeight, bias: Tensor | None, make_int8: MakeInt8 | None = None
) -> Linear:
    """The product with a quantised weight, on the device where it lies.

    On processors 8-bit weights are packed, which takes as long as writing a tenth of a gigabyte a second at worst.
    `make_int8` makes them in place of torch's operators.
    """
    if weight.format is WeightFormat.INT4:
        return Int4Linear(weight, bias)
    if weight.values.device.type != "cpu":
        return WeightOnlyLinear(weight, bias)
    return make_int8(weight, bias) if make_int8 else Int8Linear(weight, bias, choose_int8().best(weight))


def begin_linear(
    weight: QuantizedWeight, bias: Tensor | None, make_int8: MakeInt8 | None = None
) -> tuple[Linear, Callable[[], None] | None]:
    """As `make_linear_from_quantized`, but ready soonest; and what then makes it as quick, if anything does.

    That may be called on another thread while products go on. Results are the same to the bit before and after.
    """
    is_int8_here = weight.format is not WeightFormat.INT4 and weight.values.device.type == "cpu"
    if not is_int8_here or make_int8 or choose_int8().first is choose_int8().best:
        return make_linear_from_quantized(weight, bias, make_int8), None
    linear = Int8Linear(weight, bias, choose_int8().first(weight))
    return linear, lambda: linear.use(choose_int8().best(weight))
