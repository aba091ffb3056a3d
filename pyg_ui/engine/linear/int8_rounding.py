"""Rounds weights to 8 bits: whole numbers from -127 to 127, and one scale for each output.

Processors without VNNI multiply two neighbouring inputs and add both results in 16 bits. 255 x 127 + 255 x 127 does not
fit there and saturates. Paired weights avoid that for any row: where two neighbours would sum to more than
128, the whole output is scaled down a little further. This costs such processors about a third more rounding error of
the weights; rounding the rows to 7 bits instead would double the rounding error of the rows.
"""

import torch
from torch import Tensor

from pyg_ui.engine.linear.contract import QuantizedWeight, WeightFormat

LARGEST = 127
_ROWS_AT_ONCE = 256
"""Outputs rounded at a time: their fp32 copies stay in the processor's cache."""


def quantize_int8(weight: Tensor, *, is_paired: bool) -> QuantizedWeight:
    """Round a floating-point weight (out, in) to 8 bits; with `is_paired` so that no 16-bit sum saturates."""
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
    """The largest |w[2i] + w[2i + 1]| of each output. Rounding adds at most 1 to such a sum of whole numbers."""
    num_paired = block.shape[1] // 2 * 2
    sums = block[:, 0:num_paired:2] + block[:, 1:num_paired:2]
    return sums.abs().amax(dim=1) if num_paired else block.new_zeros(len(block))
