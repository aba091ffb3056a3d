"""4-bit linear layers by torch's operator: each group of 32 inputs of an output has its own step and middle.

They are for processors without a compiler. Rows are rounded to bf16, because torch's operator is quick only for bf16.
"""

import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.compiled.kernels import round_up
from pyg_ui.engine.linear.comparing import is_near, random_values
from pyg_ui.engine.linear.contract import QuantizedWeight, WeightFormat

_GROUP = 32
_OUT_MULTIPLE = 16
"""The operator wants whole groups of 16 outputs; weights are padded with zeros."""
_MIDDLE, _LARGEST = 8, 15
_LARGEST_ERROR = 0.01
_OUTPUTS_AT_ONCE = 256
"""Outputs rounded at a time: their fp32 copies stay in the processor's cache. torch packs up to 64 outputs together."""


def quantize_int4(weight: Tensor) -> QuantizedWeight:
    """Round a floating-point weight (out, in) to 4 bits."""
    num_out, num_in = weight.shape
    padded_out, padded_in = round_up(num_out, _OUT_MULTIPLE), round_up(num_in, _GROUP)
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
    # With the scales rounded to bf16 as they are stored, so that this rounding is partly compensated.
    numbers = (groups - middle.float()[:, :, None]).div_(step.float()[:, :, None]).round_().add_(_MIDDLE)
    return numbers.clamp_(0, _LARGEST).to(torch.int8).view(torch.uint8).flatten(1), torch.stack([step, middle], dim=2)


class Int4Linear:
    """A 4-bit linear layer: packed for torch's operator, or else widened to fp32 for each call."""

    def __init__(self, weight: QuantizedWeight, bias: Tensor | None, *, is_packed: bool) -> None:
        self.out_features, self.in_features = weight.shape
        self._bias = None if bias is None else bias.float()
        self._num_padding = 2 * weight.values.shape[1] - self.in_features
        self._scales = weight.scales
        self._is_packed = is_packed
        self._values = _pack(weight.values) if is_packed else weight.values

    def __call__(self, rows: Tensor) -> Tensor:
        rounded = functional.pad(rows.to(torch.bfloat16), (0, self._num_padding)).contiguous()
        if self._is_packed:
            out = _multiply_packed(rounded, self._values, self._scales)
        else:
            out = multiply_unpacked(rounded.float(), self._values, self._scales)
        out = out[:, : self.out_features]
        if self._bias is not None:
            out += self._bias
        return out.to(rows.dtype)


def multiply_unpacked(rows: Tensor, values: Tensor, scales: Tensor) -> Tensor:
    """fp32 rows (M, in) times an unpacked 4-bit weight: fp32 (M, out)."""
    out = torch.empty(len(rows), len(values))
    for start in range(0, len(values), _OUTPUTS_AT_ONCE):
        stop = start + _OUTPUTS_AT_ONCE
        step, middle = scales[:, start:stop].float().transpose(0, 1).unbind(dim=2)  # (out, in / 32)
        numbers = _unpack(values[start:stop]).float() - _MIDDLE
        groups = numbers.reshape(len(numbers), -1, _GROUP)
        weight = groups.mul_(step[:, :, None]).add_(middle[:, :, None]).flatten(1)
        out[:, start:stop] = rows @ weight.t()
    return out


def has_int4_operator() -> bool:
    """Whether torch's 4-bit operator exists here and computes correctly."""
    weight = quantize_int4(random_values(_OUT_MULTIPLE, 2 * _GROUP))
    rows = random_values(2, 2 * _GROUP).bfloat16()
    expected = multiply_unpacked(rows.float(), weight.values, weight.scales)
    try:
        actual = _multiply_packed(rows, _pack(weight.values), weight.scales)
    except (RuntimeError, AttributeError, NotImplementedError):  # the operator is missing, or refuses this machine
        return False
    return is_near(actual, expected, _LARGEST_ERROR)


def _multiply_packed(rows: Tensor, values: Tensor, scales: Tensor) -> Tensor:
    out: Tensor = torch.ops.aten._weight_int4pack_mm_for_cpu(rows, values, _GROUP, scales)
    return out.float()


def _pack(values: Tensor) -> Tensor:
    """Pack for the operator, in blocks of outputs, because packing takes 32 bits a number."""
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
