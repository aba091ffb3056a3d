"""Quantised weights as they are kept: in memory before packing, and in the cache's files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from torch import Tensor


class WeightFormat(StrEnum):
    """What the numbers of a quantised weight mean. A file's key holds it: change the value with the meaning."""

    INT8 = "int8-1"
    """`values * scales[:, None]`: int8 (out, in) within 127 of zero, fp32 (out,)."""
    INT8_PAIRED = "int8-paired-1"
    """The same, where |values[:, 2i] + values[:, 2i + 1]| never exceeds 128, for processors without VNNI."""
    INT4 = "int4-1"
    """Two numbers a byte, uint8 (out, in / 2), and for each 32 inputs and output a step and a middle, bf16
    (in / 32, out, 2): the number 8 stands for the middle. Filled up to 16 outputs and 32 inputs."""


@dataclass(frozen=True, slots=True)
class QuantizedWeight:
    """A weight in one of the formats."""

    format: WeightFormat
    shape: tuple[int, int]
    """(out, in) before anything was filled up."""
    values: Tensor
    scales: Tensor

    @property
    def num_bytes(self) -> int:
        return self.values.nbytes + self.scales.nbytes
