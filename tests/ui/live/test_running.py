"""Replies as tasks of the process: who follows them, who stops them, and what is kept of them."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.chat_list import ChatList
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.service.replies import ChatService
from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.chat.view import ChatView
from pyg_ui.ui.live.running import RunningReplies
from pyg_ui.ui.session import Session
from tests.fakes import FakeEngine
from tests.ui.forms import form

ALICE = "user:alice"
BOB = Character("Bob", greeting="Hello!")
STORY = "word " * 30


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.in_directory(tmp_path)
    database.open()
    yield database
    database.close()


def talking(database: Database, running: RunningReplies | None = None, delay_s: float = 0.003) -> ChatHandlers:
    """The handlers of all pages of one process."""
    models = ModelManager(lambda choice, report: FakeEngine(lambda prompt: " " + STORY, delay_s=delay_s))
    models.start_loading(ModelChoice())
    models.wait(5)
    saver = ChatSaver(ChatStore(database), running or RunningReplies())
    return ChatHandlers(ChatService(models), models, [Card.of(BOB)], saver)


def page() -> Session:
    session = Session.open(Chat.start(BOB))
    session.record.owner = ALICE
    return session


def fields() -> dict[str, Any]:
    return form(BOB, candidates=1)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.005)


async def first_words(session: Session) -> None:
    await until(lambda: session.writing is not None and "word word" in session.chat.turns[-1].text)


def stored_words(talk: ChatHandlers, id: str) -> str:
    return talk.saver.store.load(ALICE, id).chat.turns[-1].text


def test_a_reply_nobody_waits_for_is_whole_in_the_database(database: Database) -> None:
    talk = talking(database)

    async def leave() -> str:
        session = page()
        await talk.send(session, "Hi", **fields())
        id = session.record.id
        del session
        await until(lambda: talk.running.find(ALICE, id) is None)
        return id

    assert stored_words(talk, asyncio.run(leave())) == STORY.strip()


def test_a_page_that_is_loaded_again_follows_the_running_reply(database: Database) -> None:
    talk = talking(database)

    async def reload() -> tuple[Session, Session]:
        before, after = page(), page()
        await talk.send(before, "Hi", **fields())
        await first_words(before)
        await talk.saver.open(after, before.record.id)
        assert after.is_writing
        assert after.chat == before.chat
        await until(lambda: not after.is_writing)
        await talk.follow(after, "")
        return before, after

    _, after = asyncio.run(reload())
    assert after.chat.turns[-1].text == STORY.strip() == stored_words(talk, after.record.id)
    after.show(after.chat.say("And then?"))
    asyncio.run(talk.saver.save(after))
    assert len(ChatList(database).find(ALICE)) == 1, "no branch came of it"


def test_two_pages_show_one_reply_and_either_stops_it(database: Database) -> None:
    talk = talking(database)

    async def stop() -> tuple[Session, Session]:
        here, there = page(), page()
        here.show(here.chat.say("Hey").with_reply("Hm."))
        await talk.saver.save(here)
        await talk.saver.open(there, here.record.id)
        watcher = talk.running.audience.join(there)
        await talk.send(here, "Hi", **fields())
        assert watcher.is_called
        await talk.follow(there, "")
        await first_words(there)
        await talk.stop(there, "")
        await talk.follow(here, "")
        return here, there

    here, there = asyncio.run(stop())
    assert here.chat == there.chat
    assert here.is_stopped
    assert there.is_stopped
    there.show(there.chat.say("And then?"))
    asyncio.run(talk.saver.save(there))
    assert len(ChatList(database).find(ALICE)) == 1, "the other page goes on with the same chat"
    here.show(here.chat.say("At the same time."))
    asyncio.run(talk.saver.save(here))
    assert len(ChatList(database).find(ALICE)) == 2, "two that really write at once go on as branches"


def test_a_reply_goes_on_for_its_own_chat_and_is_found_there_again(database: Database) -> None:
    talk = talking(database)

    async def wander() -> Session:
        session = page()
        await talk.send(session, "Hi", **fields())
        await first_words(session)
        id = session.record.id
        session.start_anew(session.chat)
        assert not session.is_writing
        await talk.saver.open(session, id)
        assert session.is_writing
        await until(lambda: not session.is_writing)
        return session

    assert asyncio.run(wander()).chat.turns[-1].text == STORY.strip()


def test_without_a_viewer_a_reply_stops_after_the_limit_and_says_so(database: Database) -> None:
    talk = talking(database, RunningReplies(unwatched_s=0.15), delay_s=0.01)

    async def leave() -> Session:
        session, seen = page(), page()
        await talk.send(seen, "Watched.", **fields())
        watcher = talk.running.audience.join(seen)
        await talk.send(session, "Hi", **fields())
        id = session.record.id
        await until(lambda: talk.running.find(ALICE, id) is None)
        assert seen.is_writing
        await until(lambda: not seen.is_writing)
        talk.running.audience.leave(watcher)
        again = page()
        await talk.saver.open(again, id)
        return again

    again = asyncio.run(leave())
    assert STORY.startswith(again.chat.turns[-1].text)
    assert again.chat.turns[-1].text != STORY.strip()
    origin = again.chat.turns[-1].version.origin
    assert origin is not None
    assert origin.is_stopped


def test_closing_saves_what_is_written(database: Database) -> None:
    talk = talking(database, delay_s=0.02)

    async def close() -> str:
        session = page()
        await talk.send(session, "Hi", **fields())
        await until(lambda: "word" in session.chat.turns[-1].text)
        await asyncio.to_thread(talk.running.close)
        assert not session.is_writing
        return session.record.id

    assert stored_words(talk, asyncio.run(close())).startswith("word")


def test_closing_lets_replies_end_that_can(database: Database) -> None:
    talk = talking(database)

    async def close() -> str:
        session = page()
        await talk.send(session, "Hi", **fields())
        await asyncio.to_thread(talk.running.close, 60.0)
        return session.record.id

    assert stored_words(talk, asyncio.run(close())) == STORY.strip()


def test_a_message_that_comes_while_the_server_ends_goes_back_into_the_box(database: Database) -> None:
    talk, session = talking(database), page()
    talk.models.begin_closing()
    before = session.chat

    async def send() -> tuple[Any, ...]:
        await talk.send(session, "Too late", **fields())
        await until(lambda: not session.is_writing)
        return await talk.follow(session, "")

    with pytest.warns(UserWarning, match="shutting down"):
        row = asyncio.run(send())
    assert session.chat == before
    assert row[ChatView._fields.index("message")]["value"] == "Too late"


def test_a_message_that_fails_stays_in_the_chat_if_nobody_gets_it_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyg_ui.ui.live.running.ATTENTION_S", 0.0)
    talk = talking(database)
    talk.models.unload()

    async def leave() -> str:
        session = page()
        await talk.send(session, "Hi", **fields())
        await until(lambda: not session.is_writing)
        return session.record.id

    assert stored_words(talk, asyncio.run(leave())) == "Hi"
