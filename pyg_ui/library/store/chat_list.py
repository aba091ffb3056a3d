"""Lists an owner's chats, the newest first: by character, those that a search finds, or the trash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, case, func, or_, select

from pyg_ui.dialogue.character import one_line
from pyg_ui.dialogue.chat import Role
from pyg_ui.dialogue.macros.expansion import Macros
from pyg_ui.library.store.chat_rows import moment_of
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.schema import Moment, chats, turns, versions
from pyg_ui.library.store.search import holds, said, words_of

_EXCERPT_CHARACTERS = 120
_CHARACTER_NAME = chats.c.character["name"].as_string()
_LISTED: tuple[ColumnElement[Any], ...] = (
    chats.c.id, chats.c.title, _CHARACTER_NAME.label("character_name"), chats.c.person_name, chats.c.seed,
    chats.c.num_turns, chats.c.updated_at, chats.c.parent_id, chats.c.deleted_at,
)  # fmt: skip
"""The columns that a summary is made of. The others may be large."""
_TURN = turns.c.chat_id, turns.c.position, turns.c.role, turns.c.sent_at


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """What a list shows of a chat."""

    id: str
    title: str
    """The title that its owner gave it, else its beginning; "" if nothing has been said."""
    character_name: str
    excerpt: str
    """One line of the last turn, or of the turn that a search found."""
    num_turns: int
    updated_at: datetime
    is_branch: bool
    deleted_at: datetime | None
    """When it was put into the trash; None if it is not there."""
    found_at: int | None = None
    """The place of the turn that a search found; None if it found only the title or the character's name."""


@dataclass(frozen=True, slots=True)
class ChatGroup:
    """The chats with characters of one name, outside the trash."""

    character_name: str
    num_chats: int
    updated_at: datetime
    """When one of them was changed last."""


class ChatList:
    """The chats of every owner, for lists. All methods raise StoreError if the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def groups(self, owner: str, limit: int = 50) -> Sequence[ChatGroup]:
        """The owner's chats by the names of their characters, the group with the newest chat first."""
        last = func.max(chats.c.updated_at, type_=Moment)
        query = (
            select(_CHARACTER_NAME, func.count(), last)
            .where(chats.c.owner == owner, chats.c.deleted_at.is_(None))
            .group_by(_CHARACTER_NAME).order_by(last.desc(), _CHARACTER_NAME).limit(limit)
        )  # fmt: skip
        with self._database.reading() as connection:
            return tuple(ChatGroup(*row) for row in connection.execute(query))

    def in_group(self, owner: str, character_name: str, limit: int = 50) -> Sequence[ChatSummary]:
        """The owner's newest chats with characters of that name."""
        with self._database.reading() as connection:
            is_named = chats.c.deleted_at.is_(None), character_name == _CHARACTER_NAME
            rows = _newest(connection, owner, is_named, limit)
            shown = _last_words(connection, owner, [row["id"] for row in rows if not row["title"]])
        return tuple(_summary(row, shown.get(row["id"])) for row in rows)

    def find(self, owner: str, query: str = "", *, in_trash: bool = False, limit: int = 50) -> Sequence[ChatSummary]:
        """The owner's newest chats that hold every word of the query, in title and character's name or in one turn."""
        words = words_of(query)
        where: tuple[ColumnElement[bool], ...] = (
            chats.c.deleted_at.is_not(None) if in_trash else chats.c.deleted_at.is_(None),
        )
        with self._database.reading() as connection:
            if words:
                hits = select(versions.c.chat_id).where(versions.c.owner == owner, said(connection, words))
                where = (*where, or_(holds(chats.c.folded_title, words), chats.c.id.in_(hits)))
            rows = _newest(connection, owner, where, limit)
            ids = [row["id"] for row in rows]
            shown = _last_words(connection, owner, ids)
            hit = _hits(connection, owner, ids, words) if words else {}
        return tuple(_summary(row, shown.get(row["id"]), hit.get(row["id"]), words) for row in rows)


def _newest(
    connection: Connection, owner: str, where: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[RowMapping]:
    query = select(*_LISTED).where(chats.c.owner == owner, *where)
    newest = query.order_by(chats.c.updated_at.desc(), chats.c.id).limit(limit)
    return connection.execute(newest).mappings().all()


def _last_words(connection: Connection, owner: str, ids: Sequence[str]) -> dict[str, RowMapping]:
    """The last turn, by the chat's id."""
    last = (
        select(versions.c.text, *_TURN).join_from(chats, turns).join_from(turns, versions)
        .where(chats.c.owner == owner, chats.c.id.in_(ids))
        .where(turns.c.position == chats.c.num_turns - 1, versions.c.number == turns.c.chosen)
    )  # fmt: skip
    return {row["chat_id"]: row for row in connection.execute(last).mappings()} if ids else {}


def _hits(connection: Connection, owner: str, ids: Sequence[str], words: Sequence[str]) -> dict[str, RowMapping]:
    """The first turn that holds all the words, by the chat's id. Turns that show them on the screen come first."""
    is_hidden = case((versions.c.number == turns.c.chosen, 0), else_=1)
    in_order = func.row_number().over(
        partition_by=versions.c.chat_id, order_by=(is_hidden, versions.c.position, versions.c.number)
    )
    hit = (
        select(versions.c.text, *_TURN, in_order.label("rank"))
        .join_from(versions, turns)
        .where(versions.c.owner == owner, versions.c.chat_id.in_(ids), said(connection, words))
        .subquery()
    )
    return {row["chat_id"]: row for row in connection.execute(select(hit).where(hit.c.rank == 1)).mappings()}


def _excerpt(text: str, around: int) -> str:
    start = max(0, around - _EXCERPT_CHARACTERS // 3)
    end = start + _EXCERPT_CHARACTERS
    return ("…" if start else "") + one_line(text[start:end]) + ("…" if end < len(text) else "")


def _shown(row: RowMapping, turn: RowMapping) -> str:
    """What the turn says on the screen."""
    text: str = turn["text"]
    if Role(turn["role"]) is Role.PERSON:
        return text
    now = moment_of(turn["sent_at"])
    return Macros(row["character_name"], row["person_name"], row["seed"] or 0, now=now).expand_message(text)


def _summary(
    row: RowMapping, last: RowMapping | None, hit: RowMapping | None = None, words: Sequence[str] = ()
) -> ChatSummary:
    turn = hit or last
    text = "" if turn is None else _shown(row, turn)
    around = text.lower().find(words[0].lower()) if words else 0
    return ChatSummary(
        id=row["id"],
        title=row["title"],
        character_name=row["character_name"],
        excerpt=_excerpt(text, max(0, around)),
        num_turns=row["num_turns"],
        updated_at=row["updated_at"],
        is_branch=row["parent_id"] is not None,
        deleted_at=row["deleted_at"],
        found_at=None if hit is None else hit["position"],
    )
