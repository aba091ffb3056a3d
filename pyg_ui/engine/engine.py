"""The contract between whoever wants text and whichever engine makes it.

A caller submits a GenerationRequest and holds a Generation: an iterator of Chunks, from a thread or from asyncio,
that ends with a Finish. Leaving the iteration early cancels; so does `cancel()`, at any time and from any thread.
Nothing here knows how tokens are made, or what the text means.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from pyg_ui.engine.parameters import SamplingParameters

if TYPE_CHECKING:
    from pyg_ui.engine.sampling.candidates import Logits
    from pyg_ui.engine.sampling.row import SamplingRow


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What to continue, how, and until where."""

    prompt_ids: tuple[int, ...]
    """At least one token id of the engine's vocabulary."""
    parameters: SamplingParameters
    stop: tuple[str, ...] = ()
    """Generation ends where one of these first appears in the generated text."""
    include_stop: bool = False
    """Whether the stop string that ended it belongs to the text."""
    ignore_end_of_text: bool = False
    """Whether `<|endoftext|>` is forbidden instead of ending the generation."""
    num_top_choices: int = 0
    """How many of the likeliest tokens to report at each step, with log-probabilities; 0 reports none."""
    with_prompt_choices: bool = False
    """Whether to report as many for each token of the prompt too. Nothing of the prompt then comes from the cache."""
    wants_outlook: bool = False
    """Whether to hand out what the model expects next, in the one chunk there is, instead of generating anything."""


class FinishReason(StrEnum):
    """Why a generation ended."""

    END_OF_TEXT = "end_of_text"
    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TokenChoice:
    """A token and its log-probability under the model's own distribution, before any sampler."""

    token_id: int
    logprob: float


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What the model expects after a prompt, and all that the samplers know besides."""

    logits: Logits
    """Of every token that may come next, before any sampler, (V,)."""
    row: SamplingRow
    """The request's, with the prompt as its text."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one or more steps added. Text once handed out is never taken back."""

    text: str
    """May be empty while text is held back."""
    token_ids: tuple[int, ...]
    choices: tuple[tuple[TokenChoice, ...], ...] = ()
    """For each token id, the token itself and then the likeliest ones, when asked for."""
    prompt_choices: tuple[tuple[TokenChoice, ...], ...] = ()
    """In the first chunk, for each prompt token but the first: as `choices`, when asked for."""
    outlook: Outlook | None = None
    """When asked for; the generation then ends, at its length limit, without a token."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time went, in seconds, and what was counted."""

    queued_s: float
    prefill_s: float
    decode_s: float
    num_prompt_tokens: int
    num_cached_tokens: int
    num_new_tokens: int

    @property
    def tokens_per_s(self) -> float:
        """Decoding speed after the first token; 0 when there was none."""
        return (self.num_new_tokens - 1) / self.decode_s if self.decode_s > 0 and self.num_new_tokens > 1 else 0.0


@dataclass(frozen=True, slots=True)
class Finish:
    """How a generation ended."""

    reason: FinishReason
    timings: Timings
    seed: int
    """The seed that was used: the request's own, or the one drawn for it."""
    stop: str | None = None
    """The stop string that ended it, if one did."""
    end_choices: tuple[TokenChoice, ...] = ()
    """As `Chunk.choices`, for the token that ended the text, if one did; it is in no chunk."""


def _do_nothing() -> None:
    pass


