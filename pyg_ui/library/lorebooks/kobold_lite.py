"""World info by itself, as Kobold Lite writes it: a list of entries whose keys are text with commas."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.lorebook import KeyLogic, Lorebook, LorebookEntry
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import Fields, clean, flag, number, sections, text
from pyg_ui.library.left_out import FileObject
from pyg_ui.library.lorebooks.parsing import parse_entry, parse_lorebook

_MARKS = {"key", "content", "keysecondary", "constant"}


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    is_book = any(isinstance(item, dict) and item.keys() >= _MARKS for item in document.items)
    return "kobold-lite-world-info" if is_book else ""


def read(document: Document) -> Lorebook:
    """The lorebook. Raises UnreadableError."""
    values = FileObject({"entries": list(document.items)}, document.left_out)
    entries = map(_entry, sections(values, "entries"))
    return parse_lorebook(values, {}, "koboldlite", entries)


def _entry(values: Mapping[str, Any]) -> LorebookEntry:
    """The entry. Keys that must not be found are its secondary keys, unless it has others."""
    entry, unwanted = parse_entry(values, _ENTRY, "koboldlite"), _keys(values, "keyanti")
    entry = replace(entry, probability=number(values, "probability") or 100)
    if unwanted and not entry.secondary_keys:
        return replace(entry, secondary_keys=unwanted, logic=KeyLogic.NOT_ANY)
    return entry


def _keys(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text(values, key).split(","))))


_ENTRY: Fields = {
    "comment": ("name", clean),
    "content": ("content", clean),
    "key": ("keys", _keys),
    "keysecondary": ("secondary_keys", _keys),
    "constant": ("is_constant", flag),
    "selective": ("is_selective", flag),
    "widisabled": ("is_enabled", lambda values, key: not flag(values, key)),
}
