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
    token_id: int | None = None
    """Its id, if tokens are to be named by their ids."""

    @property
    def text(self) -> str:
        """The token as text, or its bytes if they are not whole characters. Only the end of text has no bytes."""
        if self.token_id is not None:
            return f"token_id:{self.token_id}"
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

    def __init__(
        self, engine: Engine, num_top: int, prompt_ids: Sequence[int] = (), *, names_ids: bool = False
    ) -> None:
        """Reports `num_top` likeliest tokens for each token. `prompt_ids`: if the text begins with the prompt.

        With `names_ids` tokens are named by their ids, and none waits for its text.
        """
        self._names_ids = names_ids
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
        self._pending += map(self._logged, chunk.choices)
        self._num_shown += len(chunk.text)
        shown = tuple(token for token in self._pending if self._names_ids or token.offset < self._num_shown)
        del self._pending[: len(shown)]
        return shown

    def feed_prompt(self, text: str, choices: Sequence[Sequence[TokenChoice]]) -> tuple[LoggedToken, ...]:
        """Add the prompt, which is sent as `text`. Return its tokens. `choices` has none for its first token."""
        self._num_shown += len(text)
        first = self._logged([TokenChoice(self._prompt_ids[0], 0.0)], is_first=True)
        return (first, *map(self._logged, choices))

    def end(self, finish: Finish) -> tuple[LoggedToken, ...]:
        """The token that ended the text, if one did."""
        return (self._logged(finish.end_choices),) if finish.end_choices else ()

    def _logged(self, choices: Sequence[TokenChoice], *, is_first: bool = False) -> LoggedToken:
        """The next token: the first of `choices`, which the likeliest ones follow."""
        token, *top = map(self._alternative, choices[: self._num_top + 1])
        logged = LoggedToken(token, self._length, is_first, tuple(top))
        self._length += len(self._characters.decode(token.data))
        return logged

    def _alternative(self, choice: TokenChoice) -> Alternative:
        token_id = choice.token_id if self._names_ids else None
        return Alternative(self._engine.token_bytes(choice.token_id), max(choice.logprob, _LOWEST_LOGPROB), token_id)
