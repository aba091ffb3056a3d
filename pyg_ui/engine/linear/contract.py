"""What a linear layer promises, how quantised weights are stored, and what makes linear layers of one precision.

A new way to make linear layers is a new `Scheme` and an entry in the table of `maker`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.precision import Precision

Job = Callable[[], None]
"""Work that makes a model faster and can be done on another thread while the model is used. Results stay the same."""


def dtype_of(precision: Precision) -> torch.dtype:
    """The type of everything that is not quantised."""
    dtype: torch.dtype = getattr(torch, precision.dtype_name)
    return dtype


class Linear(Protocol):
    """A linear layer with fixed weights. Each row's result does not depend on the other rows."""

    in_features: int
    out_features: int

    def __call__(self, rows: Tensor) -> Tensor:
        """`rows` (M, in) in the model's type times the weights, plus the bias: (M, out) in the same type."""
        ...


class WeightFormat(StrEnum):
    """What the numbers of a quantised weight mean. Part of a cache file's key: a new meaning needs a new value."""

    INT8 = "int8-1"
    """`values * scales[:, None]`: int8 (out, in) from -127 to 127, fp32 (out,)."""
    INT8_PAIRED = "int8-paired-1"
    """As INT8, but |values[:, 2i] + values[:, 2i + 1]| never exceeds 128, for processors without VNNI."""
    INT4 = "int4-1"
    """Values: two numbers a byte, uint8 (out, in / 2). Scales: for each group of 32 inputs of an output a step and a
    middle, bf16 (in / 32, out, 2). The number 8 stands for the middle. Padded to 16 outputs and 32 inputs."""
    INT4_BLOCKS = "int4-blocks-1"
    """Values: blocks of 64 inputs with their steps and middles, as compiled/source/int4.h has them, int8
    (out, in / 64 * 36). Scales: the unit of an output's steps, fp32 (out,)."""


@dataclass(frozen=True, slots=True)
class QuantizedWeight:
    """A weight in one of the formats."""

    format: WeightFormat
    shape: tuple[int, int]
    """(out, in) without padding."""
    values: Tensor
    scales: Tensor


@dataclass(frozen=True, slots=True)
class Target:
    """What linear layers are made for."""

    precision: Precision
    device: torch.device
    kernels: Kernels | None = None
    """Compiled kernels that may be used, on processors only."""


class Scheme(ABC):
    """Makes the linear layers of one precision on one kind of device.

    Its constructor takes a Target and measures what it must choose for that.
    """

    format: WeightFormat | None = None
    """How quantised weights are stored in the weight cache; None where they are not stored."""

    @abstractmethod
    def make(self, weight: Tensor, bias: Tensor | None, *, is_shared: bool) -> Linear:
        """A linear layer of an unquantised weight (out, in) on the target's device.

        A shared weight stays in use elsewhere, so it is kept as it is. Raises ImportError for a missing library.
        """


class QuantizedScheme(Scheme):
    """A scheme whose weights are quantised in a format that can be stored."""

    format: WeightFormat

    @abstractmethod
    def quantize(self, weight: Tensor) -> QuantizedWeight:
        """Round a floating-point weight (out, in). Takes about 1 GB/s, and little memory beside the result."""

    @abstractmethod
    def load(self, weight: QuantizedWeight, bias: Tensor | None) -> Linear:
        """The linear layer of a quantised weight. Packing it can take 10 s a gigabyte on a processor."""

    def begin(self, weight: QuantizedWeight, bias: Tensor | None) -> tuple[Linear, Job | None]:
        """As `load`, but usable soonest; and a job that then makes it as fast as `load` does, if there is one."""
        return self.load(weight, bias), None

    def make(self, weight: Tensor, bias: Tensor | None, *, is_shared: bool) -> Linear:
        return self.load(self.quantize(weight), bias)
