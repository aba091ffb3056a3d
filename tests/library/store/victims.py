"""What processes do with a database when they are killed."""

from __future__ import annotations

import resource
import sqlite3
import time
from contextlib import closing
from ctypes import c_int64
from dataclasses import replace
from multiprocessing.synchronize import Event
from pathlib import Path

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.errors import StoreError
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


def hold_lock(directory: Path, begun: Event, seconds: float) -> None:
    """Keep everybody from writing for a while."""
    with closing(sqlite3.connect(directory / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        begun.set()
        time.sleep(seconds)
        connection.execute("COMMIT")


def open_and_talk(directory: Path, num_messages: int) -> tuple[str, int]:
    """Open the database, whoever else does, and save a chat after each of so many messages. Its id and their number."""
    database = Database.in_directory(directory)
    database.open()
    store = ChatStore(database)
    stored = store.create(OWNER, Chat(Character("Wren")))
    for number in range(num_messages):
        stored = store.save(OWNER, stored, stored.chat.say(f"No. {number}"))
    database.close()
    return stored.id, stored.revision


def fill_disk(directory: Path, id: str) -> tuple[str, str]:
    """Save where no file may grow, and again where files may. What the first save said, and what the chat ends with."""
    database = Database.in_directory(directory)
    database.open()
    store, (soft, hard) = ChatStore(database), resource.getrlimit(resource.RLIMIT_FSIZE)
    stored, problem = store.load(OWNER, id), ""
    resource.setrlimit(resource.RLIMIT_FSIZE, ((directory / FILE_NAME).stat().st_size, hard))
    try:
        for _ in range(100):
            stored = store.save(OWNER, stored, stored.chat.say("much " * 10_000))
    except StoreError as error:
        problem = str(error)
    assert store.load(OWNER, id).chat == stored.chat
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    last = store.save(OWNER, stored, stored.chat.say("There is room again.")).chat.turns[-1].text
    database.close()
    return problem, last
