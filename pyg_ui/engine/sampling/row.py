"""The sampling state of one request: its parameters, its text as token ids and its random numbers.

It holds everything in which the rows of a batch differ.
"""

import math
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pyg_ui.engine.engine import LogitBias
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling.candidates import Candidates
from pyg_ui.engine.sampling.token_texts import tokens_with_any

TokenIds = NDArray[np.int64]

_NUM_DRAWN_SEEDS = 2**31
"""Drawn seeds are below this, so that they fit the page's slider."""


class _GrowingIds:
    """An array of ids that can grow at its end."""

    def __init__(self) -> None:
        self._buffer: TokenIds = np.empty(256, dtype=np.int64)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, ids: list[int]) -> None:
        length = self._length + len(ids)
        if length > len(self._buffer):
            self._buffer = np.concatenate([self._buffer, np.empty(length, dtype=np.int64)])
        self._buffer[self._length : length] = ids
        self._length = length

    def cut(self, length: int) -> None:
        """Keep only the first ids."""
        self._length = min(self._length, length)

    def view(self) -> TokenIds:
        return self._buffer[: self._length]


class _GrowingCounts:
    """Ids in the order of their first appearance, and how often each appeared."""

    def __init__(self) -> None:
        self.total = 0
        self._places: dict[int, int] = {}
        self._ids, self._counts = _GrowingIds(), _GrowingIds()

    def add(self, ids: list[int]) -> None:
        self.total += len(ids)
        for token_id in ids:
            place = self._places.setdefault(token_id, len(self._places))
            if place == len(self._ids):
                self._ids.extend([token_id])
                self._counts.extend([0])
            self._counts.view()[place] += 1

    def view(self) -> tuple[TokenIds, NDArray[np.int64]]:
        return self._ids.view(), self._counts.view()


@dataclass(slots=True, eq=False)
class SamplingRow:
    """One row of a batch."""

    parameters: SamplingParameters
    token_ids: list[int]
    """The prompt and what was generated so far. Only `append` and `take_back` change it."""
    num_prompt_tokens: int
    """How many of `token_ids` are the prompt."""
    end_ids: frozenset[int] = frozenset()
    """The tokens that end the text."""
    forbid_end_of_text: bool = False
    """Whether the end of the text may never be sampled."""
    num_top_choices: int = 0
    """How many of the likeliest tokens to report at each step."""
    token_bytes: Sequence[bytes] = ()
    """The bytes of each token, for samplers that look at the text: DRY's breakers and banned strings."""
    protected_ids: frozenset[int] = frozenset()
    """XTC does nothing in a step in which it would remove one of these: newline and the end of the text."""
    logit_bias: LogitBias = ()
    """What is added to logits before all samplers."""
    biased_ids: TokenIds = field(init=False, repr=False)
    biases: NDArray[np.float32] = field(init=False, repr=False)
    """`logit_bias` as arrays, because it may be as long as the vocabulary and is added at each step."""
    seed: int = field(init=False)
    """The seed of the parameters, or the one that was drawn because theirs is open."""
    _bans: dict[int, list[int]] = field(init=False, repr=False, default_factory=dict)
    """The tokens that may not come behind the first so many."""
    _random: random.Random = field(init=False, repr=False)
    _history: _GrowingIds = field(init=False, repr=False, default_factory=_GrowingIds)
    _distinct: _GrowingIds = field(init=False, repr=False, default_factory=_GrowingIds)
    _counts: _GrowingCounts = field(init=False, repr=False, default_factory=_GrowingCounts)
    _seen: set[int] = field(init=False, repr=False, default_factory=set)
    _most_bits: list[float] = field(init=False, repr=False, default_factory=list)
    """`most_bits` after each draw, if mirostat acts."""
    _num_scanned: int = field(init=False, repr=False, default=0)
    """How many of `token_ids` are in `_seen`."""

    def __post_init__(self) -> None:
        seed = self.parameters.seed
        self.seed = secrets.randbelow(_NUM_DRAWN_SEEDS) if seed == -1 else seed
        self._random = random.Random(self.seed)
        self.biased_ids = np.array([token_id for token_id, _ in self.logit_bias], dtype=np.int64)
        self.biases = np.array([bias for _, bias in self.logit_bias], dtype=np.float32)

    def append(self, token_id: int) -> None:
        """Add the token that was generated."""
        self.token_ids.append(token_id)

    def take_back(self, count: int) -> None:
        """Remove the last `count` tokens, and ban the first of them in its place."""
        place = len(self.token_ids) - count
        self._bans.setdefault(place, []).append(self.token_ids[place])
        del self.token_ids[place:]
        del self._most_bits[self.num_new_tokens :]
        self._history.cut(place)
        self._distinct, self._counts = _GrowingIds(), _GrowingCounts()
        self._seen, self._num_scanned = set(), 0

    def banned_ids(self) -> TokenIds:
        """The tokens that may not come next, because a banned string is in them or began with them here."""
        always = tokens_with_any(self.token_bytes, self.parameters.banned_strings, ignores_case=True)
        here = self._bans.get(len(self.token_ids))
        return always if here is None else np.concatenate([always, np.array(here)])

    @property
    def num_new_tokens(self) -> int:
        """How many tokens were generated so far."""
        return len(self.token_ids) - self.num_prompt_tokens

    @property
    def is_end_of_text_forbidden(self) -> bool:
        """Whether the next token may not end the text."""
        return self.forbid_end_of_text or self.num_new_tokens < self.parameters.min_new_tokens

    def history(self) -> TokenIds:
        """`token_ids` as an array, which must not be changed. Copies only the ids that are new since the last call."""
        self._history.extend(self.token_ids[len(self._history) :])
        return self._history.view()

    def distinct(self) -> TokenIds:
        """Every id in `token_ids` once, not to be changed. Reads only the ids that are new since the last call."""
        new = dict.fromkeys(token for token in self.token_ids[self._num_scanned :] if token not in self._seen)
        self._num_scanned = len(self.token_ids)
        self._seen.update(new)
        self._distinct.extend(list(new))
        return self._distinct.view()

    @property
    def most_bits(self) -> float:
        """The surprisal up to which mirostat keeps tokens, in bits. It begins at twice the target."""
        return self._most_bits[-1] if self._most_bits else 2 * self.parameters.mirostat_tau

    def drew(self, candidates: Candidates, token_id: int) -> None:
        """A token was drawn from these candidates. Mirostat keeps fewer or more in the next step."""
        if self.parameters.mirostat_mode:
            place = int(candidates.ids.searchsorted(token_id))
            bits = float(candidates.surprisal()[place]) / math.log(2)
            self._most_bits.append(
                self.most_bits - self.parameters.mirostat_eta * (bits - self.parameters.mirostat_tau)
            )

    def draw(self) -> float:
        """The next uniform number in [0, 1) of this row's own stream."""
        return self._random.random()

    def recent(self) -> TokenIds:
        """The tokens that the repetition penalty and DRY look at: the last of the history, or all of it."""
        num_tokens = self.parameters.repetition_penalty_range
        return self.history()[-num_tokens:]  # [-0:] is everything

    def generated_counts(self) -> tuple[TokenIds, NDArray[np.int64]]:
        """Every generated id once, and how often it was generated; not to be changed. Reads only the new ids."""
        self._counts.add(self.token_ids[self.num_prompt_tokens + self._counts.total :])
        return self._counts.view()
