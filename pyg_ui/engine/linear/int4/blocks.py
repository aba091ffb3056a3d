"""Weights in blocks of 4 bits, as our compiled kernels round and read them: compiled/source/int4.h has the layout."""

import torch
from torch import Tensor
from torch.nn import functional

from pyg_ui.engine.compiled.kernels import INT4_BYTES, INT4_INPUTS, Kernels, round_up
from pyg_ui.engine.linear.contract import QuantizedWeight, WeightFormat

_LEVELS = (-45, -37, -30, -24, -18, -12, -7, -2, 2, 7, 12, 18, 24, 30, 37, 45)
_GROUP, _GROUPS = 32, 2
_LARGEST = 15
_OUTPUTS_AT_ONCE = 256
"""Outputs rounded at a time: their fp32 copies stay in the processor's cache."""
_NO_INPUT = 1e-6
"""The importance of what only fills a block."""


def quantize_int4_blocks(weight: Tensor, kernels: Kernels) -> QuantizedWeight:
    """Round a floating-point weight (out, in) to 4 bits, with the least squared error of each group."""
    num_out, num_in = weight.shape
    num_missing = round_up(num_in, INT4_INPUTS) - num_in
    importance = functional.pad(torch.ones(num_in), (0, num_missing), value=_NO_INPUT)
    blocks = torch.empty(num_out, (num_in + num_missing) // INT4_INPUTS * INT4_BYTES, dtype=torch.int8)
    units = torch.empty(num_out, dtype=torch.float32)
    for start in range(0, num_out, _OUTPUTS_AT_ONCE):
        part = slice(start, start + _OUTPUTS_AT_ONCE)
        padded = functional.pad(weight[part].float(), (0, num_missing)).contiguous()
        blocks[part], units[part] = kernels.round_int4(padded, importance)
    return QuantizedWeight(WeightFormat.INT4_BLOCKS, (num_out, num_in), blocks, units)


def widen_int4_blocks(weight: QuantizedWeight) -> Tensor:
    """What a weight in blocks stands for, fp32 (out, in)."""
    num_out, num_in = weight.shape
    blocks = weight.values.view(torch.uint8).view(num_out, -1, INT4_BYTES)
    pairs = blocks[..., : INT4_INPUTS // 2].reshape(num_out, -1, _GROUPS, 4, 4)
    places = torch.stack([pairs & _LARGEST, pairs >> 4], dim=-2).reshape(num_out, -1, _GROUPS, _GROUP)
    steps, middles = blocks[..., INT4_INPUTS // 2 :].reshape(num_out, -1, _GROUPS, 2).unbind(-1)
    levels = torch.tensor(_LEVELS, dtype=torch.float32)[places.long()]
    whole: Tensor = (levels - middles.contiguous().view(torch.int8)[..., None]) * steps[..., None]
    return whole.flatten(1)[:, :num_in].mul_(weight.scales[:, None])
