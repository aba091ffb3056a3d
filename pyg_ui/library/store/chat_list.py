"""Lists an owner's chats, the newest first: all of them, those that a search finds, or the trash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, or_, select

from pyg_ui.dialogue.character import one_line
from pyg_ui.dialogue.chat import Role
from pyg_ui.dialogue.macros.expansion import Macros
from pyg_ui.library.store.chat_rows import moment_of
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.schema import chats, turns, versions
from pyg_ui.library.store.search import holds, said, words_of

_EXCERPT_CHARACTERS = 120
_TURN = turns.c.chat_id, turns.c.role, turns.c.sent_at


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """What a list shows of a chat."""

    id: str
    title: str
    """The title that its owner gave it, else its beginning; "" if nothing has been said."""
    character_name: str
    excerpt: str
    """One line of the last turn, or of the first turn that holds the words of the search."""
    num_turns: int
    updated_at: datetime
    is_branch: bool
    deleted_at: datetime | None
    """When it was put into the trash; None if it is not there."""


class ChatList:
    """The chats of every owner, for lists. All methods raise StoreError if the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, owner: str, query: str = "", *, in_trash: bool = False, limit: int = 50) -> Sequence[ChatSummary]:
        """The owner's newest chats that hold every word of the query, in title and character's name or in one turn."""
        words = words_of(query)
        is_deleted = chats.c.deleted_at.is_not(None) if in_trash else chats.c.deleted_at.is_(None)
        found = select(chats).where(chats.c.owner == owner, is_deleted)
        with self._database.reading() as connection:
            if words:
                hits = select(versions.c.chat_id).where(versions.c.owner == owner, said(connection, words))
                found = found.where(or_(holds(chats.c.folded_title, words), chats.c.id.in_(hits)))
            newest = found.order_by(chats.c.updated_at.desc(), chats.c.id).limit(limit)
            rows = connection.execute(newest).mappings().all()
            ids = [row["id"] for row in rows]
            shown = _last_words(connection, owner, ids)
            if words:
                shown |= _hits(connection, owner, ids, words)
        return tuple(_summary(row, shown.get(row["id"]), words) for row in rows)


def _last_words(connection: Connection, owner: str, ids: Sequence[str]) -> dict[str, RowMapping]:
    """Text, role and time of the last turn, by the chat's id."""
    last = (
        select(versions.c.text, *_TURN).join_from(chats, turns).join_from(turns, versions)
        .where(chats.c.owner == owner, chats.c.id.in_(ids))
        .where(turns.c.position == chats.c.num_turns - 1, versions.c.number == turns.c.chosen)
    )  # fmt: skip
    return {row["chat_id"]: row for row in connection.execute(last).mappings()}


def _hits(connection: Connection, owner: str, ids: Sequence[str], words: Sequence[str]) -> dict[str, RowMapping]:
    """Text, role and time of the first turn that holds all the words, by the chat's id."""
    in_order = func.row_number().over(
        partition_by=versions.c.chat_id, order_by=(versions.c.position, versions.c.number)
    )
    hit = (
        select(versions.c.text, *_TURN, in_order.label("place"))
        .join_from(versions, turns)
        .where(versions.c.owner == owner, versions.c.chat_id.in_(ids), said(connection, words))
        .subquery()
    )
    return {row["chat_id"]: row for row in connection.execute(select(hit).where(hit.c.place == 1)).mappings()}


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
    return Macros(row["character"]["name"], row["person_name"], row["seed"] or 0, now=now).expand_message(text)


def _summary(row: RowMapping, turn: RowMapping | None, words: Sequence[str]) -> ChatSummary:
    text = "" if turn is None else _shown(row, turn)
    around = text.lower().find(words[0].lower()) if words else 0
    return ChatSummary(
        id=row["id"],
        title=row["title"],
        character_name=row["character"]["name"],
        excerpt=_excerpt(text, max(0, around)),
        num_turns=row["num_turns"],
        updated_at=row["updated_at"],
        is_branch=row["parent_id"] is not None,
        deleted_at=row["deleted_at"],
    )
