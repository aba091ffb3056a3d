"""Weights of 8 bits: whole numbers within 127 of zero, one scale an output.

Processors before VNNI add each two neighbouring products in 16 bits, where the sum of 255 x 127 + 255 x 127 no longer
fits and is cut off. Paired weights are scaled a little further down where two neighbours of one sign would sum to
more than 128: then no row, whatever it holds, is ever cut off. That costs such processors about a third more
rounding of the weights, where 7 bits for the rows would cost twice the rounding of the rows.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pyg_ui.engine.linear.quantized import QuantizedWeight, WeightFormat

LARGEST = 127
_ROWS_AT_ONCE = 256
"""Outputs quantised at a time: their fp32 copies stay in the processor's cache."""


def quantize_int8(weight: Tensor, *, is_paired: bool) -> QuantizedWeight:
    """Round a floating-point weight (out, in) to 8 bits; with `is_paired` so that no 16-bit sum is cut off."""
    values = torch.empty(weight.shape, dtype=torch.int8, device=weight.device)
    scales = torch.empty(weight.shape[0], dtype=torch.float32, device=weight.device)
    for start in range(0, weight.shape[0], _ROWS_AT_ONCE):
        block = weight[start : start + _ROWS_AT_ONCE].float()  # (rows, in)
        largest = block.abs().amax(dim=1)
        if is_paired:
            largest = torch.maximum(largest, _largest_sum_of_neighbours(block))
        scale = torch.where(largest > 0, largest / LARGEST, 1.0)
        values[start : start + _ROWS_AT_ONCE] = (block / scale[:, None]).round_()
        scales[start : start + _ROWS_AT_ONCE] = scale
    weight_format = WeightFormat.INT8_PAIRED if is_paired else WeightFormat.INT8
    return QuantizedWeight(weight_format, (weight.shape[0], weight.shape[1]), values, scales)


def _largest_sum_of_neighbours(block: Tensor) -> Tensor:
    """Per output the largest |w[2i] + w[2i + 1]|. Rounding adds at most 1 to such a sum of whole numbers."""
    num_paired = block.shape[1] // 2 * 2
    sums = block[:, 0:num_paired:2] + block[:, 1:num_paired:2]
    return sums.abs().amax(dim=1) if num_paired else block.new_zeros(len(block))
