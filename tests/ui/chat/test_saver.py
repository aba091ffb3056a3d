"""What a session shows is kept, whatever happens to the page, the server and the other tabs."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.engine import Finish, FinishReason, Timings
from pyg_ui.library.store.chat_list import ChatList
from pyg_ui.library.store.database import Database
from pyg_ui.service.replies import ReplyUpdate
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.session import Session
from tests.fakes import DEMO_INFO
from tests.ui.building import saver_of

ALICE = "user:alice"
BOB = Character("Bob", greeting="Hello!")
FINISH = Finish(FinishReason.END_OF_TEXT, Timings(0.0, 0.0, 0.0, 1, 0, 1), seed=0)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.in_directory(tmp_path)
    database.open()
    yield database
    database.close()


@pytest.fixture
def saver(database: Database) -> ChatSaver:
    return saver_of(database)


def opened(owner: str = ALICE) -> Session:
    session = Session.open(Chat.start(BOB))
    session.record.owner = owner
    return session


def last_words(saver: ChatSaver, session: Session) -> str:
    assert session.record.stored is not None
    return saver.store.load(session.record.owner, session.record.stored.id).chat.turns[-1].text


async def reply(asked: Chat, *texts: str) -> AsyncGenerator[ReplyUpdate, None]:
    yield ReplyUpdate(asked)
    for text in texts:
        yield ReplyUpdate(asked.with_reply(text), DEMO_INFO)
    yield ReplyUpdate(asked.with_reply(texts[-1]), DEMO_INFO, FINISH)


def test_a_chat_is_kept_from_the_first_thing_that_would_be_missed(saver: ChatSaver, database: Database) -> None:
    session = opened()
    asyncio.run(saver.save(session))
    assert session.record.stored is None
    session.show(session.chat.with_character(Character("Bob", "A new persona of many hours."), "You"))
    asyncio.run(saver.save(session))
    session.show(session.chat.say("Hi"))
    asyncio.run(saver.save(session))
    assert last_words(saver, session) == "Hi"
    assert len(ChatList(database).find(ALICE)) == 1


def test_what_belongs_to_nobody_yet_is_not_kept(saver: ChatSaver) -> None:
    session = opened(owner="")
    session.show(session.chat.say("Hi"))
    asyncio.run(saver.save(session))
    assert session.record.stored is None


def test_what_was_typed_is_kept_before_the_reply_is_asked_for(saver: ChatSaver) -> None:
    session = opened()
    seen: list[str] = []

    async def slow() -> AsyncGenerator[ReplyUpdate, None]:
        yield ReplyUpdate(session.chat.say("Hi"))
        seen.append(last_words(saver, session))
        yield ReplyUpdate(session.chat.say("Hi").with_reply("Hello."), DEMO_INFO, FINISH)

    async def read() -> None:
        async for _ in saver.saving(session.record, slow()):
            pass

    asyncio.run(read())
    assert seen == ["Hi"]
    assert last_words(saver, session) == "Hello."


@pytest.mark.parametrize("num_read", [1, 2, 3])
def test_a_reply_that_is_left_keeps_what_was_written(saver: ChatSaver, num_read: int) -> None:
    session, asked = opened(), Chat.start(BOB).say("Hi")

    async def leave() -> None:
        async with aclosing(saver.saving(session.record, reply(asked, "One", "One two", "One two three"))) as updates:
            for _ in range(num_read):
                await anext(updates)

    asyncio.run(leave())
    assert last_words(saver, session) == ("Hi", "One", "One two")[num_read - 1]


def test_a_cancelled_reply_is_kept_once(saver: ChatSaver, database: Database) -> None:
    session, asked = opened(), Chat.start(BOB).say("Hi")

    async def endless() -> AsyncGenerator[ReplyUpdate, None]:
        yield ReplyUpdate(asked)
        yield ReplyUpdate(asked.with_reply("One"), DEMO_INFO)
        await asyncio.sleep(60)

    async def read() -> None:
        async for _ in saver.saving(session.record, endless()):
            pass

    async def cancel() -> None:
        for delay_s in (0.0, 0.001, 0.003, 0.01, 0.05):
            task = asyncio.ensure_future(read())
            await asyncio.sleep(delay_s)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cancel())
    assert last_words(saver, session) == "One"
    assert len(ChatList(database).find(ALICE)) == 1


def test_a_reply_to_a_chat_that_has_left_the_screen_is_kept_there(saver: ChatSaver, database: Database) -> None:
    session, asked = opened(), Chat.start(BOB).say("Hi")
    session.show(asked)

    async def leave() -> None:
        async with aclosing(saver.saving(session.record, reply(asked, "One", "One two"))) as updates:
            await anext(updates)
            session.start(Chat.start(Character("Eve")).say("Hey"))
            await anext(updates)
        await saver.save(session)
        session.restore()
        session.show(asked.with_reply("One").say("Go on"))
        await saver.save(session)

    asyncio.run(leave())
    assert last_words(saver, session) == "Go on"
    assert [each.num_turns for each in ChatList(database).find(ALICE)] == [4, 1], "no branch came of it"


def test_two_tabs_on_one_chat_go_on_as_branches(saver: ChatSaver, database: Database) -> None:
    here = opened()
    here.show(here.chat.say("Hi"))
    asyncio.run(saver.save(here))
    there = copy.deepcopy(here)
    here.show(here.chat.with_reply("Hello."))
    there.show(there.chat.with_reply("Go away."))
    asyncio.run(saver.save(here))
    asyncio.run(saver.save(there))
    assert (last_words(saver, here), last_words(saver, there)) == ("Hello.", "Go away.")
    there.show(there.chat.say("Sorry."))
    asyncio.run(saver.save(there))
    assert [each.is_branch for each in ChatList(database).find(ALICE)] == [True, False]


def test_a_branch_remembers_its_parent(saver: ChatSaver) -> None:
    session = opened()
    session.show(session.chat.say("Hi").with_reply("Hello."))
    asyncio.run(saver.save(session))
    parent = session.record.stored
    session.branch(1)
    asyncio.run(saver.save(session))
    assert session.record.stored is not None
    assert parent is not None
    assert (session.record.stored.parent_id, session.record.stored.num_shared_turns) == (parent.id, 2)


def test_a_chat_deleted_elsewhere_is_kept_anew_by_who_goes_on_with_it(saver: ChatSaver) -> None:
    session = opened()
    session.show(session.chat.say("Hi"))
    asyncio.run(saver.save(session))
    assert session.record.stored is not None
    saver.store.trash(ALICE, session.record.stored.id)
    saver.store.delete(ALICE, session.record.stored.id)
    session.show(session.chat.with_reply("Hello."))
    asyncio.run(saver.save(session))
    assert last_words(saver, session) == "Hello."
