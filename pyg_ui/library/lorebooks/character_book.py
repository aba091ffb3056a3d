"""The lorebook of a card (`character_book`), read and written, and the file that V3 has for a lorebook alone.

SillyTavern keeps its own fields in the `extensions` of an entry, and some of V2's twice. Then its own count.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pyg_ui.dialogue.lorebook import QUARTER, Lorebook, LorebookEntry, Position
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import (
    Fields,
    amount,
    clean,
    dump_fields,
    flag,
    number,
    objects_in,
    others,
    plain_section,
    read_fields,
    section,
    sections,
    whole_number,
)
from pyg_ui.library.left_out import FileObject, within
from pyg_ui.library.lorebooks.rules import (
    dump_rules,
    key_list,
    optional_flag,
    plain_extensions,
    position_of,
    read_rules,
)

LOREBOOK_SPEC = "lorebook_v3"
_MARKS = ("scan_depth", "token_budget", "recursive_scanning")
"""Fields that only this object has beside its entries."""
_OTHER_MARKS = ("lorebookVersion", "kind")
"""Fields of the lists of entries in other programs."""
_OURS = "pygmalion_ui"
"""Our own extension of a book: V2 has no field for a share of the prompt."""


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    values = document.values
    if values.get("spec") == LOREBOOK_SPEC and _v3(values).get("entries") is not None:
        return "lorebook-v3"
    return "character-book" if _is_bare(_bare(document)) else ""


def read(document: Document) -> Lorebook:
    """The lorebook. Raises UnreadableError."""
    is_v3 = document.values.get("spec") == LOREBOOK_SPEC
    return parse_book(_v3(document.values) if is_v3 else _bare(document))


def parse_book(values: Mapping[str, Any]) -> Lorebook:
    """The book in a `character_book` object. Raises UnreadableError.

    A book that SillyTavern wrote has none of V2's settings. It gets those that SillyTavern has by default.
    """
    rest = others(values, {*_BOOK, "extensions"})
    extensions = plain_section(values, "extensions")
    ours = extensions.pop(_OURS, None)
    book: dict[str, Any] = read_fields(values, _BOOK)
    book["budget_share"] = number(ours, "budget_share") if isinstance(ours, dict) else None
    if _is_sillytaverns(values):
        book |= {"is_recursive": True, "budget_share": QUARTER}
    return Lorebook(**book, rest=rest | ({"extensions": extensions} if extensions else {}))


def dump_book(book: Lorebook) -> dict[str, Any]:
    """The book as a `character_book` object; `parse_book` makes the same book of it."""
    ours = {} if book.budget_share is None else {_OURS: {"budget_share": book.budget_share}}
    extensions = {**book.rest.get("extensions", {}), **ours}
    entries = [_dump_entry(entry) for entry in book.entries]
    return {**book.rest, **dump_fields(book, _BOOK), "extensions": extensions, "entries": entries}


def _is_sillytaverns(values: Mapping[str, Any]) -> bool:
    """Whether SillyTavern wrote the book. We write its fields too, but never without `recursive_scanning`."""
    if any(mark in values for mark in _MARKS):
        return False
    found = (entry.get("extensions") for entry in objects_in(_listed(values)))
    return any(isinstance(each, dict) and each.keys() & {"display_index", "selectiveLogic"} for each in found)


def _v3(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The book in V3's own file, which may lack the `data` around it."""
    if isinstance(values.get("data"), dict):
        return section(values, "data")
    return within(values, others(values, {"spec", "spec_version"}))


def _bare(document: Document) -> Mapping[str, Any]:
    """The object that may be a book: the document, its only field, or a new object around its list of entries."""
    values = document.values
    if document.items:
        return FileObject({"entries": list(document.items)}, document.left_out)
    key = next(iter(values), "")
    is_around = len(values) == 1 and key != "entries" and isinstance(values[key], dict)
    return section(values, key) if is_around else values


def _is_bare(values: Mapping[str, Any]) -> bool:
    entries = values.get("entries")
    if "spec" in values or any(mark in values for mark in _OTHER_MARKS) or not isinstance(entries, list | dict):
        return False
    if any("keys" in each and "content" in each for each in objects_in(_listed(values))):
        return True
    is_empty = not entries and "extensions" in values and values.keys() <= {*_BOOK, "extensions"}
    return is_empty or (isinstance(entries, list) and any(mark in values for mark in _MARKS))


def _listed(values: Mapping[str, Any]) -> Any:
    """The entries, which may be in an object."""
    entries = values.get("entries")
    return list(entries.values()) if isinstance(entries, dict) else entries


def _entries(values: Mapping[str, Any], key: str) -> tuple[LorebookEntry, ...]:
    return tuple(map(_read_entry, sections(values, key)))


def _read_entry(values: Mapping[str, Any]) -> LorebookEntry:
    extensions = section(values, "extensions")
    rules = read_rules(extensions, in_extensions=True)
    entry = read_fields(values, _ENTRY) | rules
    place = _position(values, "position")
    entry["position"] = position_of(extensions, "position", place)
    if entry["is_case_sensitive"] is None:
        entry["is_case_sensitive"] = optional_flag(values, "case_sensitive")
    rest = others(values, (*_ENTRY, "position", "case_sensitive", "extensions"))
    kept = plain_extensions(extensions, rules)
    if entry["position"] is not place:
        del kept["position"]
    if kept:
        rest["extensions"] = kept
    return LorebookEntry(**entry, rest=rest)


def _dump_entry(entry: LorebookEntry) -> dict[str, Any]:
    place = Position.BEFORE if entry.position is Position.BEFORE else Position.AFTER
    known = {**dump_fields(entry, _ENTRY), "position": place.value}
    extensions = {**section(entry.rest, "extensions"), **dump_rules(entry)}
    if "position" in extensions or entry.position is not place:
        extensions["position"] = list(Position).index(entry.position)
    if entry.is_case_sensitive is not None:
        known["case_sensitive"] = entry.is_case_sensitive
    return {**entry.rest, **known, "extensions": extensions}


def _position(values: Mapping[str, Any], key: str) -> Position:
    return Position.BEFORE if values.get(key) == Position.BEFORE else Position.AFTER


_BOOK: Fields = {
    "name": ("name", clean),
    "description": ("description", clean),
    "scan_depth": ("scan_depth", whole_number),
    "token_budget": ("token_budget", whole_number),
    "recursive_scanning": ("is_recursive", flag),
    "entries": ("entries", _entries),
}
_ENTRY: Fields = {
    "keys": ("keys", key_list),
    "secondary_keys": ("secondary_keys", key_list),
    "content": ("content", clean),
    "name": ("name", clean),
    "enabled": ("is_enabled", partial(flag, default=True)),
    "constant": ("is_constant", flag),
    "selective": ("is_selective", flag),
    "use_regex": ("use_regex", flag),
    "insertion_order": ("insertion_order", amount),
    "priority": ("priority", amount),
}
