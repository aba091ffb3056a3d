"""Opens the database, and reads and writes it in transactions.

SQLite's file is in the data directory. It is in WAL mode, is synchronised to disk at each commit, and is copied before
a migration. A damaged or newer database is refused and not changed. PostgreSQL is used where a URL names it.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from pyg_ui.errors import DatabaseError, Message, SettingsError, StoreError
from pyg_ui.library.containers.json_text import plain
from pyg_ui.library.store.migrations.running import migrate, pending_version

FILE_NAME = "pyg_ui.sqlite3"
PATIENCE_S = 10
"""The time that a write waits for another one, and a connection for the server."""
_ATTEMPT_MS = 10


class Database:
    """One database. The constructor does not touch it. `open` must be called before all other methods."""

    def __init__(self, url: URL) -> None:
        is_sqlite = url.drivername == "sqlite"
        self._url = url
        self.path = Path(url.database) if is_sqlite and url.database else None
        """SQLite's file; None for PostgreSQL."""
        self._engine = self._reader = create_engine(
            url,
            json_serializer=lambda value: json.dumps(plain(value), ensure_ascii=False),
            pool_pre_ping=not is_sqlite,
            connect_args={"timeout" if is_sqlite else "connect_timeout": PATIENCE_S},
        )
        if is_sqlite:
            event.listen(self._engine, "connect", _set_up_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        else:
            # All queries of a reader see one state. A writer waits for the writer before it and sees what it wrote.
            self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._writer = self._engine.execution_options(is_writing=True)

    @classmethod
    def in_directory(cls, directory: Path) -> Self:
        """The SQLite database of a data directory."""
        return cls(URL.create("sqlite", database=str(directory / FILE_NAME)))

    @classmethod
    def at_url(cls, text: str) -> Self:
        """The database that a URL names. Raises SettingsError, without repeating a password."""
        try:
            url = make_url(text)
        except (ArgumentError, ValueError) as error:
            raise SettingsError(_BAD_URL) from error
        if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
            return cls(url.set(drivername="postgresql+psycopg"))
        if url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
            return cls(url)
        raise SettingsError(_BAD_URL)

    def open(self) -> None:
        """Create the database where there is none. Copy and migrate an older one.

        Raises StoreError if it cannot be reached, is damaged, or was written by a newer version. Then it is not
        changed.
        """
        if self.path is not None:
            _prepare_file(self.path)
        with self.reading() as connection:
            version = pending_version(connection)
        if version is not None:
            self._back_up(version)
            with self.writing() as connection:
                migrate(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database. Raises StoreError."""
        with self._explained(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that changes all or nothing. Raises StoreError."""
        with self._explained(), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _back_up(self, version: str) -> None:
        """Copy SQLite's file into the same folder before the migration to that version, unless it holds no tables.

        The copy gets its name once it is complete. Like the database, it is for its owner only.
        """
        if self.path is None:
            return
        copy = self.path.with_name(f"{self.path.name}.before-{version}")
        part = copy.with_name(f"{copy.name}.part")
        try:
            with closing(sqlite3.connect(self.path, timeout=PATIENCE_S)) as source:
                if not source.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    return
                try:
                    _remove(part)  # one that a killed process left
                    part.touch(mode=0o600)
                    with closing(sqlite3.connect(part)) as target:
                        source.backup(target)
                    part.replace(copy)
                finally:
                    _remove(part)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                "The database must be updated, but {path} cannot be written: {reason}.", path=copy, reason=error
            ) from error

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            place = self.path or self._url.render_as_string()
            reason = str(error.orig).strip().split("\n")[0]
            values = {"place": place, "reason": reason}
            raise DatabaseError(Message("The database at {place} cannot be used: {reason}.", values)) from error


_BAD_URL = (
    "--database-url must look like postgresql://USER:PASSWORD@HOST/NAME or sqlite:////path/to/file; other "
    "databases are not supported."
)


def _set_up_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # `_begin_sqlite` begins transactions, because Python begins them too late
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction. One that will write takes the lock at once, because taking it later can fail.

    While others write, it asks for the lock every few milliseconds. SQLite itself asks ever more seldom, and would come
    too late for as long as others write without a pause.
    """
    if not connection.get_execution_options().get("is_writing"):
        connection.exec_driver_sql("BEGIN")
        return
    given_up_at = time.monotonic() + PATIENCE_S
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute(f"PRAGMA busy_timeout = {_ATTEMPT_MS}")
    try:
        while not _has_begun_writing(connection, is_last=time.monotonic() > given_up_at):
            pass
    finally:
        driver.execute(f"PRAGMA busy_timeout = {PATIENCE_S * 1000}")


def _has_begun_writing(connection: Connection, *, is_last: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        code = error.orig.sqlite_errorcode if isinstance(error.orig, sqlite3.Error) else 0
        if is_last or code & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _prepare_file(path: Path) -> None:
    """Create the file's directory, and check the file if there is one. Raises StoreError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists() or path.stat().st_size == 0:
            path.touch(mode=0o600)
            return
        if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK):
            raise PermissionError(0, "it may not be written")
    except OSError as error:
        raise StoreError(
            "{path} cannot be used: {reason}. Choose another place with --data-dir.", path=path, reason=error.strerror
        ) from error
    problem = _problem_in(path)
    if problem != "ok":
        raise StoreError(
            "{path} is damaged: {problem}. Nothing was changed in it. Put back a copy of it, or move it away to begin "
            "with an empty one.",
            path=path,
            problem=problem,
        )


def _problem_in(path: Path) -> str:
    """What is damaged in the database; "ok" if nothing is.

    The check writes nothing. Only if a process was killed in the middle of a change, SQLite takes that change back
    first: until then nobody can read the database.
    """
    try:
        return _checked(path, "ro")
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            return str(error).strip()
    try:
        return _checked(path, "rw")
    except sqlite3.Error as error:
        return str(error).strip()


def _checked(path: Path, mode: str) -> str:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE_S)) as opened:
        return str(opened.execute("PRAGMA quick_check(1)").fetchone()[0]).strip()


def _remove(part: Path) -> None:
    """Remove an unfinished copy, with what SQLite keeps beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)
