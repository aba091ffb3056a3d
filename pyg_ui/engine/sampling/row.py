"""One request's sampling state: its parameters, its text as token ids, its stream of random numbers.

Everything that differs between the rows of a batch is here. It knows nothing of logits.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from pyg_ui.engine.parameters import SamplingParameters

TokenIds = NDArray[np.int64]

_NUM_DRAWN_SEEDS = 2**31
"""Seeds drawn here fit the page's slider, so that a person can type one in again."""


@dataclass(slots=True, eq=False)
class SamplingRow:
    """One request, between its prompt and its last token."""

    parameters: SamplingParameters
    token_ids: list[int]
    """The prompt and what was generated so far. `append` adds to it; nothing else changes it."""
    num_prompt_tokens: int
    """How many of `token_ids` are the prompt."""
    end_of_text_id: int | None = None
    forbid_end_of_text: bool = False
    """Whether the end of the text may never be sampled."""
    num_top_choices: int = 0
    """How many of the likeliest tokens to report at each step."""
    breaker_ids: frozenset[int] = frozenset()
    """Tokens that DRY does not match across: newline, colon, quotation mark, asterisk."""
    protected_ids: frozenset[int] = frozenset()
    """Tokens for whose sake XTC lets a step pass: newline and the end of the text."""
    seed: int = field(init=False)
    """The parameters' own seed, or the one drawn where they leave it open."""
    _generator: torch.Generator = field(init=False, repr=False)
    _history: TokenIds = field(init=False, repr=False)
    _num_copied: int = field(init=False, repr=False, default=0)

    def __post_init__(self) -> None:
        drawn = secrets.randbelow(_NUM_DRAWN_SEEDS)
        self.seed = drawn if self.parameters.seed == -1 else self.parameters.seed
        self._generator = torch.Generator(device="cpu").manual_seed(self.seed)
        self._history = np.empty(len(self.token_ids) + self.parameters.max_new_tokens, dtype=np.int64)

    def append(self, token_id: int) -> None:
        """Add the token that was generated."""
        self.token_ids.append(token_id)

    @property
    def num_new_tokens(self) -> int:
        """How many tokens were generated so far."""
        return len(self.token_ids) - self.num_prompt_tokens

    @property
    def is_end_of_text_forbidden(self) -> bool:
        """Whether the next token may not end the text."""
        return self.forbid_end_of_text or self.num_new_tokens < self.parameters.min_new_tokens

    def history(self) -> TokenIds:
        """`token_ids` as an array, not to be changed; only what is new since the last call is copied."""
        length = len(self.token_ids)
        if length > len(self._history):
            self._history = np.concatenate([self._history, np.empty(length, dtype=np.int64)])
        self._history[self._num_copied : length] = self.token_ids[self._num_copied :]
        self._num_copied = length
        return self._history[:length]

    def draw(self) -> float:
        """The next uniform number in [0, 1) of this row's own stream."""
        return float(torch.rand((), generator=self._generator, dtype=torch.float64))

    def recent(self) -> TokenIds:
        """The tokens that the repetition penalty and DRY look at: the last of the history, or all of it."""
        num_tokens = self.parameters.repetition_penalty_range
        return self.history()[-num_tokens:]  # [-0:] is everything

    def generated(self) -> TokenIds:
        """The tokens generated so far."""
        return self.history()[self.num_prompt_tokens :]
