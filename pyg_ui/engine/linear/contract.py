"""What a product with fixed weights promises, whatever holds the weights."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from torch import Tensor

Job = Callable[[], None]
"""Work that makes a model faster and can be done on another thread while the model is used. Results stay the same."""


class LinearKind(StrEnum):
    """How a product keeps its weights."""

    DENSE = "dense"
    """As they come: fp32, bf16 or fp16."""
    INT8 = "8bit"
    """Whole numbers of 8 bits, one scale an output."""
    INT4 = "4bit"
    """Numbers of 4 bits, one scale a group of inputs."""


class Linear(Protocol):
    """A product with fixed weights. Each row's result does not depend on the other rows."""

    in_features: int
    out_features: int

    @property
    def num_bytes(self) -> int:
        """Memory that the weights and the bias take."""
        ...

    def __call__(self, rows: Tensor) -> Tensor:
        """`rows` (M, in) in the model's type times the weights, plus the bias: (M, out) in the same type."""
        ...
