"""A process that is killed, at any moment, loses at most what it had not saved yet."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from tests.repository import ROOT

WRITER = """
import sys
from dataclasses import replace
from pyg_ui.dialogue.chat import Role, Turn
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
database = Database.at_url(sys.argv[1])
database.open()
store = ChatStore(database)
stored = store.load("alice", sys.argv[2])
number = 0
while True:
    number += 1
    reply = Turn.of(Role.CHARACTER, "word " * number)
    stored = store.save("alice", stored, replace(stored.chat, turns=(*stored.chat.turns[:1], reply)))
    print(number, flush=True)
"""


@pytest.mark.parametrize("patience_s", [0.0, 0.05, 0.31])
def test_what_was_saved_survives_a_kill(database_url: str, patience_s: float) -> None:
    database = Database.at_url(database_url)
    database.open()
    store = ChatStore(database)
    stored = store.create("alice", Chat(Character("Wren")).say("Tell me everything."))
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, database_url, stored.id], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline()]
        time.sleep(patience_s)
        process.kill()
        told += process.stdout.readlines()
    database.open()
    chat = store.load("alice", stored.id).chat
    num_saved = chat.turns[-1].text.count("word")
    assert chat.turns[0].text == "Tell me everything."
    # The last line may be cut off, and the last save may have been killed before it was told.
    num_told = int([line for line in told if line.endswith("\n")][-1])
    assert num_told <= num_saved <= num_told + 1
    again = store.save("alice", store.load("alice", stored.id), chat.say("Go on."))
    assert again.id == stored.id
    database.close()
