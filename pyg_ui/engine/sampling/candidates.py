"""The tokens that can still be drawn for one row, with their logits and unnormalised probabilities.

Candidates stay in ascending order of id, so a draw does not depend on the sorting of near ties, and a truncation needs
sorted values only, never sorted indices. Truncated tokens are removed, so later samplers work on fewer tokens.
Invariant: at least one candidate remains, and the largest logit is finite.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
Indices = NDArray[np.int64]

_NUM_BLOCKS = 1024
SMALLEST_DIVISOR = float(np.finfo(np.float32).tiny)
LARGEST_LOGIT = float(np.finfo(np.float32).max)


class Candidates:
    """Starts with the whole vocabulary. The given logits are never changed: editing copies them."""

    def __init__(self, logits: Logits) -> None:
        self.logits = logits  # (n,)
        self.vocabulary_size = len(logits)
        self._ids: Indices | None = None
        self._is_own = False
        self._peak: float | None = None
        self._weights: Logits | None = None
        self._total: float | None = None
        self._surprisal: Logits | None = None

    def __len__(self) -> int:
        return len(self.logits)

    @property
    def ids(self) -> Indices:
        """The candidates' token ids, ascending."""
        return np.arange(self.vocabulary_size) if self._ids is None else self._ids

    @property
    def peak(self) -> float:
        """The largest logit."""
        if self._peak is None:
            self._peak = float(self.logits.max())
        return self._peak

    @property
    def weights(self) -> Logits:
        """Probabilities up to a common factor: the likeliest has exactly 1."""
        if self._weights is None:
            self._weights = np.exp(self.logits - np.float32(self.peak))
        return self._weights

    @property
    def total(self) -> float:
        """The sum of the weights: weight / total is the probability."""
        if self._total is None:
            self._total = float(self.weights.sum())
        return self._total

    def surprisal(self) -> Logits:
        """-log of each candidate's probability, in nats; infinite where the probability is zero."""
        if self._surprisal is None:
            self._surprisal = np.float32(self.peak + math.log(self.total)) - self.logits
        return self._surprisal

    def entropy(self) -> float:
        """The entropy of the distribution, in nats."""
        shares = self.weights * self.surprisal()
        if np.isnan(total := shares.sum()):
            total = np.nansum(shares)  # 0 * inf is 0 here
        return float(total) / self.total

    def edit(self, change: Callable[[Logits], None]) -> None:
        """Let `change` alter an array of logits over the whole vocabulary, in which removed tokens have -inf."""
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
        self._peak = self._weights = None
        self._forget_sums()

    def scale(self, temperature: float) -> None:
        """Divide the logits. Where that overflows, they are first shifted so that the largest is 0."""
        divisor = np.float32(max(temperature, SMALLEST_DIVISOR))
        peak = np.float32(self.peak)
        source = self.logits
        if not np.isfinite(peak / divisor):
            source, peak = source - peak, np.float32(0)
        self.logits = np.divide(source, divisor, out=self.logits if self._is_own else None)
        self._is_own = True
        self._peak, self._weights = float(peak / divisor), None
        self._forget_sums()

    def keep(self, indices: Indices, *, with_likeliest: bool = True) -> None:
        """Keep the candidates at these ascending indices, at least one with a finite logit."""
        if len(indices) == len(self):
            return
        self._ids = indices if self._ids is None else self._ids[indices]
        self.logits = self.logits[indices]
        if not with_likeliest:  # weights that were rounded to zero may matter again
            self._peak = self._weights = None
        elif self._weights is not None:
            self._weights = self._weights[indices]
        self._forget_sums()

    def keep_from(self, floor: float) -> None:
        """Keep the candidates whose weight is at least `floor`, and always the likeliest."""
        self.keep((self.weights >= min(floor, 1.0)).nonzero()[0])

    def keep_largest(self, count: int, smallest: float) -> None:
        """Keep the `count` largest weights, the smallest of which is `smallest`. Of tied ones the lowest ids stay."""
        indices = (self.weights >= smallest).nonzero()[0]
        surplus = len(indices) - count
        if surplus > 0:
            tied = (self.weights[indices] == smallest).nonzero()[0]
            indices = np.delete(indices, tied[-surplus:])
        self.keep(indices)

    def draw(self, uniform: float) -> int:
        """The id at `uniform`, in [0, 1), of the cumulative distribution over ascending ids."""
        cumulative = self.weights.cumsum(dtype=np.float64)
        index = int(cumulative.searchsorted(uniform * cumulative[-1], side="right"))
        if index == len(self):  # rounding
            index = int(self.weights.nonzero()[0][-1])
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

    def _forget_sums(self) -> None:
        self._total = self._surprisal = None


def largest(values: Logits, k: int) -> Indices:
    """The ascending indices of the k largest of at least k values, and of values that tie with the k-th.

    In long arrays only values from the k-th largest block maximum on are searched: k blocks have at least one value
    that large.
    """
    num_rows = len(values) // _NUM_BLOCKS
    if num_rows < 4 or k > _NUM_BLOCKS // 2:
        return _not_below(values, _kth_largest(values, k))
    maxima = values[: num_rows * _NUM_BLOCKS].reshape(num_rows, _NUM_BLOCKS).max(axis=0)
    indices = _not_below(values, _kth_largest(maxima, k))
    few = values[indices]
    return indices[_not_below(few, _kth_largest(few, k))]


def _kth_largest(values: Logits, k: int) -> float:
    return float(np.partition(values, len(values) - k)[len(values) - k])


def _not_below(values: Logits, floor: float) -> Indices:
    return (values >= floor).nonzero()[0]
