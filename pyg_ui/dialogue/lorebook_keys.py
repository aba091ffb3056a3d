"""Finds a lorebook's keys in a text: plain words, or regular expressions of unknown authors, in limited time.

A pattern may take for ever, on purpose or not. So the length of patterns is limited, each search has a time limit, and
all searches for one prompt together have another.
"""

import math
import re
import time
from collections.abc import Sequence

import regex

from pyg_ui.dialogue.macros.expansion import Macros

MAX_PATTERN_LENGTH = 1_000
MAX_REPEATS = 1_000
"""The most that a pattern's counts `{n}` may be, multiplied: compiling copies the repeated part that often."""
MAX_SEARCHED_LENGTH = 50_000
"""Patterns are searched in this many characters at the end of the text."""
SEARCH_TIMEOUT_S = 0.05
TOTAL_TIMEOUT_S = 0.25
"""For all patterns of one prompt together. Later patterns count as not found."""

_COUNT = re.compile(r"\{\s*(\d{1,9})")
_FLAGS = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL}


class KeyFinder:
    """Finds keys for one prompt, with their macros expanded. A pattern that failed once is not tried again."""

    def __init__(self, macros: Macros) -> None:
        self.macros = macros
        self._deadline = time.monotonic() + TOTAL_TIMEOUT_S
        self._unusable: set[str] = set()

    def finds(self, keys: Sequence[str], text: str, *, use_regex: bool, is_case_sensitive: bool) -> bool:
        """Whether any key is found in the text. Plain keys are found within words too."""
        if use_regex:
            return any(self._matches(key, text, is_case_sensitive) for key in keys if key.strip())
        words = [self.macros.expand(key).strip() for key in keys]
        if not is_case_sensitive:
            words, text = [word.casefold() for word in words], text.casefold()
        return any(word in text for word in words if word)

    def _matches(self, key: str, text: str, is_case_sensitive: bool) -> bool:
        remaining = min(self._deadline - time.monotonic(), SEARCH_TIMEOUT_S)
        if key in self._unusable:
            return False
        try:
            if remaining <= 0 or not _is_modest(key):
                raise TimeoutError
            pattern = _compile(key, is_case_sensitive)
            return pattern.search(text[-MAX_SEARCHED_LENGTH:], timeout=remaining) is not None
        except (regex.error, TimeoutError, ValueError, OverflowError, RecursionError, MemoryError):
            self._unusable.add(key)
            return False


def _is_modest(key: str) -> bool:
    """Whether the pattern can be compiled in little time and memory."""
    repeats = math.prod(max(int(count), 1) for count in _COUNT.findall(key))
    return len(key) <= MAX_PATTERN_LENGTH and repeats <= MAX_REPEATS


def _compile(key: str, is_case_sensitive: bool) -> regex.Pattern[str]:
    """The pattern of a key `pattern` or `/pattern/flags`. Unknown flags are ignored."""
    flags = 0 if is_case_sensitive else regex.IGNORECASE
    if key.startswith("/") and key.rfind("/") > 0:
        end = key.rfind("/")
        for letter in key[end + 1 :]:
            flags |= _FLAGS.get(letter, 0)
        key = key[1:end]
    return regex.compile(key, flags)
