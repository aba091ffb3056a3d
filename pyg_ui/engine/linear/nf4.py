"""The 4-bit product on GPUs, by bitsandbytes."""

from __future__ import annotations

import importlib
from typing import Any

from torch import Tensor


class Nf4Linear:
    """A product with weights in bitsandbytes' nf4 (blocks of 64). Raises ImportError where it is not installed."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._library: Any = importlib.import_module("bitsandbytes")
        self.out_features, self.in_features = weight.shape
        self._bias = bias
        self._values, self._state = self._library.functional.quantize_4bit(weight, quant_type="nf4")

    @property
    def num_bytes(self) -> int:
        state_bytes: int = self._state.absmax.nbytes
        return int(self._values.nbytes) + state_bytes + (0 if self._bias is None else self._bias.nbytes)

    def __call__(self, rows: Tensor) -> Tensor:
        product: Tensor = self._library.matmul_4bit(rows, self._values, quant_state=self._state, bias=self._bias)
        return product
