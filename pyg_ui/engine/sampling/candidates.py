"""The tokens still in play for one row, with their logits and unnormalised probabilities.

Candidates stay in ascending order of id, so a draw does not depend on how near ties were sorted, and a truncation
needs sorted values at most, never a sorted index. Truncated tokens are gone: what comes later works on few.
Invariant: at least one candidate is left and the largest logit is finite.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
Indices = NDArray[np.int64]

_NUM_BLOCKS = 1024


class Candidates:
    """Starts with the whole vocabulary. The logits handed in are never changed: they are copied when edited."""

    def __init__(self, logits: Logits) -> None:
        self.logits = logits  # (n,)
        self.vocabulary_size = len(logits)
        self._ids: Indices | None = None
        self._is_own = False
        self._weights: Logits | None = None
        self._total = 0.0

    def __len__(self) -> int:
        return len(self.logits)

    @property
    def ids(self) -> Indices:
        """The candidates' token ids, ascending."""
        return np.arange(self.vocabulary_size) if self._ids is None else self._ids

    @property
    def weights(self) -> Logits:
        """Probabilities up to a common factor: the likeliest has exactly 1."""
        if self._weights is None:
            self._weights = np.exp(self.logits - self.logits.max())
            self._total = float(self._weights.sum())
        return self._weights

    @property
    def total(self) -> float:
        """The sum of the weights: weight / total is the probability."""
        _ = self.weights
        return self._total

    def surprisal(self) -> Logits:
        """-log of each candidate's probability, in nats; infinite where the probability is zero."""
        shift = np.float32(self.logits.max() + np.log(self.total))
        return shift - self.logits

    def entropy(self) -> float:
        """The entropy of the distribution, in nats."""
        return float(np.nansum(self.weights * self.surprisal())) / self.total  # 0 * inf is 0 here

    def edit(self, change: Callable[[Logits], None]) -> None:
        """Let `change` alter logits in an array over the whole vocabulary, where tokens not in play have -inf."""
        if self._ids is None:
            if not self._is_own:
                self.logits = self.logits.copy()
            change(self.logits)
        else:
            scattered = np.full(self.vocabulary_size, -np.inf, dtype=np.float32)
            scattered[self._ids] = self.logits
            change(scattered)
            self.logits = scattered[self._ids]
        self._is_own = True
        self._weights = None

    def scale(self, temperature: float) -> None:
        """Divide the logits. Where that overflows, they are first shifted so that the largest is 0."""
        divisor = np.float32(max(temperature, float(np.finfo(np.float32).tiny)))
        scaled = self.logits / divisor
        if not np.isfinite(scaled.max()):
            scaled = (self.logits - self.logits.max()) / divisor
        self.logits = scaled
        self._is_own = True
        self._weights = None

    def keep(self, indices: Indices) -> None:
        """Keep the candidates at these ascending indices, at least one with a finite logit."""
        if len(indices) == len(self):
            return
        self._ids = indices if self._ids is None else self._ids[indices]
        self.logits = self.logits[indices]
        if self._weights is not None:
            self._weights = self._weights[indices]
            self._total = float(self._weights.sum())
            if self._weights.max() < 1:
                self._weights = None  # the likeliest is gone: small weights may have been rounded to zero

    def keep_from(self, floor: float) -> None:
        """Keep the candidates whose weight is at least `floor`, and always the likeliest."""
        self.keep(np.flatnonzero(self.weights >= min(floor, 1.0)))

    def keep_largest(self, count: int, smallest: float) -> None:
        """Keep the `count` largest weights, of which `smallest` is the last; ties go to the lowest ids."""
        indices = np.flatnonzero(self.weights >= smallest)
        surplus = len(indices) - count
        if surplus > 0:
            tied = np.flatnonzero(self.weights[indices] == smallest)
            indices = np.delete(indices, tied[-surplus:])
        self.keep(indices)

    def draw(self, uniform: float) -> int:
        """The id at this point, in [0, 1), of the cumulative distribution over ascending ids."""
        cumulative = np.cumsum(self.weights, dtype=np.float64)
        index = int(np.searchsorted(cumulative, uniform * cumulative[-1], side="right"))
        if index == len(self):  # rounding
            index = int(np.flatnonzero(self.weights)[-1])
        return index if self._ids is None else int(self._ids[index])

    def likeliest(self) -> int:
        """The id of the largest logit; ties go to the lowest id."""
        index = int(self.logits.argmax())
        return index if self._ids is None else int(self._ids[index])

    def probabilities(self) -> Logits:
        """The distribution over the whole vocabulary, (vocabulary_size,)."""
        spread = np.zeros(self.vocabulary_size, dtype=np.float32)
        spread[self.ids] = self.weights / np.float32(self.total)
        return spread


def kth_largest(values: Logits, k: int) -> float:
    """The k-th largest of at least k values.

    Of long arrays only what can be among the k largest is searched: k blocks have a maximum of at least the k-th
    largest block maximum, so k values are that large.
    """
    num_rows = len(values) // _NUM_BLOCKS
    if num_rows >= 4 and k <= _NUM_BLOCKS // 2:
        maxima = values[: num_rows * _NUM_BLOCKS].reshape(num_rows, _NUM_BLOCKS).max(axis=0)
        bound = np.partition(maxima, _NUM_BLOCKS - k)[_NUM_BLOCKS - k]
        values = values[np.flatnonzero(values >= bound)]
    return float(np.partition(values, len(values) - k)[len(values) - k])
