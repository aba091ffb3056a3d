"""PostgreSQL crashes and starts again while chats are saved: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.store.chat_list import ChatList
from pyg_ui.library.store.database import Database
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.session import Session
from tests.library.store.conftest import Cluster
from tests.ui.building import saver_of


async def talk(saver: ChatSaver, owner: str, is_over: asyncio.Event) -> tuple[int, int]:
    """Say something again and again. How often that was, and how often it could not be saved at once."""
    session = Session.open(Chat(Character("Wren")))
    session.record.owner = owner
    await saver.keep(session)
    number = num_failed = 0
    while not is_over.is_set():
        session.show(session.chat.say(f"No. {number}"))
        await saver.save(session)
        number += 1
        num_failed += saver.unsaved.chat_of(session.record) is not None
        await asyncio.sleep(0.02)
    watcher = saver.running.audience.join(session)
    while watcher.problem is not None:
        watcher.news.clear()
        await watcher.news.wait()
    return number, num_failed


@pytest.mark.parametrize(("num_owners", "num_restarts"), [(2, 1), pytest.param(8, 10, marks=pytest.mark.trust)])
def test_what_is_said_while_the_server_restarts_is_kept_once(
    num_owners: int,
    num_restarts: int,
    postgresql_server: Cluster,
    postgresql_databases: Callable[[], str],
    tell: Callable[[str], None],
) -> None:
    database = Database.at_url(postgresql_databases())
    database.open()
    saver, owners = saver_of(database), [f"user:{number}" for number in range(num_owners)]
    saver.unsaved.retry_s = 0.1

    async def outlive() -> list[tuple[int, int]]:
        is_over = asyncio.Event()
        talks = [asyncio.create_task(talk(saver, owner, is_over)) for owner in owners]
        for _ in range(num_restarts):
            await asyncio.sleep(0.1)
            await asyncio.to_thread(postgresql_server.restart)
        is_over.set()
        return await asyncio.gather(*talks)

    counts = asyncio.run(outlive())
    for owner, (number, _) in zip(owners, counts, strict=True):
        [listed] = ChatList(database).find(owner)
        texts = [turn.text for turn in saver.store.load(owner, listed.id).chat.turns]
        assert texts == [f"No. {place}" for place in range(number)]
    database.close()
    said, failed = (sum(column) for column in zip(*counts, strict=True))
    tell(f"{num_restarts} restarts, {said} messages, {failed} of them not saved at once: 0 lost, 0 twice")
