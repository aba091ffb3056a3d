"""The 4-bit product on processors: for each 32 inputs of an output a step and a middle of their own.

For machines whose memory holds nothing larger. Rows are rounded to bf16: only for them is torch's operator quick.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.linear.quantized import QuantizedWeight, WeightFormat

_GROUP = 32
_OUT_MULTIPLE = 16
"""The operator takes outputs by the 16. What is missing is filled up with zeros."""
_MIDDLE, _LARGEST = 8, 15
_OUTPUTS_AT_ONCE = 256
"""Their fp32 copies stay in the processor's cache. Torch packs outputs by the 64, or by fewer."""


def quantize_int4(weight: Tensor) -> QuantizedWeight:
    """Round a floating-point weight (out, in) to 4 bits."""
    num_out, num_in = weight.shape
    padded_out, padded_in = _padded(num_out, _OUT_MULTIPLE), _padded(num_in, _GROUP)
    values = torch.empty(padded_out, padded_in // 2, dtype=torch.uint8)
    scales = torch.empty(padded_in // _GROUP, padded_out, 2, dtype=torch.bfloat16)
    for start in range(0, padded_out, _OUTPUTS_AT_ONCE):
        block = weight[start : start + _OUTPUTS_AT_ONCE].float()
        num_missing = min(start + _OUTPUTS_AT_ONCE, padded_out) - start - len(block)
        block = functional.pad(block, (0, padded_in - num_in, 0, num_missing))
        numbers, scale = _round_groups(block.reshape(len(block), -1, _GROUP))
        values[start : start + _OUTPUTS_AT_ONCE] = numbers[:, 0::2] | numbers[:, 1::2] << 4
        scales[:, start : start + _OUTPUTS_AT_ONCE] = scale.transpose(0, 1)
    return QuantizedWeight(WeightFormat.INT4, (num_out, num_in), values, scales)


def _round_groups(groups: Tensor) -> tuple[Tensor, Tensor]:
    """Groups (out, in / 32, 32) to numbers from 0 to 15, uint8 (out, in), and scales (out, in / 32, 2) in bf16."""
    low, high = groups.amin(dim=2), groups.amax(dim=2)
    step = ((high - low) / _LARGEST).to(torch.bfloat16).clamp_min(torch.finfo(torch.bfloat16).tiny)
    middle = (low + _MIDDLE * step.float()).to(torch.bfloat16)
    # By the scales as they are kept: their own rounding is then made good where it can be.
    numbers = (groups - middle.float()[:, :, None]).div_(step.float()[:, :, None]).round_().add_(_MIDDLE)
    return numbers.clamp_(0, _LARGEST).to(torch.int8).view(torch.uint8).flatten(1), torch.stack([step, middle], dim=2)


class Int4Linear:
    """A product with weights of 4 bits, by torch's operator or, where it is missing, by fp32 products."""

    def __init__(self, weight: QuantizedWeight, bias: Tensor | None) -> None:
        self.out_features, self.in_features = weight.shape
        self._bias = None if bias is None else bias.float()
        self._num_filled = 2 * weight.values.shape[1] - self.in_features
        self._scales = weight.scales
        self._is_packed = has_int4_operator()
        self._values = _pack(weight.values) if self._is_packed else weight.values

    @property
    def num_bytes(self) -> int:
        return self._values.nbytes + self._scales.nbytes + (0 if self._bias is None else self._bias.nbytes)

    def __call__(self, rows: Tensor) -> Tensor:
        rounded = functional.pad(rows.to(torch.bfloat16), (0, self._num_filled)).contiguous()
        if self._is_packed:
            product = _multiply_packed(rounded, self._values, self._scales)
        else:
            product = multiply_unpacked(rounded.float(), self._values, self._scales)
        product = product[:, : self.out_features]
        if self._bias is not None:
            product += self._bias
        return product.to(rows.dtype)


def multiply_unpacked(rows: Tensor, values: Tensor, scales: Tensor) -> Tensor:
    """fp32 rows (M, in) times weights of 4 bits that were not packed: fp32 (M, out)."""
    product = torch.empty(len(rows), len(values))
    for start in range(0, len(values), _OUTPUTS_AT_ONCE):
        stop = start + _OUTPUTS_AT_ONCE
        step, middle = scales[:, start:stop].float().transpose(0, 1).unbind(dim=2)  # (out, in / 32)
        numbers = _unpack(values[start:stop]).float() - _MIDDLE
        groups = numbers.reshape(len(numbers), -1, _GROUP)
        weight = groups.mul_(step[:, :, None]).add_(middle[:, :, None]).flatten(1)
        product[:, start:stop] = rows @ weight.t()
    return product


@functools.cache
def has_int4_operator() -> bool:
    """Whether torch's 4-bit operator exists here and computes what it should. Asked once a process."""
    weight = quantize_int4(torch.randn(_OUT_MULTIPLE, 2 * _GROUP, generator=torch.Generator().manual_seed(0)))
    rows = torch.randn(2, 2 * _GROUP, generator=torch.Generator().manual_seed(1)).to(torch.bfloat16)
    expected = multiply_unpacked(rows.float(), weight.values, weight.scales)
    try:
        product = _multiply_packed(rows, _pack(weight.values), weight.scales)
    except (RuntimeError, AttributeError, NotImplementedError):  # the operator is missing, or refuses this machine
        return False
    return bool((product - expected).norm() < 0.01 * expected.norm())


def _multiply_packed(rows: Tensor, values: Tensor, scales: Tensor) -> Tensor:
    product: Tensor = torch.ops.aten._weight_int4pack_mm_for_cpu(rows, values, _GROUP, scales)
    return product.float()


def _pack(values: Tensor) -> Tensor:
    """As the operator wants it. It takes 32 bits a number: a block of outputs at a time keeps that small."""
    blocks = [
        torch.ops.aten._convert_weight_to_int4pack_for_cpu(
            _unpack(values[start : start + _OUTPUTS_AT_ONCE]).to(torch.int32), 1
        )
        for start in range(0, len(values), _OUTPUTS_AT_ONCE)
    ]
    return torch.cat(blocks)


def _unpack(values: Tensor) -> Tensor:
    """Bytes (out, in / 2) to numbers from 0 to 15 (out, in)."""
    return torch.stack([values & _LARGEST, values >> 4], dim=2).flatten(1)


def _padded(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple
