"""4-bit linear layers on GPUs, by bitsandbytes."""

import importlib
from typing import Any

from torch import Tensor

from pyg_ui.engine.linear.contract import Linear, Scheme, Target


class Nf4Scheme(Scheme):
    """For GPUs. Quantising takes so little time there that nothing is stored in the weight cache."""

    def __init__(self, target: Target) -> None:
        """Chooses nothing."""

    def make(self, weight: Tensor, bias: Tensor | None, *, is_shared: bool) -> Linear:
        return Nf4Linear(weight, bias)


class Nf4Linear:
    """A linear layer in bitsandbytes' nf4 (blocks of 64). Raises ImportError where bitsandbytes is not installed."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._library: Any = importlib.import_module("bitsandbytes")
        self.out_features, self.in_features = weight.shape
        self._bias = bias
        self._values, self._state = self._library.functional.quantize_4bit(weight, quant_type="nf4")

    def __call__(self, rows: Tensor) -> Tensor:
        out: Tensor = self._library.matmul_4bit(rows, self._values, quant_state=self._state, bias=self._bias)
        return out
