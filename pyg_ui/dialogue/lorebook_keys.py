"""How a lorebook's keys are found in a text: as plain words, or as strangers' regular expressions in bounded time.

A pattern may be written to take for ever, on purpose or not. So patterns are short, each search has a deadline, and
all searches for one prompt share another.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Sequence

import regex

from pyg_ui.dialogue.macros import expand

MAX_PATTERN_LENGTH = 1_000
MAX_REPEATS = 1_000
"""The product of a pattern's counts `{n}`: compiling copies what they repeat, into gigabytes where they are nested."""
MAX_SEARCHED_LENGTH = 50_000
"""Characters at the text's end that patterns are searched in."""
SEARCH_TIMEOUT_S = 0.05
TOTAL_TIMEOUT_S = 0.25
"""For all the patterns of one prompt together; the ones after that count as not found."""

_COUNT = re.compile(r"\{\s*(\d{1,9})")
_FLAGS = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL}


class KeyFinder:
    """Finds keys for one prompt, macros in them expanded, and notes those that cannot be used."""

    def __init__(self, *, char: str, user: str) -> None:
        self._names = {"char": char, "user": user}
        self._deadline = time.monotonic() + TOTAL_TIMEOUT_S
        self._unusable: dict[str, None] = {}

    @property
    def unusable_keys(self) -> tuple[str, ...]:
        """The patterns that were no regular expressions or took too long, each once."""
        return tuple(self._unusable)

    def finds(self, keys: Sequence[str], text: str, *, use_regex: bool, is_case_sensitive: bool) -> bool:
        """Whether any key is found in the text. Plain keys are found within words too."""
        if use_regex:
            return any(self._matches(key, text, is_case_sensitive) for key in keys if key.strip())
        words = [expand(key, **self._names).strip() for key in keys]
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
            self._unusable[key] = None
            return False


def _is_modest(key: str) -> bool:
    """Whether compiling the pattern takes little time and memory."""
    repeats = math.prod(max(int(count), 1) for count in _COUNT.findall(key))
    return len(key) <= MAX_PATTERN_LENGTH and repeats <= MAX_REPEATS


def _compile(key: str, is_case_sensitive: bool) -> regex.Pattern[str]:
    """The pattern of a key `pattern` or `/pattern/flags`; flags that we do not know are ignored."""
    flags = 0 if is_case_sensitive else regex.IGNORECASE
    if key.startswith("/") and key.rfind("/") > 0:
        end = key.rfind("/")
        for letter in key[end + 1 :]:
            flags |= _FLAGS.get(letter, 0)
        key = key[1:end]
    return regex.compile(key, flags)
