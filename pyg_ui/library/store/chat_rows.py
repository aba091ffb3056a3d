"""Reads a chat from the rows of the tables, and writes the rows that differ between two states of a chat."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from itertools import zip_longest
from typing import Any, TypeAlias

from sqlalchemy import Connection, RowMapping, Table, bindparam, delete, insert, update

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat, KeptLorebook, Origin, Role, Turn, Version
from pyg_ui.library.lorebooks.character_book import dump_book, parse_book
from pyg_ui.library.store.schema import turns, versions

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = dict[tuple[int, ...], Row]
"""Rows by position, or by position and the version's number. The key's columns are not in the row."""


def chat_row(chat: Chat) -> dict[str, Any]:
    """The columns of the chat's own row that hold parts of the chat."""
    return {
        "character": asdict(chat.character),
        "person_name": chat.person_name,
        "person_description": chat.person_description,
        "note": asdict(chat.note) if chat.note else None,
        "lorebooks": [dump_book(book) for book in chat.lorebooks],
        "kept_lorebooks": [{"id": kept.id, "book": dump_book(kept.book)} for kept in chat.kept_lorebooks],
        "character_id": chat.character_id,
        "person_id": chat.person_id,
        "seed": chat.seed,
        "num_turns": len(chat.turns),
    }


def chat_of(row: RowMapping, turn_rows: Iterable[RowMapping], version_rows: Iterable[RowMapping]) -> Chat:
    """The chat in its rows. Those of turns and versions must come in their order."""
    spoken: dict[int, list[Version]] = {}
    for each in version_rows:
        spoken.setdefault(each["position"], []).append(Version(each["text"], _origin(each["origin"])))
    return Chat(
        Character(**_known(Character, row["character"])),
        row["person_name"],
        tuple(
            Turn(Role(turn["role"]), tuple(spoken[turn["position"]]), turn["chosen"], moment_of(turn["sent_at"]))
            for turn in turn_rows
        ),
        row["person_description"],
        AuthorsNote(**_known(AuthorsNote, row["note"])) if row["note"] else None,
        tuple(map(parse_book, row["lorebooks"])),
        tuple(KeptLorebook(kept["id"], parse_book(kept["book"])) for kept in row["kept_lorebooks"]),
        seed=row["seed"],
        character_id=row["character_id"],
        person_id=row["person_id"],
    )


def write_turns(
    connection: Connection, owner: str, chat_id: str, before: Sequence[Turn], after: Sequence[Turn]
) -> None:
    """Write the turns of this owner's chat, which are stored as `before`. Only rows that differ are written."""
    place = {"owner": owner, "chat_id": chat_id}
    differing = [i for i, pair in enumerate(zip_longest(before, after)) if pair[0] is not pair[1]]
    for table, names, rows_of in (
        (turns, ("position",), _turn_rows),
        (versions, ("position", "number"), _version_rows),
    ):
        old, new = (rows_of(state, [i for i in differing if i < len(state)]) for state in (before, after))
        _write_rows(connection, table, names, place, old, new)


def _turn_rows(spoken: Sequence[Turn], positions: Iterable[int]) -> Rows:
    rows: Rows = {}
    for position in positions:
        turn = spoken[position]
        sent_at = turn.sent_at.isoformat() if turn.sent_at else None
        rows[position,] = {"role": turn.role.value, "chosen": turn.index, "sent_at": sent_at}
    return rows


def _version_rows(spoken: Sequence[Turn], positions: Iterable[int]) -> Rows:
    return {
        (position, number): {"text": version.text, "origin": _origin_values(version.origin)}
        for position in positions
        for number, version in enumerate(spoken[position].versions)
    }


def _write_rows(connection: Connection, table: Table, names: Sequence[str], place: Row, old: Rows, new: Rows) -> None:
    """Delete, change and insert the rows that differ. `names` are the columns of the rows' keys."""
    is_row = [table.c[name] == value for name, value in place.items()]
    is_row += [table.c[name] == bindparam(f"at_{name}") for name in names]

    def address(key: tuple[int, ...], prefix: str = "") -> dict[str, Any]:
        return {prefix + name: number for name, number in zip(names, key, strict=True)}

    changed = [key for key in new if key in old and old[key] != new[key]]
    for statement, rows in (
        (delete(table).where(*is_row), [address(key, "at_") for key in old if key not in new]),
        (update(table).where(*is_row), [{**address(key, "at_"), **new[key]} for key in changed]),
        (insert(table), [{**place, **address(key), **new[key]} for key in new if key not in old]),
    ):
        if rows:
            connection.execute(statement, rows)


def _origin_values(origin: Origin | None) -> dict[str, Any] | None:
    return None if origin is None else {**asdict(origin), "created_at": origin.created_at.isoformat()}


def _origin(values: Row | None) -> Origin | None:
    if values is None:
        return None
    return Origin(**{**_known(Origin, values), "created_at": datetime.fromisoformat(values["created_at"])})


def moment_of(text: str | None) -> datetime | None:
    """The moment in a column of text."""
    return None if text is None else datetime.fromisoformat(text)


def _known(kind: type[Character | AuthorsNote | Origin], values: Row) -> dict[str, Any]:
    """The values that the class has fields for."""
    return {each.name: values[each.name] for each in fields(kind) if each.name in values}
