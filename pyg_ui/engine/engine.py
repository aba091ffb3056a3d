"""The contract between callers that want text and the engines that generate it.

A caller submits a GenerationRequest and gets a Generation: an iterator of Chunks, for a thread or for asyncio, that
ends with a Finish. Leaving the iteration early cancels it. Knows neither how tokens are computed nor what texts mean.
"""

import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pyg_ui.clients import current_client
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import Message
from pyg_ui.waking import event_for_other_threads

LogitBias = tuple[tuple[int, float], ...]
"""Token ids, and what is added to the logit of each before all samplers: at most LARGEST_BIAS, either way."""
LARGEST_BIAS = 100.0


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A prompt, how to sample its continuation, and where to end."""

    prompt_ids: tuple[int, ...]
    """At least one token id of the engine's vocabulary."""
    parameters: SamplingParameters
    stop: tuple[str, ...] = ()
    """Generation ends where one of these first appears in the generated text."""
    include_stop: bool = False
    """Whether the text includes the stop string that ended it."""
    ignore_end_of_text: bool = False
    """Whether `<|endoftext|>` is forbidden instead of ending the generation."""
    logit_bias: LogitBias = ()
    """Makes tokens likelier or less likely, also without temperature. 100 practically forces one, -100 forbids it."""
    num_top_choices: int = 0
    """How many of the likeliest tokens to report at each step, with their log-probabilities."""
    with_prompt_choices: bool = False
    """Whether to report as many for each token of the prompt too. The prompt is then never taken from the cache."""
    wants_logits: bool = False
    """Whether to return the next token's logits, in a single chunk, and no text. The prompt may fill the context."""
    client: str = field(default_factory=current_client.get, compare=False)
    """Who asks. Clients that wait take turns."""

    @property
    def num_tokens(self) -> int:
        """How many tokens of the context it may need."""
        return len(self.prompt_ids) + (0 if self.wants_logits else self.parameters.max_new_tokens)


class FinishReason(StrEnum):
    """Why a generation ended."""

    END_OF_TEXT = "end_of_text"
    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TokenChoice:
    """A token and its log-probability before any sampler."""

    token_id: int
    logprob: float


@dataclass(frozen=True, slots=True, eq=False)
class NextTokenLogits:
    """The logits of the token after a prompt, and what samplers need besides parameters (see SamplingRow)."""

    logits: NDArray[np.float32]
    """Before any sampler, (V,)."""
    prompt_ids: tuple[int, ...]
    end_ids: frozenset[int] = frozenset()
    forbid_end_of_text: bool = False
    token_bytes: Sequence[bytes] = ()
    protected_ids: frozenset[int] = frozenset()
    logit_bias: LogitBias = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one or more steps added. The text of a chunk is never taken back."""

    text: str
    """May be empty while a stop string or a character is incomplete."""
    token_ids: tuple[int, ...]
    choices: tuple[tuple[TokenChoice, ...], ...] = ()
    """For each token id, that token and then the likeliest ones, if they were asked for."""
    prompt_choices: tuple[tuple[TokenChoice, ...], ...] = ()
    """The same for each prompt token but the first, in the first chunk, if they were asked for."""
    next_token: NextTokenLogits | None = None
    """If it was asked for. The generation then ends without a token, with FinishReason.LENGTH."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Durations in seconds, and token counts."""

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
    """As `Chunk.choices`, for the token that ended the text, if one did. No chunk contains that token."""


