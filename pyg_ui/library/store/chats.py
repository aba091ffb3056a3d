"""Stores the chats of every owner, with every version of every turn.

A save is one transaction and writes only the rows that changed. It names the revision that it was made from. If the
chat was saved by somebody else in the meantime, the save becomes a new chat, a branch, so both states are kept; a save
that only adds turns to theirs has nothing to branch off from.
Deleted chats stay in the trash; a save takes a chat out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, func, insert, select, update

from pyg_ui.dialogue.character import one_line
from pyg_ui.dialogue.chat import Chat, Role
from pyg_ui.errors import StoreError
from pyg_ui.library.store.chat_rows import chat_of, chat_row, write_turns
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.lorebooks import current_lorebooks
from pyg_ui.library.store.rows import OwnedRows, StoreWithTrash, new_id
from pyg_ui.library.store.schema import Moment, chats, sent_messages, turns, versions
from pyg_ui.library.store.search import folded

MAX_TITLE_CHARACTERS = 200
MOST_PUBLIC_CHATS = 300
"""How many chats each owner may have on a public page, with those in the trash."""
_OPENING_CHARACTERS = 60
_ROWS = OwnedRows(chats, "This chat is no longer there.")


@dataclass(frozen=True, slots=True)
class StoredChat:
    """A chat as it was read or saved."""

    id: str
    revision: int
    """The number of saves of the chat."""
    title: str
    """The title that its owner gave it, else its beginning; "" if nothing has been said."""
    chat: Chat
    parent_id: str | None = None
    """The chat that it branched off."""
    num_shared_turns: int = 0
    """How many turns it shares with that chat."""


class ChatStore(StoreWithTrash):
    """Chats by owner and id.

    Methods that take an id, or a stored chat, raise NotFoundError if the owner has no such chat. All methods
    raise StoreError if the database fails.
    """

    _rows = _ROWS

    def __init__(self, database: Database, most_chats: int | None = None) -> None:
        """An owner of `most_chats` has to delete one for good before another is stored. None is without limit."""
        super().__init__(database)
        self._most_chats = most_chats

    def create(self, owner: str, chat: Chat, title: str = "", nonce: str = "") -> StoredChat:
        """Store a new chat."""
        with self._database.writing() as connection:
            self._check_room(connection, owner)
            stored = _create(connection, owner, StoredChat(new_id(), 1, _title(title, chat), chat))
            return _with_message(connection, owner, stored, nonce)

    def create_all(self, owner: str, given: Sequence[Chat]) -> Sequence[StoredChat]:
        """Store new chats, all or none, of which the last one counts as the newest."""
        with self._database.writing() as connection:
            self._check_room(connection, owner, len(given))
            return [_create(connection, owner, StoredChat(new_id(), 1, _title("", chat), chat)) for chat in given]

    def load(self, owner: str, id: str) -> StoredChat:
        """The chat as it was saved last. It may be in the trash."""
        with self._database.reading() as connection:
            return _load(connection, owner, id)

    def latest(self, owner: str) -> StoredChat | None:
        """The chat that the owner changed last; None if there is none outside the trash."""
        newest = (
            select(chats.c.id).where(chats.c.owner == owner, chats.c.deleted_at.is_(None))
            .order_by(chats.c.updated_at.desc(), chats.c.id).limit(1)
        )  # fmt: skip
        with self._database.reading() as connection:
            id = connection.scalar(newest)
            return None if id is None else _load(connection, owner, id)

    def with_current_lorebooks(self, owner: str, chat: Chat) -> Chat:
        """The chat with the owner's own lorebooks as they are now. Loaded chats have them already."""
        with self._database.reading() as connection:
            return _with_current_lorebooks(connection, owner, chat)

    def save(self, owner: str, stored: StoredChat, chat: Chat, nonce: str = "") -> StoredChat:
        """Store the next state of a chat.

        If the chat was changed since `stored` was read, and this state does not go on from that change, it becomes a
        branch: the result has another id, and the chat stays as it is. A `nonce` is that of a message which this state
        holds for the first time.
        """
        if chat == stored.chat:
            return stored
        with self._database.writing() as connection:
            if not _follow(connection, owner, stored, chat):
                theirs = _load(connection, owner, stored.id)
                if not _goes_on_from(theirs.chat, chat):
                    self._check_room(connection, owner)
                    branched = _branch(connection, owner, theirs, chat)
                    return _with_message(connection, owner, branched, nonce)
                stored = theirs
                _follow(connection, owner, stored, chat)
            write_turns(connection, owner, stored.id, stored.chat.turns, chat.turns)
            title = stored.title or _title("", chat)
            if title != stored.title or chat.character.name != stored.chat.character.name:
                # A rename is no save, so the chat may have another title by now.
                title = _ROWS.read(connection, owner, stored.id, [chats.c.title])["title"] or title
                _ROWS.change(connection, owner, stored.id, _titles(title, chat))
            _with_message(connection, owner, stored, nonce)
        return replace(stored, revision=stored.revision + 1, title=title, chat=chat)

    def branch(self, owner: str, id: str, chat: Chat, nonce: str = "") -> StoredChat:
        """Store a chat that shares its beginning with another one as a new chat."""
        with self._database.writing() as connection:
            self._check_room(connection, owner)
            branched = _branch(connection, owner, _load(connection, owner, id), chat)
            return _with_message(connection, owner, branched, nonce)

    def has_message(self, owner: str, nonce: str) -> bool:
        """Whether a message with this nonce was saved in one of the owner's chats."""
        query = select(sent_messages.c.nonce).where(sent_messages.c.owner == owner, sent_messages.c.nonce == nonce)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def rename(self, owner: str, id: str, title: str) -> str:
        """Give the chat another title and return it. A blank one is replaced by the chat's beginning."""
        with self._database.writing() as connection:
            chat = _load(connection, owner, id).chat
            title = _title(title, chat)
            _ROWS.change(connection, owner, id, _titles(title, chat))
        return title

    def _check_room(self, connection: Connection, owner: str, number: int = 1) -> None:
        if self._most_chats is None:
            return
        has = connection.scalar(select(func.count()).select_from(chats).where(chats.c.owner == owner)) or 0
        if has + number > self._most_chats:
            raise StoreError(
                "You have {number:,} chats here, with those in the trash, and may have {limit:,}. Delete some for "
                "good, so that others can be saved.",
                number=has,
                limit=self._most_chats,
            )


