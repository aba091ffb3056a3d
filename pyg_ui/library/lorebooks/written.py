"""Writes lorebooks in those formats that people exchange."""

from enum import StrEnum
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry, Position
from pyg_ui.library.containers.json_text import dump_json
from pyg_ui.library.lorebooks.character_book import LOREBOOK_SPEC, dump_book
from pyg_ui.library.lorebooks.rules import RULES, SOURCES, USES_PROBABILITY


class LorebookFormat(StrEnum):
    """The formats that lorebooks are written in."""

    V3 = "lorebook-v3"
    SILLYTAVERN = "world-info"

    @property
    def suffix(self) -> str:
        """The end of the names of such files."""
        return ".json"


def dump_lorebook(book: Lorebook, form: LorebookFormat) -> bytes:
    """The lorebook as a file's bytes."""
    if form is LorebookFormat.SILLYTAVERN:
        return dump_json(dump_world_info(book)).encode()
    return dump_json({"spec": LOREBOOK_SPEC, "data": dump_book(book)}).encode()


def lost_in(book: Lorebook, form: LorebookFormat) -> tuple[str, ...]:
    """The parts of the lorebook that the format cannot hold, in words."""
    has_settings = bool(book.token_budget or book.description)
    return ("settings of the whole lorebook",) if form is LorebookFormat.SILLYTAVERN and has_settings else ()


def dump_world_info(book: Lorebook) -> dict[str, Any]:
    """The lorebook as an object of SillyTavern's. Its name is for other programs: SillyTavern takes the file's."""
    return {
        "name": book.name,
        "entries": {str(uid): _entry(book, uid, entry) for uid, entry in enumerate(book.entries)},
    }


def _entry(book: Lorebook, uid: int, entry: LorebookEntry) -> dict[str, Any]:
    return {
        **entry.rest,
        "uid": uid,
        "displayIndex": uid,
        "key": list(entry.keys),
        "keysecondary": list(entry.secondary_keys),
        "comment": entry.name,
        "addMemo": bool(entry.name),
        "content": entry.content,
        "constant": entry.is_constant,
        "selective": entry.is_selective,
        "order": entry.insertion_order,
        "position": list(Position).index(entry.position),
        "disable": not entry.is_enabled,
        **{rule.key: rule.write(getattr(entry, rule.name)) for rule in RULES},
        USES_PROBABILITY.key: True,
        **{rule.key: True for source in entry.sources for rule in SOURCES[source]},
        "scanDepth": book.scan_depth if entry.scan_depth is None else entry.scan_depth,
    }
