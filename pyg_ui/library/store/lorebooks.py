"""Stores lorebooks that people keep for any chat.

A chat that uses one holds its id and a copy. `current_lorebooks` brings the copies up to date; the copy of a lorebook
that was deleted stays as it is. A change names the revision that it was made from, so that no page overwrites what
another one has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update

from pyg_ui.dialogue.character import one_line
from pyg_ui.dialogue.chat import KeptLorebook
from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.errors import InputError
from pyg_ui.library.lorebooks.character_book import dump_book, parse_book
from pyg_ui.library.store.rows import OwnedRows, StoreWithTrash, new_id
from pyg_ui.library.store.schema import lorebooks

MAX_LOREBOOKS = 200
"""The number of lorebooks that an owner may have outside the trash."""
MAX_NAME_CHARACTERS = 200
_ROWS = OwnedRows(lorebooks, "This lorebook is no longer there.")


@dataclass(frozen=True, slots=True)
class LorebookSummary:
    """What a list shows of a lorebook."""

    id: str
    name: str
    num_entries: int
    deleted_at: datetime | None = None
    """When it was put into the trash; None if it is not there."""


@dataclass(frozen=True, slots=True)
class StoredLorebook:
    """A lorebook as it was read or saved."""

    id: str
    revision: int
    """The number of saves."""
    book: Lorebook

    @property
    def kept(self) -> KeptLorebook:
        """The lorebook as a chat has it."""
        return KeptLorebook(self.id, self.book)


class LorebookStore(StoreWithTrash):
    """The lorebooks of every owner.

    Methods that take an id, or a stored lorebook, raise NotFoundError if the owner has no such lorebook. All methods
    raise StoreError if the database fails.
    """

    _rows = _ROWS

    def find(self, owner: str) -> Sequence[LorebookSummary]:
        """The owner's lorebooks by name."""
        return self._summaries(owner, lorebooks.c.deleted_at.is_(None), order=func.lower(lorebooks.c.name))

    def list_trash(self, owner: str) -> Sequence[LorebookSummary]:
        """The owner's deleted lorebooks, the one that was deleted last first."""
        return self._summaries(owner, lorebooks.c.deleted_at.is_not(None), order=lorebooks.c.deleted_at.desc())

    def load(self, owner: str, id: str) -> StoredLorebook:
        """The lorebook, which may be in the trash."""
        with self._database.reading() as connection:
            return _stored(_ROWS.read(connection, owner, id))

    def add(self, owner: str, book: Lorebook) -> StoredLorebook:
        """Store a lorebook. Several may have the same name. Raises InputError for too many, or without a name."""
        stored = StoredLorebook(new_id(), 1, _named(book, book.name))
        with self._database.writing() as connection:
            is_kept = (lorebooks.c.owner == owner, lorebooks.c.deleted_at.is_(None))
            if (connection.scalar(select(func.count()).where(*is_kept)) or 0) >= MAX_LOREBOOKS:
                raise InputError("You may keep {number} lorebooks. Delete some, then try again.", number=MAX_LOREBOOKS)
            place = {"id": stored.id, "owner": owner, "created_at": datetime.now(UTC)}
            connection.execute(insert(lorebooks).values({**place, **_values_of(stored)}))
        return stored

    def replace(self, owner: str, stored: StoredLorebook, book: Lorebook) -> StoredLorebook:
        """Store the next state of a lorebook. Raises InputError if it was changed since `stored` was read."""
        with self._database.writing() as connection:
            _ROWS.read(connection, owner, stored.id, [lorebooks.c.id])
            return self._replace(connection, owner, stored, book)

    def rename(self, owner: str, id: str, name: str) -> StoredLorebook:
        """Give the lorebook another name. Raises InputError for a name without a visible character."""
        with self._database.writing() as connection:
            stored = _stored(_ROWS.read(connection, owner, id))
            return self._replace(connection, owner, stored, _named(stored.book, name))

    def _replace(self, connection: Connection, owner: str, stored: StoredLorebook, book: Lorebook) -> StoredLorebook:
        changed = StoredLorebook(stored.id, stored.revision + 1, _named(book, book.name))
        is_same = (*_ROWS.at(owner, stored.id), lorebooks.c.revision == stored.revision)
        if not connection.execute(update(lorebooks).where(*is_same).values(_values_of(changed))).rowcount:
            raise InputError("This lorebook was changed on another page, and is shown as it is now. Try again.")
        return changed

    def _summaries(
        self, owner: str, condition: ColumnElement[bool], order: ColumnElement[Any]
    ) -> Sequence[LorebookSummary]:
        shown = (lorebooks.c.id, lorebooks.c.name, lorebooks.c.num_entries, lorebooks.c.deleted_at)
        query = select(*shown).where(lorebooks.c.owner == owner, condition).order_by(order, lorebooks.c.id)
        with self._database.reading() as connection:
            return tuple(LorebookSummary(*row) for row in connection.execute(query))


def current_lorebooks(connection: Connection, owner: str, kept: Sequence[KeptLorebook]) -> tuple[KeptLorebook, ...]:
    """The lorebooks as they are now. Those that are no longer there, or in the trash, stay as they were."""
    if not kept:
        return ()
    is_wanted = (lorebooks.c.id.in_([each.id for each in kept]), lorebooks.c.deleted_at.is_(None))
    found = select(lorebooks).where(lorebooks.c.owner == owner, *is_wanted)
    now = {row["id"]: _stored(row).kept for row in connection.execute(found).mappings()}
    return tuple(now.get(each.id, each) for each in kept)


def _stored(row: RowMapping) -> StoredLorebook:
    return StoredLorebook(row["id"], row["revision"], parse_book(row["book"]))


def _values_of(stored: StoredLorebook) -> dict[str, Any]:
    book = stored.book
    facts = {"revision": stored.revision, "name": book.name, "num_entries": len(book.entries)}
    return {**facts, "book": dump_book(book)}


def _named(book: Lorebook, name: str) -> Lorebook:
    shown = one_line(name)[:MAX_NAME_CHARACTERS].strip()
    if not shown:
        raise InputError("The lorebook has no name. Give it one.")
    return replace(book, name=shown)
