"""Risu's lorebooks. Their keys are text with commas, and rows of the mode `folder` are no entries."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import Fields, amount, clean, flag, number, section, sections, text, texts
from pyg_ui.library.lorebooks.parsing import extensions, parse_entry, parse_lorebook
from pyg_ui.library.lorebooks.rules import optional_flag

SCAN_DEPTH = 5
"""How many messages Risu searches unless told otherwise. It also searches the entries that entered."""

_KEY = re.compile(r"\s*(/(?:\\.|[^/\\])+/[a-z]*|[^,]+)")


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    is_book = document.values.get("type") == "risu" and isinstance(document.values.get("data"), list | dict)
    return "risu-lorebook" if is_book else ""


def read(document: Document) -> Lorebook:
    """The lorebook. Raises UnreadableError."""
    rows = sections(document.values, "data")
    originals = {text(row, "id"): row for row in reversed(rows) if clean(row, "content").strip()}
    entries = [_entry(row, originals) for row in rows if _mode(row) != "folder"]
    book = parse_lorebook(document.values, {}, "risu", entries, scan_depth=SCAN_DEPTH, is_recursive=True)
    folders = [dict(row) for row in rows if _mode(row) == "folder"]
    return replace(book, rest=extensions("risu", {**book.rest["extensions"]["risu"], "folders": folders}))


def _mode(values: Mapping[str, Any]) -> str:
    return text(values, "mode")


def _entry(values: Mapping[str, Any], originals: Mapping[str, Mapping[str, Any]]) -> LorebookEntry:
    """The entry. A `child` has the text of the row whose id it repeats."""
    entry, mode = parse_entry(values, _ENTRY, "risu"), _mode(values)
    if mode == "child" and not entry.content.strip() and text(values, "id"):
        original = originals.get(text(values, "id"), values)
        entry = replace(entry, content=clean(original, "content"), name=entry.name or clean(original, "comment"))
    percent = number(values, "activationPercent")
    return replace(
        entry,
        priority=entry.insertion_order,  # a higher one stands later, and is left out last
        probability=100 if percent is None else percent,
        is_constant=entry.is_constant or mode == "constant",
        is_case_sensitive=optional_flag(section(values, "extentions"), "risu_case_sensitive"),  # Risu's own spelling
    )


def _keys(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The keys, of which patterns may hold commas. Some programs write a list."""
    given = texts(values, key)
    parts = [each for one in given for each in (_KEY.findall(one) if flag(values, "useRegex") else one.split(","))]
    return tuple(part.strip() for part in parts if part.strip())


_ENTRY: Fields = {
    "comment": ("name", clean),
    "content": ("content", clean),
    "key": ("keys", _keys),
    "secondkey": ("secondary_keys", _keys),
    "alwaysActive": ("is_constant", flag),
    "selective": ("is_selective", flag),
    "useRegex": ("use_regex", flag),
    "insertorder": ("insertion_order", amount),
}