def _moment(connection: Connection, owner: str) -> datetime:
    """Now, or just behind the owner's newest chat where the clock was put back: what is saved last is the newest."""
    newest = connection.scalar(select(func.max(chats.c.updated_at, type_=Moment)).where(chats.c.owner == owner))
    now = datetime.now(UTC)
    return now if newest is None or newest < now else newest + timedelta(microseconds=1)


def _create(connection: Connection, owner: str, stored: StoredChat) -> StoredChat:
    now = _moment(connection, owner)
    place = {"id": stored.id, "owner": owner, "revision": stored.revision, "created_at": now, "updated_at": now}
    origin = {"parent_id": stored.parent_id, "num_shared_turns": stored.num_shared_turns}
    values = {**place, **origin, **_titles(stored.title, stored.chat), **chat_row(stored.chat)}
    connection.execute(insert(chats).values(values))
    write_turns(connection, owner, stored.id, (), stored.chat.turns)
    return stored


def _with_message(connection: Connection, owner: str, stored: StoredChat, nonce: str) -> StoredChat:
    """Note the nonce of a message in the transaction that saves the message, so that both are kept or neither."""
    if nonce:
        known = delete(sent_messages).where(sent_messages.c.owner == owner, sent_messages.c.nonce == nonce)
        connection.execute(known)
        row = {"owner": owner, "nonce": nonce, "chat_id": stored.id, "sent_at": datetime.now(UTC)}
        connection.execute(insert(sent_messages).values(row))
    return stored


def _load(connection: Connection, owner: str, id: str) -> StoredChat:
    row = _ROWS.read(connection, owner, id)

    def rows_of(table: Table, *order: str) -> Sequence[RowMapping]:
        rows = select(table).where(table.c.owner == owner, table.c.chat_id == id).order_by(*order)
        return connection.execute(rows).mappings().all()

    chat = chat_of(row, rows_of(turns, "position"), rows_of(versions, "position", "number"))
    chat = _with_current_lorebooks(connection, owner, chat)
    return StoredChat(id, row["revision"], row["title"], chat, row["parent_id"], row["num_shared_turns"])


def _with_current_lorebooks(connection: Connection, owner: str, chat: Chat) -> Chat:
    return replace(chat, kept_lorebooks=current_lorebooks(connection, owner, chat.kept_lorebooks))


def _follow(connection: Connection, owner: str, stored: StoredChat, chat: Chat) -> bool:
    """Write the next state of the chat, without its turns, unless it was changed since it was read."""
    saved = {"revision": stored.revision + 1, "updated_at": _moment(connection, owner), "deleted_at": None}
    following = update(chats).where(*_ROWS.at(owner, stored.id), chats.c.revision == stored.revision)
    return bool(connection.execute(following.values({**chat_row(chat), **saved})).rowcount)


def _goes_on_from(before: Chat, chat: Chat) -> bool:
    """Whether the chat is that other one, perhaps with more turns at its end."""
    return replace(before, turns=chat.turns) == chat and chat.turns[: len(before.turns)] == before.turns


def _branch(connection: Connection, owner: str, parent: StoredChat, chat: Chat) -> StoredChat:
    shared = next(
        (i for i, (ours, theirs) in enumerate(zip(chat.turns, parent.chat.turns, strict=False)) if ours != theirs),
        min(len(chat.turns), len(parent.chat.turns)),
    )
    title = f"{parent.title[: MAX_TITLE_CHARACTERS - 9]} (branch)".strip()
    return _create(connection, owner, StoredChat(new_id(), 1, title, chat, parent.id, shared))


def _titles(title: str, chat: Chat) -> dict[str, Any]:
    """The columns of the title, and of the text that is searched: the title with the character's present name."""
    return {"title": title, "folded_title": folded(title, chat.character.name)}


def _title(text: str, chat: Chat) -> str:
    """The text as a title. A blank one is replaced by the beginning of the person's first message."""
    if title := one_line(text)[:MAX_TITLE_CHARACTERS].strip():
        return title
    first = next((turn for turn in chat.turns if turn.role is Role.PERSON), None)
    said = one_line(first.text) if first else ""
    return said if len(said) <= _OPENING_CHARACTERS else said[: _OPENING_CHARACTERS - 1].rstrip() + "…"
