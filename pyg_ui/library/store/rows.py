"""Rows that belong to an owner: every statement here names both the owner and the id.

A store that reads and changes single rows only through this module cannot reach another owner's rows.
"""

import math
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, delete, select, update

from pyg_ui.errors import NotFoundError
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.schema import metadata

TRASH_DAYS = 30
"""How long public pages keep what is in the trash. All others keep it for ever."""
_PAUSE_S = 3600


def new_id() -> str:
    """A new id of 128 random bits, in hexadecimal. It cannot be guessed."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class OwnedRows:
    """The rows of a table with the columns `owner`, `id` and `deleted_at`.

    The methods run in the caller's transaction. They raise NotFoundError if the owner has no such row.
    """

    table: Table
    gone: str
    """The message of the NotFoundError."""

    def at(self, owner: str, id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """The conditions that only this row meets."""
        return self.table.c.owner == owner, self.table.c.id == id

    def read(
        self, connection: Connection, owner: str, id: str, columns: Sequence[ColumnElement[Any]] | None = None
    ) -> RowMapping:
        """The row, or only these columns of it."""
        query = select(*(columns or self.table.c)).where(*self.at(owner, id))
        row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFoundError(self.gone)
        return row

    def change(self, connection: Connection, owner: str, id: str, values: Mapping[str, Any]) -> None:
        """Write other values into the row."""
        statement = update(self.table).where(*self.at(owner, id)).values(values)
        if not connection.execute(statement).rowcount:
            raise NotFoundError(self.gone)


class StoreWithTrash:
    """The base of stores that put deleted rows into a trash first.

    The methods raise NotFoundError if the owner has no such row.
    """

    _rows: ClassVar[OwnedRows]

    def __init__(self, database: Database) -> None:
        self._database = database

    def trash(self, owner: str, id: str) -> None:
        """Put it into the trash."""
        self._change(owner, id, {"deleted_at": datetime.now(UTC)})

    def restore(self, owner: str, id: str) -> None:
        """Take it out of the trash."""
        self._change(owner, id, {"deleted_at": None})

    def delete(self, owner: str, id: str) -> None:
        """Delete it for good. Raises NotFoundError if it is not in the trash."""
        self._check_own(id)
        table = self._rows.table
        with self._database.writing() as connection:
            statement = delete(table).where(*self._rows.at(owner, id), table.c.deleted_at.is_not(None))
            if not connection.execute(statement).rowcount:
                raise NotFoundError(self._rows.gone)

    def _change(self, owner: str, id: str, values: Mapping[str, Any]) -> None:
        self._check_own(id)
        with self._database.writing() as connection:
            self._rows.change(connection, owner, id, values)

    def _check_own(self, id: str) -> None:
        """Raise InputError for something that belongs to no owner, where a store has that."""


class AgingTrash:
    """Deletes for good what anybody put into the trash long ago. Only public pages have one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._emptied_at = -math.inf

    def empty(self) -> None:
        """Delete what is too old, unless that was done within the hour. Raises StoreError."""
        if time.monotonic() - self._emptied_at < _PAUSE_S:
            return
        self._emptied_at = time.monotonic()
        oldest = datetime.now(UTC) - timedelta(days=TRASH_DAYS)
        with self._database.writing() as connection:
            for table in metadata.sorted_tables:
                if "deleted_at" in table.c:
                    connection.execute(delete(table).where(table.c.deleted_at < oldest))
