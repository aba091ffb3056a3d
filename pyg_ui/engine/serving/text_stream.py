"""Converts token ids to text, one at a time, and ends the text at a stop string. No text is ever taken back.

The bytes of an incomplete character and a tail that may become a stop string are held back, and so is the text of
tokens in which a banned string may have begun: if one is complete, its tokens are taken back. All text together equals
the decoding of all ids, cut at the stop string. A token takes time in proportion to its own length, not to the text
so far. Knows neither models nor tokenizers: `vocabulary` has the bytes of each token.
"""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _State:
    """The state before a token that may be taken back."""

    place: int
    """How many characters the text had."""
    characters: tuple[bytes, int]
    num_matched: tuple[int, ...]


class TextStream:
    """The text of one generation."""

    def __init__(
        self,
        token_bytes: Sequence[bytes],
        stop: Sequence[str] = (),
        *,
        include_stop: bool = False,
        banned: Sequence[str] = (),
    ) -> None:
        """`token_bytes` has the bytes of each id. Empty stop strings are ignored."""
        self._token_bytes = token_bytes
        self._characters = codecs.getincrementaldecoder("utf-8")(errors="replace")
        # The longest first: of two stop strings that end together, it begins earlier.
        self._searches = [_Search(text) for text in sorted(set(filter(None, stop)), key=len, reverse=True)]
        self._banned = [_Search(text) for text in sorted({_folded(text) for text in banned if text})]
        self._include_stop = include_stop
        self._held = ""
        self._num_characters = 0
        self._states: list[_State] = []
        """Before each of the tokens that may have to be taken back, the oldest first."""
        self.stop: str | None = None
        """The stop string that ended the text: the first that was complete, the longest if several were."""
        self.num_to_take_back = 0
        """How many of the last tokens must be taken back, because a banned string is complete that began in them."""

    @property
    def num_uncertain(self) -> int:
        """How many of the last tokens may have to be taken back later. No text of theirs was returned."""
        return len(self._states)

    def feed(self, token_id: int) -> str:
        """Add a token; return the text that can now be shown. After a stop string there is no more text."""
        if self._banned:
            matched = tuple(search.num_matched for search in (*self._searches, *self._banned))
            self._states.append(_State(self._num_characters, self._characters.getstate(), matched))
        return self.feed_bytes(self._token_bytes[token_id] if token_id < len(self._token_bytes) else b"")

    def feed_bytes(self, data: bytes) -> str:
        """As `feed`, for bytes of which no token is known. They can not be taken back."""
        return self._add(self._characters.decode(data))

    def take_back(self) -> None:
        """Forget the tokens that must be taken back, as if they had never been added."""
        state = self._states[-self.num_to_take_back]
        del self._states[-self.num_to_take_back :]
        self.num_to_take_back = 0
        self._held = self._held[: len(self._held) - (self._num_characters - state.place)]
        self._num_characters = state.place
        self._characters.setstate(state.characters)
        for search, num_matched in zip((*self._searches, *self._banned), state.num_matched, strict=True):
            search.num_matched = num_matched

    def end(self) -> str:
        """End the text; return what was held back. An incomplete character becomes U+FFFD, as in any decoding."""
        text = self._add(self._characters.decode(b"", final=True))
        text, self._held = text + self._held, ""
        self._states.clear()
        return text

    def _add(self, text: str) -> str:
        if self.stop is not None:
            return ""
        for character in text:
            complete = [search.text for search in self._searches if search.feed(character)]
            if complete:
                self.stop = complete[0]
                text, self._held = self._held + character, ""
                self._states.clear()
                return text if self._include_stop else text.removesuffix(self.stop)
            self._num_characters += 1
            self._held += character
            if self._banned and self._is_banned(character):
                return ""
        num_held = 0 if self._include_stop else max((search.num_matched for search in self._searches), default=0)
        if self._banned:
            num_held = max(num_held, self._num_uncertain_characters())
        safe = len(self._held) - num_held
        text, self._held = self._held[:safe], self._held[safe:]
        return text

    def _is_banned(self, character: str) -> bool:
        """Add a character to the search for banned strings. If one is complete, find the token in which it began."""
        complete = [len(search.text) for search in self._banned if search.feed(_folded(character))]
        if not complete:
            return False
        began = self._num_characters - max(complete)
        self.num_to_take_back = sum(1 for state in self._states if state.place > began) + 1
        return True

    def _num_uncertain_characters(self) -> int:
        """The length of the text of the tokens that may have to be taken back. The others are forgotten."""
        began = self._num_characters - max(search.num_matched for search in self._banned)
        first = len(self._states)
        while began < self._num_characters:
            found = max(index for index, state in enumerate(self._states) if state.place <= began)
            if found == first:
                break
            # If this token is taken back, what had begun before it may go on again.
            first, state = found, self._states[found]
            began = min(began, state.place - max(state.num_matched[len(self._searches) :]))
        del self._states[:first]
        return self._num_characters - self._states[0].place if self._states else 0


class _Search:
    """Searches for one string, character by character (Knuth, Morris and Pratt)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.num_matched = 0
        """Length of the longest end of the text that is a beginning of the string."""
        self._fallbacks = _fallbacks(text)

    def feed(self, character: str) -> bool:
        """Add a character; return whether the string is now complete. Do not call it after that."""
        while self.num_matched and self.text[self.num_matched] != character:
            self.num_matched = self._fallbacks[self.num_matched - 1]
        if self.text[self.num_matched] == character:
            self.num_matched += 1
        return self.num_matched == len(self.text)


def _folded(text: str) -> str:
    """In lower case, but of the same length."""
    return "".join(lower if len(lower := character.lower()) == 1 else character for character in text)


def _fallbacks(text: str) -> list[int]:
    """For each beginning of `text`, the length of its longest proper tail that is also its beginning."""
    lengths, length = [0] * len(text), 0
    for index in range(1, len(text)):
        while length and text[index] != text[length]:
            length = lengths[length - 1]
        length += text[index] == text[length]
        lengths[index] = length
    return lengths
