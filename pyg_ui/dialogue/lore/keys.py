"""Finds a lorebook's keys in a text, in limited time.

A pattern may take for ever, on purpose or not. So each search has a time limit, and all searches for one prompt
together have another.
"""

import time
from collections.abc import Sequence
from string import ascii_letters, digits

from pyg_ui.dialogue.lore.patterns import KeyPattern, parse_pattern
from pyg_ui.dialogue.lorebook import LorebookEntry
from pyg_ui.dialogue.macros.expansion import Macros

MAX_SEARCHED_LENGTH = 50_000
"""Patterns are searched in this many characters at the beginning of the text, where the newest turns are."""
SEARCH_TIMEOUT_S = 0.05
TOTAL_TIMEOUT_S = 0.25
"""For all patterns of one prompt together. Later patterns count as not found."""

_WORD_CHARACTERS = frozenset(ascii_letters + digits + "_")


class KeyFinder:
    """Finds keys for one prompt, with their macros expanded. A pattern that took too long is not tried again."""

    def __init__(self, macros: Macros) -> None:
        self._macros = macros
        self._remaining_s = TOTAL_TIMEOUT_S
        self._prepared: dict[str, tuple[str, KeyPattern | None]] = {}
        self._slow: set[str] = set()
        self._lowered: dict[str, str] = {}

    def found(self, keys: Sequence[str], text: str, entry: LorebookEntry) -> list[bool]:
        """For each key whether it is found, by the entry's rules for letter case and whole words."""
        return [self._is_found(key, text, entry) for key in keys]

    def any_found(self, keys: Sequence[str], text: str, entry: LorebookEntry) -> bool:
        """Whether at least one key is found."""
        return any(self._is_found(key, text, entry) for key in keys)

    def _is_found(self, key: str, text: str, entry: LorebookEntry) -> bool:
        key, pattern = self._prepare(key)
        if not key or not text:
            return False
        if pattern is not None:
            return self._matches(key, pattern, text)
        if not entry.is_case_sensitive:
            key, text = key.lower(), self._lower(text)
        if entry.matches_whole_words is False or len(key.split()) > 1:
            return key in text
        return _has_word(text, key)

    def _prepare(self, key: str) -> tuple[str, KeyPattern | None]:
        if key not in self._prepared:
            expanded = self._macros.expand(key).strip()
            self._prepared[key] = expanded, parse_pattern(expanded)
        return self._prepared[key]

    def _lower(self, text: str) -> str:
        if text not in self._lowered:
            self._lowered[text] = text.lower()
        return self._lowered[text]

    def _matches(self, key: str, pattern: KeyPattern, text: str) -> bool:
        if key in self._slow or self._remaining_s <= 0:
            return False
        start = time.monotonic()
        try:
            return pattern.is_found(text[:MAX_SEARCHED_LENGTH], min(SEARCH_TIMEOUT_S, self._remaining_s))
        except (TimeoutError, MemoryError):
            self._slow.add(key)
            return False
        finally:
            self._remaining_s -= time.monotonic() - start


def _has_word(text: str, word: str) -> bool:
    """Whether the word stands in the text without an ASCII letter, digit or underscore on either side.

    Other letters are no part of words here, as in JavaScript. So words of languages without spaces are found too.
    """
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if _WORD_CHARACTERS.isdisjoint(text[max(at - 1, 0) : at] + text[end : end + 1]):
            return True
        at = text.find(word, at + 1)
    return False
