"""Databases that are new, old, damaged, too new or out of reach: none is ever harmed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from pyg_ui.errors import DatabaseError, SettingsError, StoreError
from pyg_ui.library.store.database import FILE_NAME, Database
from pyg_ui.library.store.migrations.running import VERSION_TABLE
from pyg_ui.library.store.schema import metadata


def opened(path: Path) -> None:
    database = Database.in_directory(path)
    try:
        database.open()
    finally:
        database.close()


def test_the_migrations_make_the_tables_of_the_schema(new_database: Database) -> None:
    def is_ours(name: str | None, kind: str, parents: object) -> bool:
        return kind != "table" or name in metadata.tables

    with new_database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours, "version_table": VERSION_TABLE})
        differences = compare_metadata(context, metadata)
    assert [each for each in differences if "ix_versions_text" not in str(each)] == []


def test_opening_again_changes_nothing(new_database: Database) -> None:
    new_database.open()
    new_database.open()


def test_making_the_object_touches_nothing(tmp_path: Path) -> None:
    Database.in_directory(tmp_path / "data").close()
    assert list(tmp_path.iterdir()) == []


def test_a_new_directory_is_for_its_owner_only(tmp_path: Path) -> None:
    opened(tmp_path / "deep" / "data")
    assert (tmp_path / "deep" / "data").stat().st_mode & 0o077 == 0
    assert (tmp_path / "deep" / "data" / FILE_NAME).stat().st_mode & 0o077 == 0


def test_sqlite_writes_ahead_and_synchronises(tmp_path: Path) -> None:
    database = Database.in_directory(tmp_path)
    database.open()
    with database.reading() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    database.close()


@pytest.mark.parametrize("content", [b"This is no database.\n" * 200, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_is_refused_and_stays(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(StoreError, match="is damaged"):
        opened(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_file_with_a_broken_page_is_refused_and_stays(tmp_path: Path) -> None:
    opened(tmp_path)
    content = bytearray((tmp_path / FILE_NAME).read_bytes())
    content[4096:8192] = b"\xff" * 4096
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(StoreError, match="is damaged"):
        opened(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_newer_database_is_refused(new_database: Database) -> None:
    with new_database.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        new_database.open()


def test_another_programs_database_is_refused(new_database: Database) -> None:
    with new_database.writing() as connection:
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
    with pytest.raises(StoreError, match="another program"):
        new_database.open()


def test_an_older_database_is_copied_before_it_changes(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        connection.execute("CREATE TABLE keepsakes (text)")
        connection.execute("INSERT INTO keepsakes VALUES ('a pebble')")
    opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / f"{FILE_NAME}.before-0007")) as copy:
        assert copy.execute("SELECT text FROM keepsakes").fetchall() == [("a pebble",)]
        assert copy.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


def test_an_older_versions_rows_stay(tmp_path: Path) -> None:
    opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        for table in ("presets", "personas", "backdrops", "settings", "sent_messages"):
            connection.execute(f"DROP TABLE {table}")
        for table, column in (("chats", "character_id"), ("chats", "person_id"), ("characters", "is_draft")):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("ALTER TABLE chats DROP COLUMN seed")
        connection.execute("DROP TABLE lorebooks")
        connection.execute("ALTER TABLE chats DROP COLUMN kept_lorebooks")
        connection.execute(
            "INSERT INTO chats VALUES "
            "('c', 'ann', 1, 'Tea', 'tea', '{}', 'You', '', NULL, '[]', 0, NULL, 0, '', '', NULL)"
        )
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '0001'")
        connection.execute("INSERT INTO characters VALUES ('id', 'ann', 'Wren', 'wren', '{}', NULL, x'', '', NULL)")
    opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        assert connection.execute("SELECT name FROM characters").fetchall() == [("Wren",)]
        assert connection.execute("SELECT count(*) FROM presets").fetchone() == (0,)
        assert connection.execute("SELECT title, kept_lorebooks FROM chats").fetchall() == [("Tea", "[]")]


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        connection.execute("CREATE TABLE characters (id)")  # stands in the way of the step's last table
    with pytest.raises(DatabaseError) as caught:
        opened(tmp_path)
    assert "characters" in str(caught.value.for_operators)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("characters",)]


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="--data-dir"):
        opened(tmp_path / "file" / "data")


def test_a_server_out_of_reach_is_told_without_its_password(tmp_path: Path) -> None:
    database = Database.at_url(f"postgres://alice:secret@/chats?host={tmp_path}")
    with pytest.raises(DatabaseError, match="cannot be used") as caught:
        database.open()
    assert str(tmp_path) not in str(caught.value)
    assert str(tmp_path) in str(caught.value.for_operators)
    assert "secret" not in str(caught.value.for_operators)
    database.close()


@pytest.mark.parametrize("url", ["mysql://alice:secret@host/db", "chats.db", "sqlite://", "postgresql://h:port/x", ""])
def test_other_urls_are_refused_without_their_password(url: str) -> None:
    with pytest.raises(SettingsError, match="--database-url") as caught:
        Database.at_url(url)
    assert "secret" not in str(caught.value)


def test_an_error_in_a_transaction_changes_nothing(new_database: Database) -> None:
    def fail() -> None:
        with new_database.writing() as connection:
            connection.execute(text("CREATE TABLE more (id INTEGER)"))
            connection.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(StoreError):
        fail()
    with pytest.raises(StoreError), new_database.reading() as connection:
        connection.execute(text("SELECT * FROM more"))
