"""A chat as rows of the tables, and the other way round; and which rows differ between two states of a chat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, delete, insert, update

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Origin, Role, Turn, Version
from pyg_ui.library.lorebooks.character_book import dump_book, parse_book
from pyg_ui.library.store.schema import turns, versions

Row = Mapping[str, Any]


def chat_row(chat: Chat) -> dict[str, Any]:
    """What stands in the chat's own row of what the chat says."""
    return {
        "character": asdict(chat.character),
        "person_name": chat.person_name,
        "person_description": chat.person_description,
        "note": asdict(chat.note) if chat.note else None,
        "lorebooks": [dump_book(book) for book in chat.lorebooks],
        "num_turns": len(chat.turns),
    }


def chat_of(row: RowMapping, turn_rows: Iterable[RowMapping], version_rows: Iterable[RowMapping]) -> Chat:
    """The chat in its rows; those of turns and versions come in their order."""
    spoken: dict[int, list[Version]] = {}
    for each in version_rows:
        spoken.setdefault(each["position"], []).append(Version(each["text"], _origin(each["origin"])))
    return Chat(
        Character(**_known(Character, row["character"])),
        row["person_name"],
        tuple(
            Turn(Role(turn["role"]), tuple(spoken[turn["position"]]), turn["chosen"], _moment(turn["sent_at"]))
            for turn in turn_rows
        ),
        row["person_description"],
        AuthorsNote(**_known(AuthorsNote, row["note"])) if row["note"] else None,
        tuple(map(parse_book, row["lorebooks"])),
    )


@dataclass(slots=True)
class Changes:
    """The rows of turns and versions that lead from one state of a chat to the next."""

    new_turns: list[Row] = field(default_factory=list)
    changed_turns: list[Row] = field(default_factory=list)
    new_versions: list[Row] = field(default_factory=list)
    changed_versions: list[Row] = field(default_factory=list)
    cut_turns: list[Row] = field(default_factory=list)
    """Turns whose later versions go: the rows say how many remain."""
    num_turns: int | None = None
    """How many turns remain, where some go."""

    @classmethod
    def between(cls, before: Sequence[Turn], after: Sequence[Turn]) -> Changes:
        """What to write: nothing for turns that are the same."""
        changes = cls(num_turns=len(after) if len(after) < len(before) else None)
        for position, turn in enumerate(after):
            if position >= len(before):
                changes.new_turns.append(_turn_row(position, turn))
                changes._compare_versions(position, (), turn.versions)
            elif (old := before[position]) is not turn and old != turn:
                if _turn_row(position, old) != (row := _turn_row(position, turn)):
                    changes.changed_turns.append(row)
                changes._compare_versions(position, old.versions, turn.versions)
        return changes

    def _compare_versions(self, position: int, before: Sequence[Version], after: Sequence[Version]) -> None:
        for number, version in enumerate(after):
            if number >= len(before):
                self.new_versions.append(_version_row(position, number, version))
            elif before[number] != version:
                self.changed_versions.append(_version_row(position, number, version))
        if len(after) < len(before):
            self.cut_turns.append({"at_position": position, "num_versions": len(after)})

    def write(self, connection: Connection, owner: str, chat_id: str) -> None:
        """Write the rows of this owner's chat."""
        place = {"owner": owner, "chat_id": chat_id}
        is_turn = (turns.c.owner == owner, turns.c.chat_id == chat_id)
        is_version = (versions.c.owner == owner, versions.c.chat_id == chat_id)
        at_position: BindParameter[int] = bindparam("at_position")
        if self.num_turns is not None:
            connection.execute(delete(turns).where(*is_turn, turns.c.position >= self.num_turns))
        for statement, rows in (
            (delete(versions).where(
                *is_version, versions.c.position == at_position, versions.c.number >= bindparam("num_versions")
            ), self.cut_turns),
            (update(turns).where(*is_turn, turns.c.position == at_position), _addressed(self.changed_turns)),
            (update(versions).where(
                *is_version, versions.c.position == at_position, versions.c.number == bindparam("at_number")
            ), _addressed(self.changed_versions)),
            (insert(turns), [{**row, **place} for row in self.new_turns]),
            (insert(versions), [{**row, **place} for row in self.new_versions]),
        ):  # fmt: skip
            if rows:
                connection.execute(statement, rows)


def _addressed(rows: Iterable[Row]) -> list[Row]:
    """The rows for updates: what they are found by, apart from what they are set to."""
    names = ("position", "number")
    return [{f"at_{key}" if key in names else key: value for key, value in row.items()} for row in rows]


def _turn_row(position: int, turn: Turn) -> Row:
    sent_at = turn.sent_at.isoformat() if turn.sent_at else None
    return {"position": position, "role": turn.role.value, "chosen": turn.index, "sent_at": sent_at}


def _version_row(position: int, number: int, version: Version) -> Row:
    origin = None
    if version.origin is not None:
        created_at = version.origin.created_at.isoformat()
        origin = {**asdict(version.origin), "created_at": created_at}
    return {"position": position, "number": number, "text": version.text, "origin": origin}


def _origin(values: Row | None) -> Origin | None:
    if values is None:
        return None
    return Origin(**{**_known(Origin, values), "created_at": datetime.fromisoformat(values["created_at"])})


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _known(kind: type[Character | AuthorsNote | Origin], values: Row) -> dict[str, Any]:
    """The values that the class has fields for."""
    return {each.name: values[each.name] for each in fields(kind) if each.name in values}
