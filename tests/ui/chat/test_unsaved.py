"""While the database fails, nothing that was said is lost: it is kept, tried again, and saved once that works."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.errors import PygmalionError
from pyg_ui.library.store.chat_list import ChatList
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import FILE_NAME, Database
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.session import Session
from tests.ui.building import saver_of

Failing = Callable[[Database], AbstractContextManager[None]]
"""The database fails as long as the block lasts."""
ALICE = "user:alice"
HI = Chat.start(Character("Bob", greeting="Hello!")).say("Hi")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.in_directory(tmp_path)
    yield database
    database.close()


def opened(chat: Chat = HI) -> Session:
    session = Session.open(chat)
    session.record.owner = ALICE
    return session


def problem_of(saver: ChatSaver) -> PygmalionError | None:
    """What a page that opens now is told."""
    audience = saver.running.audience
    watcher = audience.join(opened())
    audience.leave(watcher)
    return watcher.problem


def kept(database: Database) -> list[str]:
    """The last words of all chats, the newest first."""
    store = ChatStore(database)
    return [store.load(ALICE, each.id).chat.turns[-1].text for each in ChatList(database).find(ALICE)]


@contextmanager
def without_versions(database: Database) -> Iterator[None]:
    with closing(sqlite3.connect(str(database.path))) as connection:
        connection.execute("ALTER TABLE versions RENAME TO elsewhere")
        yield
        connection.execute("ALTER TABLE elsewhere RENAME TO versions")


@contextmanager
def without_tables(database: Database) -> Iterator[None]:
    yield
    database.open()


@contextmanager
def locked(database: Database) -> Iterator[None]:
    database.open()
    assert database.path is not None
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("failing", [without_tables, locked])
def test_all_that_could_not_be_saved_is_saved_by_itself(
    failing: Failing, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("pyg_ui.library.store.database.PATIENCE_S", 0.05)
    caplog.set_level(logging.INFO)
    saver, session = saver_of(database), opened()
    saver.unsaved.retry_s = 0.01

    async def outlive() -> None:
        with failing(database):
            await saver.save(session)
            session.show(session.chat.with_reply("Hello."))
            await saver.save(session)
            session.start(HI.say("Another chat"))
            await saver.save(session)
            assert FILE_NAME not in str(problem_of(saver)), "strangers need not know where it is"
        watcher = saver.running.audience.join(session)
        while watcher.problem is not None:
            watcher.news.clear()
            await watcher.news.wait()

    asyncio.run(outlive())
    assert sorted(kept(database)) == ["Another chat", "Hello."]
    begun, over = [record.getMessage() for record in caplog.records if record.name.endswith("unsaved")]
    assert FILE_NAME in begun
    assert over == "All chats are saved again."


def test_a_later_state_that_was_saved_is_never_undone(database: Database) -> None:
    saver, session = saver_of(database), opened()

    async def go_on() -> None:
        await saver.save(session)
        database.open()
        session.show(session.chat.with_reply("Hello."))
        await asyncio.gather(saver.save(session), saver.unsaved.try_again(), saver.unsaved.try_again())

    asyncio.run(go_on())
    assert kept(database) == ["Hello."]


def test_what_was_not_saved_is_there_when_its_chat_is_opened_again(database: Database) -> None:
    saver, session, other = saver_of(database), opened(), opened()
    database.open()

    async def come_back() -> None:
        await saver.save(session)
        with without_versions(database):
            session.show(session.chat.with_reply("Hello."))
            await saver.save(session)
        await saver.open(other, session.record.id)

    asyncio.run(come_back())
    assert other.chat.turns[-1].text == "Hello."
    assert other.record.stored == session.record.stored


def test_pages_that_show_one_chat_go_on_together_after_a_failure(database: Database) -> None:
    saver, session, other = saver_of(database), opened(), opened()
    database.open()

    async def go_on() -> None:
        await saver.save(session)
        with without_versions(database):
            session.show(session.chat.with_reply("Hello."))
            await saver.save(session)
            await saver.open(other, session.record.id)
            await saver.save(other)
        await saver.unsaved.try_again()
        assert problem_of(saver) is None
        other.show(other.chat.say("How are you?"))
        await saver.save(other)

    asyncio.run(go_on())
    assert other.chat.turns[-2].text == "Hello."
    assert kept(database) == ["How are you?"], "no branch came of it"


def test_who_may_store_no_more_chats_is_told_so_until_there_is_room(database: Database) -> None:
    database.open()
    saver, session = ChatSaver(ChatStore(database, most_chats=1)), opened()

    async def make_room() -> None:
        await saver.save(session)
        first = session.record.id
        for number in range(60):
            session.start(HI.say(f"No. {number}"))
            await saver.save(session)
        assert "Delete some for good" in str(problem_of(saver))
        saver.store.trash(ALICE, first)
        saver.store.delete(ALICE, first)
        await saver.unsaved.try_again()

    asyncio.run(make_room())
    assert kept(database) == ["No. 10"], "the oldest of those that are kept"
