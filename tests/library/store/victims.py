"""What processes do with a database when they are killed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from ctypes import c_int64
from dataclasses import replace
from pathlib import Path

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import FILE_NAME, Database
from pyg_ui.library.store.migrations.running import VERSION_TABLE

OWNER = "alice"


def open_database(directory: Path) -> None:
    """Create the database or migrate it, whichever is needed."""
    database = Database.in_directory(directory)
    database.open()
    database.close()


def save_replies(directory: Path, id: str, num_saved: c_int64) -> None:
    """Save a chat again and again, each time with a longer reply. `num_saved` counts the words."""
    database = Database.in_directory(directory)
    database.open()
    store = ChatStore(database)
    stored = store.load(OWNER, id)
    while True:
        reply = Turn.of(Role.CHARACTER, "word " * (num_saved.value + 1))
        stored = store.save(OWNER, stored, replace(stored.chat, turns=(*stored.chat.turns[:1], reply)))
        num_saved.value += 1


def begin_chat(directory: Path) -> str:
    """A new database with one chat, and the chat's id."""
    database = Database.in_directory(directory)
    database.open()
    id = ChatStore(database).create(OWNER, Chat(Character("Wren")).say("Tell me everything.")).id
    database.close()
    return id


def last_text(directory: Path, id: str) -> str:
    """What the chat in the database says last."""
    database = Database.in_directory(directory)
    database.open()
    try:
        return ChatStore(database).load(OWNER, id).chat.turns[-1].text
    finally:
        database.close()


def make_older(directory: Path) -> None:
    """Take the last steps of the migration back."""
    with closing(sqlite3.connect(directory / FILE_NAME)) as connection, connection:
        for table in ("settings", "sent_messages"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '0006'")
