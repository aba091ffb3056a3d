"""Regular expressions of lorebook keys: JavaScript's, written `/pattern/flags`, as patterns of `regex`.

A key that is written so but is no valid expression is plain text, as in SillyTavern. Patterns are those of unknown
authors, so their length and their counts are limited.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

MAX_PATTERN_LENGTH = 1_000
MAX_REPEATS = 1_000
"""The most that a pattern's counts `{n}` may be, multiplied: compiling copies the repeated part that often."""

_WRITTEN = re.compile(r"/(.+?)/([a-z]*)", re.DOTALL)
_FLAGS = {"g": 0, "i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL, "u": 0, "y": 0}
_BARE_SLASH = re.compile(r"(?:^|[^\\])/")
_COUNT = re.compile(r"(?<!\\u)\{\s*(\d{1,9})")
_TOKEN = re.compile(
    r"\\u\{[0-9a-fA-F]+\}|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}"
    r"|\\c[A-Za-z]|\\k<\w+>|\\[pP]\{[\w=]+\}|\\.|\[\^?\]|\[\^?|\]|\(\?(?:<[=!]|<\w+>|[:=!])|\(\?|\(\*"
    r"|(?:[*+?]|\{\d+(?:,\d*)?\})[*+?]?|.",
    re.DOTALL,
)
_WORD = "A-Za-z0-9_"
_NO_WORD = r"\x00-/:-@\[-\^`{-\u012f\u0132-\u017e\u0180-\u2129\u212b-\U0010ffff"
"""Without the four letters that `regex` takes for i, k and s where the letter case does not matter."""
_BORDER = f"(?-i:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))"
_INSIDE = {r"\w": _WORD, r"\W": _NO_WORD, r"\d": "0-9", r"\D": r"\x00-/:-\U0010ffff", r"\b": r"\x08"}
"""What JavaScript means by these in a set. Unlike Python's, its words and digits are ASCII."""
_OUTSIDE = {
    r"\w": f"(?-i:[{_WORD}])",
    r"\W": f"(?-i:[^{_WORD}])",
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\b": _BORDER,
    r"\B": f"(?!{_BORDER})",
    "[]": "(?!)",
    "[^]": r"[\s\S]",
}
_KNOWN_LETTERS = "sSnrtvf0123456789"
_CLASS = re.compile(r"\\[wWdDsSpP].*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class KeyPattern:
    """A key that is a pattern."""

    pattern: regex.Pattern[str]
    is_anchored: bool
    """Whether it must match at the very beginning of the text (flag `y`)."""

    def is_found(self, text: str, timeout_s: float) -> bool:
        """Whether the text has it. Raises TimeoutError."""
        search = self.pattern.match if self.is_anchored else self.pattern.search
        return search(text, timeout=timeout_s) is not None


@lru_cache(maxsize=2048)
def parse_pattern(key: str) -> KeyPattern | None:
    """The key's pattern; None if the key is plain text."""
    written = _written_as_pattern(key)
    if written is None:
        return None
    source, letters = written.groups()
    if not set(letters) <= _FLAGS.keys() or len(set(letters)) < len(letters) or not _is_modest(source):
        return None
    try:
        flags = sum(_FLAGS[letter] for letter in letters)
        translated = "".join(_translated(source, "u" in letters, "m" in letters))
        return KeyPattern(regex.compile(translated, flags | regex.VERSION0), "y" in letters)
    except (regex.error, ValueError, OverflowError, RecursionError, MemoryError):
        return None


def is_broken_pattern(key: str) -> bool:
    """Whether the key stands between slashes like a pattern, but is none that can be used."""
    key = key.strip()
    return _written_as_pattern(key) is not None and parse_pattern(key) is None


def _written_as_pattern(key: str) -> re.Match[str] | None:
    """The pattern and its flags, whether they can be used or not; None if the key does not stand between slashes."""
    written = _WRITTEN.fullmatch(key)
    return written if written is not None and not _BARE_SLASH.search(written[1]) else None


def _is_modest(source: str) -> bool:
    """Whether the pattern can be compiled in little time and memory."""
    repeats = math.prod(max(int(count), 1) for count in _COUNT.findall(source))
    return len(source) <= MAX_PATTERN_LENGTH and repeats <= MAX_REPEATS


def _translated(source: str, is_unicode: bool, is_multiline: bool) -> Iterator[str]:
    """The pattern's parts in `regex`'s syntax. Raises ValueError for what JavaScript does not allow."""
    in_set = False
    end = r"(?=\n|\Z)" if is_multiline else r"\Z"
    tokens = _TOKEN.findall(source)
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if token.startswith("\\") and len(token) > 1:
            yield _escape(token, in_set, is_unicode)
        elif in_set:
            in_set = not token.endswith("]")
            is_no_range = token == "-" and (_CLASS.fullmatch(before) or _CLASS.fullmatch(after))
            yield "\\" + token if token[0] in "[&|~" or is_no_range else token
        elif token in ("[]", "[^]"):
            yield _OUTSIDE[token]
        elif token in ("(?", "(*", "\\") or token[1:] in ("+", "*") or (len(token) > 2 and token[-1] in "+*"):
            raise ValueError("JavaScript does not know this")
        else:
            in_set = token in ("[", "[^")
            yield {"$": end, "{": r"\{"}.get(token, token)


def _escape(token: str, in_set: bool, is_unicode: bool) -> str:
    known, letter = _INSIDE if in_set else _OUTSIDE, token[1]
    if token in known:
        return known[token]
    if token.startswith(r"\u{"):
        return re.escape(chr(int(token[3:-1], 16))) if is_unicode else "u" + token[2:]
    if letter == "u" and len(token) == 12:
        return re.escape(bytes.fromhex(token[2:6] + token[8:12]).decode("utf-16-be"))
    if letter == "c" and len(token) == 3:
        return re.escape(chr(ord(token[2]) % 32))
    if letter == "k" and len(token) > 2:
        return f"(?P={token[3:-1]})"
    if letter in "pP" and len(token) > 2:
        return token if is_unicode else token[1:].replace("{", r"\{")
    if len(token) > 2 or letter in _KNOWN_LETTERS or not letter.isalpha():
        return token
    return letter
