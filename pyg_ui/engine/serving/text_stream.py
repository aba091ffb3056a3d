"""Converts token ids to text, one at a time, and ends the text at a stop string. No text is ever taken back.

The bytes of an incomplete character and a tail that may become a stop string are held back. All text together equals
the decoding of all ids, cut at the stop string. A token takes time in proportion to its own length, not to the text
so far. Knows neither models nor tokenizers: `vocabulary` has the bytes of each token.
"""

import codecs
from collections.abc import Sequence


class TextStream:
    """The text of one generation."""

    def __init__(self, token_bytes: Sequence[bytes], stop: Sequence[str] = (), *, include_stop: bool = False) -> None:
        """`token_bytes` has the bytes of each id. Empty stop strings are ignored."""
        self._token_bytes = token_bytes
        self._characters = codecs.getincrementaldecoder("utf-8")(errors="replace")
        # The longest first: of two stop strings that end together, it begins earlier.
        self._searches = [_Search(text) for text in sorted(set(filter(None, stop)), key=len, reverse=True)]
        self._include_stop = include_stop
        self._held = ""
        self.stop: str | None = None
        """The stop string that ended the text: the first that was complete, the longest if several were."""

    def feed(self, token_id: int) -> str:
        """Add a token; return the text that can now be shown. After a stop string there is no more text."""
        data = self._token_bytes[token_id] if token_id < len(self._token_bytes) else b""
        return self._add(self._characters.decode(data))

    def end(self) -> str:
        """End the text; return what was held back. An incomplete character becomes U+FFFD, as in any decoding."""
        text = self._add(self._characters.decode(b"", final=True))
        text, self._held = text + self._held, ""
        return text

    def _add(self, text: str) -> str:
        if self.stop is not None:
            return ""
        for index, character in enumerate(text):
            complete = [search.text for search in self._searches if search.feed(character)]
            if complete:
                self.stop = complete[0]
                text, self._held = self._held + text[: index + 1], ""
                return text if self._include_stop else text.removesuffix(self.stop)
        text = self._held + text
        num_held = 0 if self._include_stop else max((search.num_matched for search in self._searches), default=0)
        safe = len(text) - num_held
        self._held = text[safe:]
        return text[:safe]


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


def _fallbacks(text: str) -> list[int]:
    """For each beginning of `text`, the length of its longest proper tail that is also its beginning."""
    lengths, length = [0] * len(text), 0
    for index in range(1, len(text)):
        while length and text[index] != text[length]:
            length = lengths[length - 1]
        length += text[index] == text[length]
        lengths[index] = length
    return lengths
