"""The product with weights as they come."""

from __future__ import annotations

from torch import Tensor

from pyg_ui.engine.linear.dense_kernels import multiply_directly, multiply_reordered, reorder
from pyg_ui.engine.linear.dense_probe import DenseChoice

TORCHS_OWN = DenseChoice(is_reordering_worth_it=False, ways=(multiply_directly,) * 4)
"""Where there is nothing to choose."""
_SMALLEST_REORDERED_BYTES = 4_000_000
"""A call with a reordered weight takes 25 us longer than torch's own: it pays off where reading takes much longer."""


class DenseLinear:
    """A product with unquantised weights; those that others keep too (`is_shared`) are used as they are."""

    def __init__(self, weight: Tensor, bias: Tensor | None, choice: DenseChoice, *, is_shared: bool = False) -> None:
        self.out_features, self.in_features = weight.shape
        self._num_bytes = weight.nbytes + (0 if bias is None else bias.nbytes)
        is_large = weight.nbytes >= _SMALLEST_REORDERED_BYTES
        self._is_reordered = choice.is_reordering_worth_it and is_large and not is_shared
        self._weight = reorder(weight) if self._is_reordered else weight
        self._bias, self._choice = bias, choice

    @property
    def num_bytes(self) -> int:
        return self._num_bytes

    def __call__(self, rows: Tensor) -> Tensor:
        multiply = multiply_reordered if self._is_reordered else self._choice.way(rows.shape[0])
        return multiply(rows, self._weight, self._bias)
