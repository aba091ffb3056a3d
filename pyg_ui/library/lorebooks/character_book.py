"""The lorebook of a card (`character_book`), read and written, and the file that V3 has for a lorebook alone."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry, Position
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import (
    Fields,
    amount,
    clean,
    dump_fields,
    flag,
    others,
    read_fields,
    section,
    sections,
    texts,
    whole_number,
)

LOREBOOK_SPEC = "lorebook_v3"
_MARKS = ("scan_depth", "token_budget", "recursive_scanning")
"""Fields that only this object has beside its entries."""
_OTHER_MARKS = ("lorebookVersion", "kind")
"""Fields of the lists of entries in other programs."""


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    values = document.values
    if values.get("spec") == LOREBOOK_SPEC:
        return "lorebook-v3"
    entries = values.get("entries")
    is_book = "spec" not in values and isinstance(entries, list) and not any(mark in values for mark in _OTHER_MARKS)
    return "character-book" if is_book and (_has_entry(entries) or any(mark in values for mark in _MARKS)) else ""


def read(document: Document) -> Lorebook:
    """The lorebook. Raises UnreadableError."""
    values = document.values
    return parse_book(section(values, "data") if values.get("spec") == LOREBOOK_SPEC else values)


def parse_book(values: Mapping[str, Any]) -> Lorebook:
    """The book in a `character_book` object. Raises UnreadableError."""
    return Lorebook(**read_fields(values, _BOOK), rest=_rest(values, _BOOK))


def dump_book(book: Lorebook) -> dict[str, Any]:
    """The book as a `character_book` object; `parse_book` makes the same book of it."""
    entries = [{"extensions": {}, **entry.rest, **dump_fields(entry, _ENTRY)} for entry in book.entries]
    return {"extensions": {}, **book.rest, **dump_fields(book, _BOOK), "entries": entries}


def _has_entry(entries: Any) -> bool:
    return any(isinstance(each, dict) and "keys" in each and "content" in each for each in entries)


def _entries(values: Mapping[str, Any], key: str) -> tuple[LorebookEntry, ...]:
    return tuple(
        LorebookEntry(**read_fields(entry, _ENTRY), rest=_rest(entry, _ENTRY)) for entry in sections(values, key)
    )


def _position(values: Mapping[str, Any], key: str) -> Position:
    return Position.AFTER if values.get(key) == Position.AFTER else Position.BEFORE


_BOOK: Fields = {
    "name": ("name", clean),
    "description": ("description", clean),
    "scan_depth": ("scan_depth", whole_number),
    "token_budget": ("token_budget", whole_number),
    "recursive_scanning": ("is_recursive", flag),
    "entries": ("entries", _entries),
}
_ENTRY: Fields = {
    "keys": ("keys", texts),
    "secondary_keys": ("secondary_keys", texts),
    "content": ("content", clean),
    "name": ("name", clean),
    "enabled": ("is_enabled", partial(flag, default=True)),
    "constant": ("is_constant", flag),
    "selective": ("is_selective", flag),
    "case_sensitive": ("is_case_sensitive", flag),
    "use_regex": ("use_regex", flag),
    "position": ("position", _position),
    "insertion_order": ("insertion_order", amount),
    "priority": ("priority", amount),
}


def _rest(values: Mapping[str, Any], table: Fields) -> dict[str, Any]:
    """The fields that we do not read, without the empty `extensions` that every book is written with."""
    return {key: value for key, value in others(values, table).items() if (key, value) != ("extensions", {})}
