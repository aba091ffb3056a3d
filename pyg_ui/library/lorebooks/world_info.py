"""SillyTavern's world info, a file that is a lorebook alone. Kobold's stories hold entries of the same kind."""

from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry, Position
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import Fields, amount, clean, flag, others, read_fields, sections, texts


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    entries = document.values.get("entries")
    if not isinstance(entries, dict | list) or "spec" in document.values:
        return ""
    found = [each for each in (entries.values() if isinstance(entries, dict) else entries) if isinstance(each, dict)]
    is_book = any("key" in each and "content" in each for each in found)
    return "world-info" if is_book or document.values == {"entries": {}} else ""


def read(document: Document) -> Lorebook:
    """The lorebook. Raises UnreadableError."""
    return parse_world_info(document.values)


def parse_world_info(values: Mapping[str, Any]) -> Lorebook:
    """The book in an object with `entries`. Raises UnreadableError."""
    return Lorebook(
        entries=tuple(
            LorebookEntry(**read_fields(entry, _ENTRY), rest=others(entry, _ENTRY))
            for entry in sections(values, "entries")
        ),
        name=clean(values, "name"),
        rest=others(values, {"name", "entries"}),
    )


def _keys(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """SillyTavern lists its keys, Kobold separates them by commas."""
    parts = values[key].split(",") if isinstance(values.get(key), str) else texts(values, key)
    return tuple(part.strip() for part in parts if part.strip())


def _position(values: Mapping[str, Any], key: str) -> Position:
    return Position.AFTER if values.get(key) == 1 else Position.BEFORE


_ENTRY: Fields = {
    "key": ("keys", _keys),
    "keysecondary": ("secondary_keys", _keys),
    "content": ("content", clean),
    "comment": ("name", clean),
    "disable": ("is_enabled", lambda values, key: not flag(values, key)),
    "constant": ("is_constant", flag),
    "selective": ("is_selective", flag),
    "caseSensitive": ("is_case_sensitive", flag),
    "position": ("position", _position),
    "order": ("insertion_order", amount),
}
