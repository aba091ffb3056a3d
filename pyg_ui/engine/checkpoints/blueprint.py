"""What the weights of a checkpoint must fit: its model without values, and how much memory it needs.

Computed from `config.json` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import torch

from pyg_ui.engine.checkpoints.architectures import Architecture
from pyg_ui.engine.checkpoints.configuration import describe
from pyg_ui.engine.checkpoints.files import read_config
from pyg_ui.engine.model_status import BITSANDBYTES
from pyg_ui.engine.placement import BYTES_PER_WEIGHT

DTYPES = {
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
    "8bit": torch.bfloat16,
    "4bit": torch.bfloat16,
    BITSANDBYTES: torch.float16,  # what bitsandbytes computes in; any other type it casts, with a warning a product
}
"""The type of what is not quantised, by precision."""


@dataclass(frozen=True)
class Blueprint:
    """A model without values: what the weights must fit."""

    architecture: Architecture
    written: dict[str, Any]
    """What stands in `config.json`."""

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Of every weight, by its name in the model."""
        return self.architecture.shapes()

    @cached_property
    def tied(self) -> dict[str, str]:
        """Names that may be absent, each with the name whose values it takes, in both directions."""
        if not self.architecture.is_tied:
            return {}
        tokens = f"{self.architecture.tokens}.weight"
        return {self._head: tokens, tokens: self._head}

    @cached_property
    def quantizable(self) -> frozenset[str]:
        """Weights that 8 bit quantises: those of the linear layers, but the output layer."""
        return self.architecture.product_names()

    @property
    def num_parameters(self) -> int:
        """Distinct parameters, tied ones counted once."""
        return sum(map(self._size, self._distinct()))

    def weight_bytes(self, precision: str) -> int:
        """Memory of the weights in a precision."""
        sizes = {name: self._size(name) for name in self._distinct()}
        num_bytes = 0.0
        if precision in ("8bit", "4bit"):
            # The output layer is quantised to 8 bits, beside the embedding where that has the same values.
            num_bytes += self._size(self._head)
            sizes.pop(self._head, None)
        for name, size in sizes.items():
            num_bytes += size * (
                BYTES_PER_WEIGHT[precision] if name in self.quantizable else DTYPES[precision].itemsize
            )
        return int(num_bytes)

    def cache_bytes(self, precision: str) -> int:
        """Memory of the keys and values of one chat that fills the context."""
        architecture = self.architecture
        num_values = 2 * len(architecture.layers) * architecture.heads.width * architecture.context_length
        return int(num_values * DTYPES[precision].itemsize)

    @property
    def _head(self) -> str:
        """The output layer's weight."""
        return f"{self.architecture.head}.weight"

    def _distinct(self) -> list[str]:
        return [name for name in self.shapes if not (name in self.tied and name == self._head)]

    def _size(self, name: str) -> int:
        return prod(self.shapes[name])


def read_blueprint(directory: Path) -> Blueprint:
    """The empty model that a directory's `config.json` describes.

    Raises UnsupportedError for another architecture, CheckpointError for values that make no model.
    """
    written = read_config(directory)
    return Blueprint(describe(written), written)
