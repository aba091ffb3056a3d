"""The product with weights as they come."""

from __future__ import annotations

from torch import Tensor

from pyg_ui.engine.linear.dense_kernels import multiply_directly, reorder
from pyg_ui.engine.linear.dense_probe import DenseChoice

_TORCHS_OWN = DenseChoice(is_reordered=False, ways=(multiply_directly,) * 4)


class DenseLinear:
    """A product with unquantised weights."""

    def __init__(self, weight: Tensor, bias: Tensor | None, choice: DenseChoice = _TORCHS_OWN) -> None:
        self.out_features, self.in_features = weight.shape
        self._num_bytes = weight.nbytes + (0 if bias is None else bias.nbytes)
        self._weight = reorder(weight) if choice.is_reordered else weight
        self._bias, self._choice = bias, choice

    @property
    def num_bytes(self) -> int:
        return self._num_bytes

    def __call__(self, rows: Tensor) -> Tensor:
        return self._choice.way(len(rows))(rows, self._weight, self._bias)
