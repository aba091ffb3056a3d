"""A message that comes twice is said once, in this process and in the next."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.errors import StoreError
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.ui.chat.nonces import Nonces
from pyg_ui.ui.chat_state.record import ChatRecord
from tests.ui.building import saver_of

ANN, BOB = "user:ann", "user:bob"
NONCE, OTHER = "0123456789abcdef" * 2, "f" * 32
CHAT = Chat.start(Character("Wren"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.in_directory(tmp_path)
    database.open()
    yield database
    database.close()


def take(nonces: Nonces, record: ChatRecord, nonce: object) -> bool:
    return asyncio.run(nonces.take(record, nonce))


def test_a_message_is_known_in_the_next_process_once_it_is_saved(database: Database) -> None:
    saver, record = saver_of(database), ChatRecord(ANN)
    assert take(Nonces(saver.store), record, NONCE)
    assert take(Nonces(saver.store), ChatRecord(ANN), NONCE), "nothing was saved yet, so the message may come again"
    asyncio.run(saver.write(record, CHAT.say("Hello.")))
    assert (record.nonce, record.answered) == ("", NONCE)
    asyncio.run(saver.write(record, CHAT.say("Hello.").with_reply("Hm.")))
    assert not take(Nonces(ChatStore(database)), ChatRecord(ANN), NONCE)
    assert take(Nonces(ChatStore(database)), ChatRecord(BOB), NONCE), "another owner's messages are no business of his"


def test_a_message_is_refused_while_the_first_is_still_on_its_way(database: Database) -> None:
    nonces, first, second = Nonces(ChatStore(database)), ChatRecord(ANN), ChatRecord(ANN)
    assert take(nonces, first, NONCE)
    assert not take(nonces, second, NONCE)
    assert second.answered == NONCE, "the browser learns that it need not send it again"
    nonces.give_back(first)
    assert take(nonces, second, NONCE)


def test_a_message_without_a_proper_nonce_is_always_new(database: Database) -> None:
    nonces, record = Nonces(ChatStore(database)), ChatRecord(ANN)
    for nonce in ("", None, 7, [NONCE], NONCE.upper(), NONCE + "0", NONCE + "\n"):
        assert take(nonces, record, nonce)
        assert (record.nonce, record.answered) == ("", "")


def test_a_branch_and_a_conflict_keep_the_nonce_too(database: Database) -> None:
    store = ChatStore(database)
    stored = store.create(ANN, CHAT.say("Hello."), nonce=NONCE)
    store.save(ANN, stored, CHAT.say("Hello.").say("More."), OTHER)
    conflict = store.save(ANN, stored, CHAT.say("Hello.").say("Else."), "a" * 32)
    store.branch(ANN, stored.id, CHAT.say("Hm."), "b" * 32)
    assert conflict.parent_id == stored.id
    assert all(store.has_message(ANN, nonce) for nonce in (NONCE, OTHER, "a" * 32, "b" * 32))
    assert not store.has_message(BOB, NONCE)


def test_a_database_that_fails_stops_no_message(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The database at {place} cannot be used: {reason}.", place="x", reason="full")

    monkeypatch.setattr(ChatStore, "has_message", fail)
    nonces = Nonces(ChatStore(database))
    assert take(nonces, ChatRecord(ANN), NONCE)
    assert not take(nonces, ChatRecord(ANN), NONCE)
