"""Agnai's memory books. A keyword is a whole word in any case, in which `*` and `?` stand for letters."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook, Position
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import Fields, amount, clean, flag, objects_in, sections, texts, whole_number
from pyg_ui.library.lorebooks.parsing import parse_entry, parse_lorebook, with_patterns

MEMORY_DEPTH = 50
"""How many messages Agnai searches unless told otherwise."""


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    entries = document.values.get("entries")
    is_book = document.values.get("kind") == "memory" and entries is not None
    has_entry = any("keywords" in each and "entry" in each for each in objects_in(entries))
    return "agnai-memory" if is_book or has_entry else ""


def read(document: Document) -> Lorebook:
    """The lorebook. Raises UnreadableError."""
    entries = [
        with_patterns(parse_entry(each, _ENTRY, "agnai", matches_whole_words=True))
        for each in sections(document.values, "entries")
    ]
    return parse_lorebook(document.values, _BOOK, "agnai", entries, scan_depth=MEMORY_DEPTH)


def _keys(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(_key(word) for word in texts(values, key))


def _key(word: str) -> str:
    """The keyword; one with `*` or `?` as a pattern, in which they stand for any letters and for one."""
    if not any(mark in word for mark in "*?"):
        return word
    letters = {"*": r"\w*", "?": r"\w"}
    return "/\\b" + "".join(letters.get(each) or re.escape(each).replace("/", r"\/") for each in word.strip()) + "\\b/i"


_BOOK: Fields = {
    "name": ("name", clean),
    "description": ("description", clean),
    "scanDepth": ("scan_depth", whole_number),
    "tokenBudget": ("token_budget", whole_number),
    "recursiveScanning": ("is_recursive", flag),
}
_ENTRY: Fields = {
    "name": ("name", clean),
    "entry": ("content", clean),
    "keywords": ("keys", _keys),
    "secondaryKeys": ("secondary_keys", texts),
    "selective": ("is_selective", flag),
    "constant": ("is_constant", flag),
    "enabled": ("is_enabled", partial(flag, default=True)),
    "weight": ("insertion_order", amount),
    "priority": ("priority", amount),
    "position": (
        "position",
        lambda values, key: Position.AFTER if values.get(key) == Position.AFTER else Position.BEFORE,
    ),
}
