"""Turns the events of a streamed completion into chunks, and ends the text at a stop string.

Stop strings are always looked for here: no server takes as many as a chat has, and most do not say which one they met.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from pyg_ui.engine.engine import Chunk, Finish, FinishReason, GenerationRequest, Timings, TokenChoice
from pyg_ui.engine.remote.dialects import Dialect
from pyg_ui.engine.remote.server import refusal_of
from pyg_ui.engine.remote.tokenizers import LocalTokenizer, Tokenizer
from pyg_ui.engine.serving.text_stream import TextStream
from pyg_ui.errors import RemoteError

_REASONS = {"stop": FinishReason.END_OF_TEXT, "eos": FinishReason.END_OF_TEXT, "length": FinishReason.LENGTH}
_FAILED = 500


class Reply:
    """One reply while it arrives."""

    def __init__(self, request: GenerationRequest, seed: int, dialect: Dialect, tokenizer: Tokenizer) -> None:
        self._request = request
        self._seed = seed
        self._dialect = dialect
        self._tokenizer = tokenizer
        self._stream = TextStream((), request.stop, include_stop=request.include_stop)
        self._reason: FinishReason | None = None
        self._end_choices: tuple[TokenChoice, ...] = ()
        self._num_new = 0
        self._usage: Mapping[str, Any] = {}
        self._began = time.monotonic()
        self._first: float | None = None

    @property
    def is_cut(self) -> bool:
        """Whether a stop string is complete, so that the server may stop too."""
        return self._stream.stop is not None

    @property
    def is_complete(self) -> bool:
        """Whether its end has come."""
        return self.is_cut or self._reason is not None

    def feed(self, event: Mapping[str, Any]) -> Chunk | None:
        """Add an event; return what it adds to the text, if anything. Raises RemoteError and what it tells of."""
        try:
            return self._feed(event)
        except (AttributeError, IndexError, TypeError, ValueError):
            raise RemoteError("The model's server answers in a way that is not understood.") from None

    def _feed(self, event: Mapping[str, Any]) -> Chunk | None:
        if "choices" not in event:
            raise refusal_of(_FAILED, event)
        self._usage = event.get("usage") or self._usage
        if not event["choices"]:
            return None
        choice = event["choices"][0]
        written, ended = choice.get("text") or "", choice.get("finish_reason")
        if self._first is None and (written or ended):
            self._first = time.monotonic()
        token_ids = self._token_ids(choice, written)
        choices = self._choices(choice.get("logprobs") or {})
        self._num_new += len(token_ids)
        text = self._stream.feed_bytes(written.encode())
        if ended and not self.is_cut:
            if ended not in _REASONS:
                raise RemoteError("The model's server gave this reply up. Try again.")
            self._reason = _REASONS[ended]
            text += self._stream.end()
            self._end_choices = choices[len(token_ids)] if len(choices) > len(token_ids) else ()
        return Chunk(text, token_ids, choices[: len(token_ids)]) if text or token_ids else None

    def finish(self, *, is_cancelled: bool = False) -> Finish:
        """How it ended."""
        reason = FinishReason.STOP if self.is_cut else self._reason
        if reason is None or is_cancelled:
            reason = FinishReason.CANCELLED
        return Finish(reason, self._timings(), self._seed, self._stream.stop, self._end_choices)

    def _timings(self) -> Timings:
        ended = time.monotonic()
        first = ended if self._first is None else self._first
        num_prompt = len(self._request.prompt_ids)
        details = self._usage.get("prompt_tokens_details") or {}
        num_new = self._num_new or self._usage.get("completion_tokens") or 0
        num_cached = min(details.get("cached_tokens") or 0, num_prompt - 1)
        return Timings(0.0, first - self._began, ended - first, num_prompt, num_cached, num_new)

    def _token_ids(self, choice: Mapping[str, Any], text: str) -> tuple[int, ...]:
        """The ids that the server reports; else those of the text, if that asks nobody."""
        if not self._dialect.ids_field:
            return tuple(self._tokenizer.encode(text)) if isinstance(self._tokenizer, LocalTokenizer) else ()
        token_ids = tuple(choice.get("token_ids") or ())
        is_end = choice.get("finish_reason") == "stop" and choice.get("stop_reason") is None
        return token_ids[:-1] if is_end and self._dialect.ends_with_id else token_ids

    def _choices(self, logprobs: Mapping[str, Any]) -> tuple[tuple[TokenChoice, ...], ...]:
        names: Sequence[str] = logprobs.get("tokens") or ()
        values, tops = logprobs.get("token_logprobs") or (), logprobs.get("top_logprobs") or ()
        if not self._request.num_top_choices:
            return ()
        return tuple(
            (_choice(name, value), *self._likeliest(top)) for name, value, top in zip(names, values, tops, strict=True)
        )

    def _likeliest(self, top: Mapping[str, float]) -> list[TokenChoice]:
        ordered = sorted((_choice(*item) for item in top.items()), key=lambda choice: -choice.logprob)
        return ordered[: self._request.num_top_choices]


def _choice(name: str, logprob: float) -> TokenChoice:
    return TokenChoice(int(name.removeprefix("token_id:")), logprob)
