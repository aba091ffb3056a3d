"""Lorebooks as cards hold them (`character_book`), as V3's own files, and as SillyTavern's world info."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.character import clean_text
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry, Position
from pyg_ui.library.containers.fields import flag, number, others, section, sections, text, texts, whole_number

LOREBOOK_SPEC = "lorebook_v3"

_BOOK_KEYS = {"name", "description", "scan_depth", "token_budget", "recursive_scanning", "entries"}
_ENTRY_KEYS = {
    "keys", "secondary_keys", "content", "name", "enabled", "constant", "selective", "case_sensitive",
    "use_regex", "position", "insertion_order", "priority",
}  # fmt: skip
_WORLD_INFO_KEYS = {
    "key", "keysecondary", "content", "comment", "disable", "constant", "selective", "caseSensitive",
    "position", "order",
}  # fmt: skip


def is_book(values: Mapping[str, Any]) -> bool:
    """Whether the object is a lorebook by itself."""
    return values.get("spec") == LOREBOOK_SPEC or (isinstance(values.get("entries"), dict) and "spec" not in values)


def book_in(values: Mapping[str, Any]) -> tuple[Lorebook, str]:
    """The lorebook that the object is, and the name of its format. Raises UnreadableError."""
    if values.get("spec") == LOREBOOK_SPEC:
        return parse_book(section(values, "data")), "lorebook-v3"
    return parse_world_info(values), "world-info"


def parse_book(values: Mapping[str, Any]) -> Lorebook:
    """The book in a `character_book` object. Raises UnreadableError."""
    return Lorebook(
        entries=tuple(_parse_entry(entry) for entry in sections(values, "entries")),
        name=clean_text(text(values, "name")),
        description=clean_text(text(values, "description")),
        scan_depth=whole_number(values, "scan_depth"),
        token_budget=whole_number(values, "token_budget"),
        is_recursive=flag(values, "recursive_scanning"),
        rest=_rest(values, _BOOK_KEYS),
    )


def dump_book(book: Lorebook) -> dict[str, Any]:
    """The book as a `character_book` object; `parse_book` makes the same book of it."""
    limits = {"scan_depth": book.scan_depth, "token_budget": book.token_budget}
    return {
        "extensions": {},
        **book.rest,
        "name": book.name,
        "description": book.description,
        **{key: value for key, value in limits.items() if value is not None},
        "recursive_scanning": book.is_recursive,
        "entries": [_dump_entry(entry) for entry in book.entries],
    }


def parse_world_info(values: Mapping[str, Any]) -> Lorebook:
    """The book in SillyTavern's world info, or in the `worldinfo` of a Kobold story. Raises UnreadableError."""
    return Lorebook(
        entries=tuple(_parse_world_entry(entry) for entry in sections(values, "entries")),
        name=clean_text(text(values, "name")),
        rest=others(values, {"name", "entries"}),
    )


def _parse_entry(values: Mapping[str, Any]) -> LorebookEntry:
    return LorebookEntry(
        content=clean_text(text(values, "content")),
        keys=texts(values, "keys"),
        secondary_keys=texts(values, "secondary_keys"),
        name=clean_text(text(values, "name")),
        is_enabled=flag(values, "enabled", default=True),
        is_constant=flag(values, "constant"),
        is_selective=flag(values, "selective"),
        is_case_sensitive=flag(values, "case_sensitive"),
        use_regex=flag(values, "use_regex"),
        position=Position.AFTER if values.get("position") == Position.AFTER else Position.BEFORE,
        insertion_order=number(values, "insertion_order") or 0,
        priority=number(values, "priority") or 0,
        rest=_rest(values, _ENTRY_KEYS),
    )


def _dump_entry(entry: LorebookEntry) -> dict[str, Any]:
    return {
        "extensions": {},
        **entry.rest,
        "keys": list(entry.keys),
        "secondary_keys": list(entry.secondary_keys),
        "content": entry.content,
        "name": entry.name,
        "enabled": entry.is_enabled,
        "constant": entry.is_constant,
        "selective": entry.is_selective,
        "case_sensitive": entry.is_case_sensitive,
        "use_regex": entry.use_regex,
        "position": str(entry.position),
        "insertion_order": entry.insertion_order,
        "priority": entry.priority,
    }


def _rest(values: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    """What we do not read, but for empty `extensions`, which every book is written with."""
    return {key: value for key, value in others(values, known).items() if (key, value) != ("extensions", {})}


def _parse_world_entry(values: Mapping[str, Any]) -> LorebookEntry:
    return LorebookEntry(
        content=clean_text(text(values, "content")),
        keys=_world_keys(values, "key"),
        secondary_keys=_world_keys(values, "keysecondary"),
        name=clean_text(text(values, "comment")),
        is_enabled=not flag(values, "disable"),
        is_constant=flag(values, "constant"),
        is_selective=flag(values, "selective"),
        is_case_sensitive=flag(values, "caseSensitive"),
        position=Position.AFTER if values.get("position") == 1 else Position.BEFORE,
        insertion_order=number(values, "order") or 0,
        rest=others(values, _WORLD_INFO_KEYS),
    )


def _world_keys(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """SillyTavern lists its keys, Kobold separates them by commas."""
    parts = values[key].split(",") if isinstance(values.get(key), str) else texts(values, key)
    return tuple(part.strip() for part in parts if part.strip())
