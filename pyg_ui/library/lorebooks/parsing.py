"""What the readers of lorebooks share: an object of another program becomes a book or an entry, by a table of fields.

The fields that a table does not read are kept in `extensions`, where cards have a place for each program's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.library.fields import Fields, others, read_fields


def parse_lorebook(
    values: Mapping[str, Any], table: Fields, program: str, entries: Iterable[LorebookEntry], **defaults: Any
) -> Lorebook:
    """The book of an object. The `defaults` are what the program does where the object says nothing."""
    given = {name: value for name, value in read_fields(values, table).items() if value is not None}
    rest = extensions(program, others(values, {*table, "entries", "data"}))
    return Lorebook(tuple(entries), **{**defaults, **given}, rest=rest)


def parse_entry(values: Mapping[str, Any], table: Fields, program: str, **changes: Any) -> LorebookEntry:
    """The entry of an object. The `changes` replace what the table reads."""
    read = {**read_fields(values, table), **changes}
    return LorebookEntry(**read, rest=extensions(program, others(values, table)))


def extensions(program: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The `rest` of a book or an entry that keeps a program's own fields."""
    return {"extensions": {program: dict(values)}} if values else {}


def with_patterns(entry: LorebookEntry) -> LorebookEntry:
    """The entry, whose keys between slashes are patterns."""
    return replace(entry, use_regex=any(key.startswith("/") and key.rfind("/") > 0 for key in entry.keys))