class Generation:
    """One request on its way. Its chunks can be consumed once, by one consumer.

    The engine's thread calls `emit`, then `finish` or `fail` once; everything else is for the consumer.
    """

    def __init__(self, request: GenerationRequest) -> None:
        self.request = request
        self._chunks: deque[Chunk] = deque()
        self._changed = threading.Condition()
        self._wake_reader: Callable[[], None] | None = None
        self._finish: Finish | None = None
        self._error: Exception | None = None
        self._cancelled = threading.Event()
        self._when_over: Callable[[], None] = _do_nothing

    # -- the consumer's side ------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Chunk]:
        """Yield chunks until the end. Raises what the engine failed with. Closing the iterator cancels."""
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(self._has_news)
                    chunk = self._take()
                if chunk is None:
                    return
                yield chunk
        finally:
            self.cancel()

    async def __aiter__(self) -> AsyncGenerator[Chunk, None]:
        """As `__iter__`, for asyncio. A cancelled task cancels the generation."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            # The engine must not fail because a consumer's loop was closed without waiting for its end.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(news.set)

        try:
            while True:
                news.clear()
                with self._changed:
                    self._wake_reader = wake
                    chunk = self._take() if self._has_news() else None
                    ended = chunk is None and self._has_news()
                if ended:
                    return
                if chunk is None:
                    await news.wait()
                else:
                    yield chunk
        finally:
            with self._changed:
                self._wake_reader = None
            self.cancel()

    def cancel(self) -> None:
        """Ask the engine to stop. Chunks already emitted stay readable. After the end it does nothing."""
        self._cancelled.set()

    def text(self) -> str:
        """Consume everything and return the text. Raises what the engine failed with."""
        return "".join(chunk.text for chunk in self)

    def when_over(self, callback: Callable[[], None]) -> None:
        """Call back once it has ended or failed, on the engine's thread; at once where it has. One callback only."""
        with self._changed:
            is_over = self.is_over
            self._when_over = callback
        if is_over:
            callback()

    @property
    def result(self) -> Finish | None:
        """How it ended; None before the end and after a failure."""
        return self._finish

    @property
    def is_over(self) -> bool:
        """Whether the engine has ended it, well or with an error. Chunks may still wait to be read."""
        return self._finish is not None or self._error is not None

    # -- the engine's side --------------------------------------------------------------------------------------

    @property
    def is_cancelled(self) -> bool:
        """Whether the consumer wants no more."""
        return self._cancelled.is_set()

    def emit(self, chunk: Chunk) -> None:
        """Hand a chunk to the consumer."""
        with self._changed:
            self._chunks.append(chunk)
            self._notify()

    def finish(self, finish: Finish) -> None:
        """End it well. A generation ends once; later calls change nothing."""
        with self._changed:
            if self.is_over:
                return
            self._finish = finish
            self._notify()
            callback = self._when_over
        callback()

    def fail(self, error: Exception) -> None:
        """End it with an error, raised to the consumer after the chunks already emitted."""
        with self._changed:
            if self.is_over:
                return
            self._error = error
            self._notify()
            callback = self._when_over
        callback()

    def _has_news(self) -> bool:
        return bool(self._chunks) or self.is_over

    def _take(self) -> Chunk | None:
        if self._chunks:
            return self._chunks.popleft()
        if self._error is not None:
            raise self._error
        return None

    def _notify(self) -> None:
        self._changed.notify_all()
        if self._wake_reader is not None:
            self._wake_reader()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is loaded, for people and for the API."""

    id: str
    """The catalogue's id, or the directory's name for a checkpoint given by path."""
    architecture: str
    """`gpt_neo` or `gptj`."""
    num_parameters: int
    context_length: int
    """Positions the model has: prompt and new tokens together."""
    precision: str
    """`fp32`, `bf16`, `fp16`, `8bit`, `4bit`, or `8bit-bnb` for the 8 bit of bitsandbytes."""
    device: str
    is_demo: bool = False
    """Whether it is one of the two tiny demo checkpoints; they are labelled wherever they speak."""
    vocabulary_size: int | None = None
    """Token ids are below this; None where it is not known."""


class Engine(Protocol):
    """Whatever turns token ids into text for many callers at once. All methods may be called from any thread."""

    @property
    def model(self) -> ModelInfo:
        """What is loaded."""

    def encode(self, text: str) -> list[int]:
        """The token ids of a text, no special tokens added."""

    def decode(self, token_ids: Sequence[int]) -> str:
        """The text of token ids, special tokens dropped."""

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes that a token stands for, which need not be whole characters; none for a special token."""

    def count_tokens(self, text: str) -> int:
        """How many tokens a text has."""

    def submit(self, request: GenerationRequest) -> Generation:
        """Start a generation.

        Raises InputError for an empty prompt or an id outside the vocabulary, PromptTooLongError where prompt and
        max_new_tokens exceed the context, EngineBusyError and EngineStoppedError.
        """

    def close(self, patience_s: float = 0.0) -> None:
        """Stop and return the memory, once everything has ended that was submitted or after `patience_s` seconds.

        What has not ended by then fails with EngineStoppedError. Closing twice is harmless.
        """
