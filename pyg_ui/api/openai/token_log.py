"""The tokens of a text, with their log-probabilities and their offsets.

A token is reported when the text in which it begins has been sent. So the tokens of a stop string that was cut off are
not reported, nor those of text that is held back. How answers write tokens is not known here.
"""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from pyg_ui.engine.engine import Chunk, Engine, Finish, TokenChoice

END_OF_TEXT = "<|endoftext|>"
_LOWEST_LOGPROB = -9999.0
"""JSON has no minus infinity."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A token that was chosen or considered."""

    data: bytes
    logprob: float

    @property
    def text(self) -> str:
        """The token as text, or its bytes if they are not whole characters. Only the end of text has no bytes."""
        if not self.data:
            return END_OF_TEXT
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            return "bytes:" + "".join(f"\\x{byte:02x}" for byte in self.data)


@dataclass(frozen=True, slots=True)
class LoggedToken:
    """A token of the text."""

    token: Alternative
    offset: int
    """In characters from the text's beginning."""
    is_first: bool = False
    """Whether it is the first token of a prompt, which has no probability."""
    top: tuple[Alternative, ...] = ()
    """The likeliest tokens at its place, likeliest first."""


class TokenLog:
    """Collects the tokens of one generation."""

    def __init__(self, engine: Engine, num_top: int, prompt_ids: Sequence[int] = ()) -> None:
        """Reports `num_top` likeliest tokens for each token. `prompt_ids`: if the text begins with the prompt."""
        self._engine = engine
        self._num_top = num_top
        self._prompt_ids = prompt_ids
        self._characters = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._length = 0
        """Characters of all tokens so far."""
        self._num_shown = 0
        """Characters that have been sent."""
        self._pending: list[LoggedToken] = []

    def feed(self, chunk: Chunk) -> tuple[LoggedToken, ...]:
        """Add a chunk, whose text is sent now. Return the tokens that can be reported."""
        for token_id, choices in zip(chunk.token_ids, chunk.choices, strict=False):
            self._add(token_id, choices)
        self._num_shown += len(chunk.text)
        return self._release()

    def feed_prompt(self, text: str, choices: Sequence[Sequence[TokenChoice]]) -> tuple[LoggedToken, ...]:
        """Add the prompt, which is sent as `text`. Return its tokens."""
        for token_id, considered in zip(self._prompt_ids, [(), *choices], strict=True):
            self._add(token_id, considered)
        self._num_shown += len(text)
        tokens, self._pending = tuple(self._pending), []
        return tokens

    def end(self, finish: Finish) -> tuple[LoggedToken, ...]:
        """The token that ended the text, if one did."""
        self._pending.clear()
        if finish.end_choices:
            self._add(finish.end_choices[0].token_id, finish.end_choices)
        tokens, self._pending = tuple(self._pending), []
        return tokens

    def _add(self, token_id: int, choices: Sequence[TokenChoice]) -> None:
        own = choices[0].logprob if choices else 0.0
        data = self._engine.token_bytes(token_id)
        top = tuple(self._alternative(choice) for choice in choices[1 : self._num_top + 1])
        token = Alternative(data, max(own, _LOWEST_LOGPROB))
        self._pending.append(LoggedToken(token, self._length, not choices, top))
        self._length += len(self._characters.decode(data))

    def _alternative(self, choice: TokenChoice) -> Alternative:
        return Alternative(self._engine.token_bytes(choice.token_id), max(choice.logprob, _LOWEST_LOGPROB))

    def _release(self) -> tuple[LoggedToken, ...]:
        shown = tuple(token for token in self._pending if token.offset < self._num_shown)
        del self._pending[: len(shown)]
        return shown
