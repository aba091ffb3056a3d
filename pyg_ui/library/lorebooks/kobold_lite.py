"""World info by itself, as Kobold Lite writes it: a list of entries whose keys are text with commas."""

from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import Fields, clean, flag, sections, text
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
    entries = [parse_entry(each, _ENTRY, "koboldlite") for each in sections(values, "entries")]
    return parse_lorebook(values, {}, "koboldlite", entries)


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
