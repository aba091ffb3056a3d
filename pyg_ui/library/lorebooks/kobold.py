"""World info by itself, as the newer KoboldAI writes it: entries and the folders that they are in."""

from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import Fields, clean, flag, sections, texts
from pyg_ui.library.lorebooks.parsing import parse_entry, parse_lorebook

SCAN_DEPTH = 3
"""How many actions KoboldAI searches unless told otherwise."""


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    entries, folders = (document.values.get(key) for key in ("entries", "folders"))
    return "kobold-world-info" if isinstance(entries, dict) and isinstance(folders, dict) else ""


def read(document: Document) -> Lorebook:
    """The lorebook. Raises UnreadableError."""
    entries = map(_entry, sections(document.values, "entries"))
    return parse_lorebook(document.values, {}, "koboldai", entries, scan_depth=SCAN_DEPTH)


def _entry(values: Mapping[str, Any]) -> LorebookEntry:
    """The entry. An entry with secondary keys needs one of them too."""
    content = clean(values, "content")
    given = {} if content.strip() else {"content": clean(values, "manual_text")}
    return parse_entry(values, _ENTRY, "koboldai", is_selective=bool(texts(values, "keysecondary")), **given)


_ENTRY: Fields = {
    "title": ("name", clean),
    "content": ("content", clean),
    "key": ("keys", texts),
    "keysecondary": ("secondary_keys", texts),
    "constant": ("is_constant", flag),
}
