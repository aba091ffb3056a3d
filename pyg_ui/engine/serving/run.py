"""One generation on its way through the engine: how far it has come, and when it is over.

Turns sampled tokens into chunks and into a finish with truthful timings. Knows neither the model nor the other runs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyg_ui.engine.engine import Chunk, Finish, FinishReason, Generation, NextTokenLogits, Timings, TokenChoice
from pyg_ui.engine.serving.speculation import Drafter

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from torch import Tensor

    from pyg_ui.engine.sampling.candidates import Logits
    from pyg_ui.engine.sampling.row import SamplingRow
    from pyg_ui.engine.sampling.sampler import SampledToken
    from pyg_ui.engine.serving.slots import Lease
    from pyg_ui.engine.serving.text_stream import TextStream


@dataclass(frozen=True, slots=True)
class PromptChunk:
    """A piece of a prompt on its way through the model."""

    parts: Generator[None, None, Tensor]
    """Goes on by one part of the work each time; returns the logits after the piece, (V)."""
    stop: int
    """How many of the prompt's tokens will be in the slot once it ends."""


class Run:
    """The engine's side of a Generation. It belongs to the engine's thread once submitted."""

    def __init__(self, generation: Generation, row: SamplingRow, stream: TextStream) -> None:
        self.row = row
        self.lease: Lease | None = None
        """The slot it runs in; None while it waits."""
        self.num_prefilled = 0
        """How many of the prompt's tokens are in the slot."""
        self.chunk: PromptChunk | None = None
        """What is being read of the prompt; None between chunks."""
        self.is_over = False
        self.has_failed = False
        self._generation = generation
        self._stream = stream
        self._drafter = Drafter(row.token_ids)
        self._prompt_choices: list[tuple[TokenChoice, ...]] = []
        self._end_choices: tuple[TokenChoice, ...] = ()
        self._submitted = time.perf_counter()
        self._began: float | None = None
        self._first_token: float | None = None

    @property
    def prompt_ids(self) -> tuple[int, ...]:
        """The tokens to continue."""
        return self._generation.request.prompt_ids

    @property
    def last_token_id(self) -> int:
        """The token that was sampled last and is not in the slot yet."""
        return self.row.token_ids[-1]

    @property
    def num_new_tokens(self) -> int:
        """How many tokens were generated; the one that ends the text does not count."""
        return len(self.row.token_ids) - len(self.prompt_ids)

    @property
    def is_prefilled(self) -> bool:
        """Whether the whole prompt is in the slot."""
        return self.num_prefilled == len(self.prompt_ids)

    @property
    def is_cancelled(self) -> bool:
        """Whether the consumer wants no more."""
        return self._generation.is_cancelled

    @property
    def with_prompt_choices(self) -> bool:
        """Whether the log-probabilities of the prompt's tokens are wanted."""
        return self._generation.request.with_prompt_choices

    @property
    def wants_logits(self) -> bool:
        """Whether the logits after the prompt are wanted, and no token."""
        return self._generation.request.wants_logits

    def begin(self, lease: Lease) -> None:
        """Leave the queue."""
        self._began = time.perf_counter()
        self.lease = lease
        self.num_prefilled = lease.num_cached_tokens

    def add_prompt_choices(self, choices: tuple[TokenChoice, ...]) -> None:
        """Take what the model thought of the next of the prompt's tokens."""
        self._prompt_choices.append(choices)

    def draft(self) -> Sequence[int]:
        """What may come next, for no more tokens than it can still take; nothing where trying would not pay."""
        num_left = self._generation.request.parameters.max_new_tokens - self.num_new_tokens
        return self._drafter.draft(num_left - 1)  # what is sampled behind the last one is a token too

    def accept(self, sampled: SampledToken) -> None:
        """Take the next token: emit its text, and finish where it ends the generation."""
        if self._first_token is None:
            self._first_token = time.perf_counter()
            if self._prompt_choices:
                self._generation.emit(Chunk("", (), prompt_choices=tuple(self._prompt_choices)))
        if sampled.token_id == self.row.end_of_text_id and not self._generation.request.ignore_end_of_text:
            self._end_choices = sampled.choices
            self._end_text()
            return
        self.row.append(sampled.token_id)
        text = self._stream.feed(sampled.token_id)
        is_full = self.num_new_tokens == self._generation.request.parameters.max_new_tokens
        if is_full:
            text += self._stream.end()
        self._generation.emit(Chunk(text, (sampled.token_id,), (sampled.choices,) if sampled.choices else ()))
        if self._stream.stop is not None:
            self.finish(FinishReason.STOP)
        elif is_full:
            self.finish(FinishReason.LENGTH)

    def return_logits(self, logits: Logits) -> None:
        """Emit the logits after the prompt, (V,), which nobody may change later, and finish."""
        next_token = NextTokenLogits(
            logits,
            self.prompt_ids,
            self.row.end_of_text_id,
            self.row.forbid_end_of_text,
            self.row.breaker_ids,
            self.row.protected_ids,
        )
        self._generation.emit(Chunk("", (), next_token=next_token))
        self.finish(FinishReason.LENGTH)

    def finish(self, reason: FinishReason) -> None:
        """End well."""
        self.is_over = True
        self._generation.finish(Finish(reason, self._timings(), self.row.seed, self._stream.stop, self._end_choices))

    def fail(self, error: Exception) -> None:
        """End with an error."""
        self.is_over = self.has_failed = True
        self._generation.fail(error)

    def _end_text(self) -> None:
        text = self._stream.end()
        if text:
            self._generation.emit(Chunk(text, ()))
        self.finish(FinishReason.END_OF_TEXT if self._stream.stop is None else FinishReason.STOP)

    def _timings(self) -> Timings:
        now = time.perf_counter()
        began = now if self._began is None else self._began
        first_token = now if self._first_token is None else self._first_token
        return Timings(
            queued_s=began - self._submitted,
            prefill_s=first_token - began,
            decode_s=now - first_token,
            num_prompt_tokens=len(self.prompt_ids),
            num_cached_tokens=0 if self.lease is None else self.lease.num_cached_tokens,
            num_new_tokens=self.num_new_tokens,
        )
