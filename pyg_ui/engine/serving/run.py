"""A run: the engine's state of one generation.

Turns sampled tokens into chunks, and at the end into a finish with timings. Knows neither the model nor other runs.
"""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from torch import Tensor

from pyg_ui.engine.engine import Chunk, Finish, FinishReason, Generation, NextTokenLogits, Timings, TokenChoice
from pyg_ui.engine.sampling.candidates import Logits
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.engine.sampling.sampler import SampledToken
from pyg_ui.engine.serving.slots import Lease
from pyg_ui.engine.serving.speculation import Drafter
from pyg_ui.engine.serving.text_stream import TextStream

MAX_ATTEMPTS = 1000
"""How often a generation may go back because of banned strings, before its text ends in front of one."""


@dataclass(frozen=True, slots=True)
class PromptChunk:
    """A chunk of a prompt that the model is reading."""

    parts: Generator[None, None, Tensor]
    """Computes one part of the chunk for each `next`; returns the logits after the chunk, (V,)."""
    stop: int
    """How many of the prompt's tokens are in the slot after the chunk."""


class Run:
    """The engine's side of a Generation. After the submission only the engine's thread uses it."""

    def __init__(self, generation: Generation, row: SamplingRow, stream: TextStream) -> None:
        self.request = generation.request
        self.prompt_ids = generation.request.prompt_ids
        """The tokens to continue."""
        self.row = row
        self.lease: Lease | None = None
        """The slot it runs in; None while it waits."""
        self.num_prefilled = 0
        """How many of the prompt's tokens are in the slot."""
        self.chunk: PromptChunk | None = None
        """The chunk that is being read; None between chunks."""
        self.prompt_choices: list[tuple[TokenChoice, ...]] = []
        """The log-probabilities of the prompt tokens that were read so far, if they were asked for."""
        self.num_attempts = 0
        """How often tokens were taken back because of a banned string."""
        self.is_over = False
        self.has_failed = False
        self._generation = generation
        self._stream = stream
        self._drafter = Drafter(row.token_ids)
        self._unsent: list[SampledToken] = []
        """The last tokens, which were not emitted yet, because they may begin a banned string."""
        self._end_choices: tuple[TokenChoice, ...] = ()
        self._submitted = time.perf_counter()
        self._began: float | None = None
        self._first_token: float | None = None

    @property
    def last_token_id(self) -> int:
        """The token that was sampled last. It is not in the slot yet."""
        return self.row.token_ids[-1]

    @property
    def client(self) -> str:
        """Who asked."""
        return self.request.client

    @property
    def is_prefilled(self) -> bool:
        """Whether the whole prompt is in the slot."""
        return self.num_prefilled == len(self.prompt_ids)

    @property
    def is_cancelled(self) -> bool:
        """Whether the consumer has cancelled it."""
        return self._generation.is_cancelled

    def begin(self, lease: Lease) -> None:
        """Start reading the prompt, in this slot."""
        self._began = time.perf_counter()
        self.lease = lease
        self.num_prefilled = lease.num_cached_tokens

    def draft(self) -> Sequence[int]:
        """Tokens that may come next, within the token limit; none if trying them is not worth it."""
        num_left = self.request.parameters.max_new_tokens - self.row.num_new_tokens
        return self._drafter.draft(num_left - 1)  # after the draft, one more token is sampled

    def accept(self, sampled: SampledToken) -> None:
        """Add the next token and emit its text. Finish if it ends the generation."""
        if self._first_token is None:
            self._first_token = time.perf_counter()
            if self.prompt_choices:
                self._generation.emit(Chunk("", (), prompt_choices=tuple(self.prompt_choices)))
        if sampled.token_id in self.row.end_ids and not self.request.ignore_end_of_text:
            self._end_choices = sampled.choices
            self._send(self._stream.end(), len(self._unsent))
            self.finish(FinishReason.END_OF_TEXT if self._stream.stop is None else FinishReason.STOP)
            return
        self.row.append(sampled.token_id)
        text = self._stream.feed(sampled.token_id)
        self._unsent.append(sampled)
        if self._stream.num_to_take_back:
            self._take_back(self._stream.num_to_take_back)
            return
        is_full = self.row.num_new_tokens == self.request.parameters.max_new_tokens
        if is_full:
            text += self._stream.end()
        self._send(text, len(self._unsent) - self._stream.num_uncertain)
        if self._stream.stop is not None:
            self.finish(FinishReason.STOP)
        elif is_full:
            self.finish(FinishReason.LENGTH)

    def _take_back(self, count: int) -> None:
        """Go back to where a banned string began. After too many attempts, end the text there."""
        self.row.take_back(count)
        self._stream.take_back()
        del self._unsent[-count:]
        self._drafter = Drafter(self.row.token_ids)
        self.num_attempts += 1
        if self.num_attempts > MAX_ATTEMPTS:
            self._send(self._stream.end(), len(self._unsent))
            self.finish(FinishReason.STOP)

    def _send(self, text: str, count: int) -> None:
        """Emit the text, and the first `count` tokens that were not emitted yet."""
        sent, self._unsent = self._unsent[:count], self._unsent[count:]
        if text or sent:
            token_ids = tuple(each.token_id for each in sent)
            self._generation.emit(Chunk(text, token_ids, tuple(each.choices for each in sent if each.choices)))

    def return_logits(self, logits: Logits) -> None:
        """Emit the logits after the prompt, (V,), which nobody may change later, and its choices; finish."""
        row = self.row
        next_token = NextTokenLogits(
            logits,
            self.prompt_ids,
            end_ids=row.end_ids,
            forbid_end_of_text=row.forbid_end_of_text,
            token_bytes=row.token_bytes,
            protected_ids=row.protected_ids,
            logit_bias=row.logit_bias,
        )
        self._generation.emit(Chunk("", (), prompt_choices=tuple(self.prompt_choices), next_token=next_token))
        self.finish(FinishReason.LENGTH)

    def finish(self, reason: FinishReason) -> None:
        """End without an error."""
        self.is_over = True
        self._generation.finish(Finish(reason, self._timings(), self.row.seed, self._stream.stop, self._end_choices))

    def fail(self, error: Exception) -> None:
        """End with an error."""
        self.is_over = self.has_failed = True
        self._generation.fail(error)

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
            num_new_tokens=self.row.num_new_tokens,
        )