class Generation:
    """A request that was submitted, and its chunks. One consumer can read them, once.

    The engine's thread calls `emit`, and at the end `finish` or `fail`. All other methods are for the consumer.
    """

    def __init__(self, request: GenerationRequest) -> None:
        self.request = request
        self.result: Finish | None = None
        """How it ended; None before the end and after a failure."""
        self.is_cancelled = False
        """Whether the consumer wants no more."""
        self._chunks: deque[Chunk] = deque()
        self._changed = threading.Condition()
        self._wake_reader: Callable[[], None] = lambda: None
        self._error: Exception | None = None
        self._when_over: list[Callable[[], None]] = []

    def __iter__(self) -> Iterator[Chunk]:
        """Yield chunks until the end. Raises what the engine failed with. Closing the iterator cancels."""
        try:
            while (chunk := self._wait_and_take()) is not None:
                yield chunk
        finally:
            self.cancel()

    async def __aiter__(self) -> AsyncGenerator[Chunk, None]:
        """As `__iter__`, for asyncio. A cancelled task cancels the generation."""
        news, wake = event_for_other_threads()
        with self._changed:
            self._wake_reader = wake
        try:
            while True:
                news.clear()
                if not self._has_news():
                    await news.wait()
                elif (chunk := self._wait_and_take()) is not None:
                    yield chunk
                else:
                    return
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Ask the engine to stop. Chunks that were emitted stay readable. After the end this does nothing."""
        self.is_cancelled = True

    def text(self) -> str:
        """Read all chunks and return the text. Raises what the engine failed with."""
        return "".join(chunk.text for chunk in self)

    def when_over(self, callback: Callable[[], None]) -> None:
        """Call `callback` when it is over, on the engine's thread, or now if it already is."""
        with self._changed:
            is_over = self.is_over
            self._when_over.append(callback)
        if is_over:
            callback()

    @property
    def is_over(self) -> bool:
        """Whether the engine has ended it, well or with an error. Chunks may still wait to be read."""
        return self.result is not None or self._error is not None

    def emit(self, chunk: Chunk) -> None:
        """Hand a chunk to the consumer."""
        with self._changed:
            self._chunks.append(chunk)
            self._notify()

    def finish(self, finish: Finish) -> None:
        """End it without an error. Only the first call of `finish` or `fail` counts."""
        self._end(finish, None)

    def fail(self, error: Exception) -> None:
        """End it with an error, which the consumer gets after the chunks that were emitted."""
        self._end(None, error)

    def _end(self, finish: Finish | None, error: Exception | None) -> None:
        with self._changed:
            if self.is_over:
                return
            self.result, self._error = finish, error
            self._notify()
            callbacks = list(self._when_over)
        for callback in callbacks:
            callback()

    def _has_news(self) -> bool:
        return bool(self._chunks) or self.is_over

    def _wait_and_take(self) -> Chunk | None:
        """The next chunk, or None at the end. Raises what the engine failed with."""
        with self._changed:
            self._changed.wait_for(self._has_news)
            if self._chunks:
                return self._chunks.popleft()
            if self._error is not None:
                raise self._error
            return None

    def _notify(self) -> None:
        self._changed.notify_all()
        self._wake_reader()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model that an engine serves, for people and for the API."""

    id: str
    """The catalogue's id, or the directory's name for a checkpoint given by path."""
    architecture: str
    """`gpt_neo` or `gptj`; of a model on a server, the program that serves it."""
    num_parameters: int
    context_length: int
    """Positions the model has: prompt and new tokens together."""
    precision: str
    """`fp32`, `bf16`, `fp16`, `8bit`, `4bit`, or `8bit-bnb` for the 8 bit of bitsandbytes; "" on a server."""
    device: str
    is_demo: bool = False
    """Whether it is one of the two tiny demo checkpoints; they are labelled wherever they speak."""
    may_loop: bool = False
    """Whether its texts are to be ended where they begin to repeat themselves, as those of the demo models are."""
    vocabulary_size: int | None = None
    """Token ids are below this; None where it is not known."""
    lacks: frozenset[str] = frozenset()
    """What its engine cannot do: names of sampling parameters, and `lens`."""


class Engine(Protocol):
    """Generates text for many callers at once. All methods may be called from any thread."""

    @property
    def model(self) -> ModelInfo:
        """The model that it serves."""

    def encode(self, text: str) -> list[int]:
        """The token ids of a text. No special tokens are added."""

    def decode(self, token_ids: Sequence[int]) -> str:
        """The text of token ids, without special tokens."""

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes of a token, which may be part of a character. A special token has none."""

    def count_tokens(self, text: str) -> int:
        """How many tokens a text has."""

    def check_room(self) -> None:
        """Raises EngineBusyError where a generation that `current_client` starts now would find no place to wait."""

    def submit(self, request: GenerationRequest) -> Generation:
        """Start a generation.

        Raises InputError for an empty prompt, an id outside the vocabulary or a bias that is out of range,
        PromptTooLongError where it may need more tokens than the context has, EngineBusyError and EngineStoppedError.
        """

    def close(self, patience_s: float = 0.0) -> None:
        """Wait until every generation has ended, at most `patience_s` seconds; then stop and free the memory.

        It accepts requests while it waits. What is not over then fails with EngineStoppedError. Closing twice is safe.
        """

    def when_failed(self, callback: Callable[[Message], None]) -> None:
        """Call `callback` with the reason, on any thread, if it ends by itself because its device failed."""
