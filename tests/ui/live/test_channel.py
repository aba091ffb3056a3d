"""The connection of an open page, driven by starlette's client around the real middleware."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.errors import DatabaseError, Message, PygmalionError
from pyg_ui.library.store.chats import StoredChat
from pyg_ui.service.replies import ReplyUpdate
from pyg_ui.ui.chat_state.reply import Reply, Wish
from pyg_ui.ui.live.channel import PATH, UNKNOWN, LiveChannel
from pyg_ui.ui.live.pace import Pace
from pyg_ui.ui.live.running import RunningReplies
from pyg_ui.ui.session import Session
from tests.fakes import DEMO_INFO

SAVED = {"unsaved": "", "saved": "Everything is saved again."}
HI = Chat.start(Character("Bob", greeting="Hello!")).say("Hi")


@dataclass
class Page:
    """A page whose chat gets a reply that grows by what `texts` holds."""

    running: RunningReplies = field(default_factory=lambda: RunningReplies(pace=Pace(0.0)))
    session: Session = field(default_factory=lambda: Session.open(HI))
    texts: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self.session.record.owner = "user:alice"
        self.secret = self.running.audience.admit(self.session)
        self.client = TestClient(LiveChannel(Starlette(), self.running.audience))  # type: ignore[arg-type]

    @contextmanager
    def connected(self) -> Iterator[WebSocketTestSession]:
        with self.client, self.client.websocket_connect(PATH) as socket:
            socket.send_text(self.secret)
            yield socket

    def begin(self, **wish: Any) -> None:
        self._call(self._begin, Wish(**wish))

    def write(self, text: str | None) -> None:
        """The reply so far; None ends it."""
        self._call(self.texts.put_nowait, text)

    def settle_and_call(self) -> None:
        """The page settles the reply; then another page asks for one."""
        reply = self.session.writing
        assert reply is not None
        self.session.settle()
        self._call(self.running.audience.call, reply)

    def report(self, owner: str, problem: PygmalionError | None) -> None:
        """Not everything of that owner is saved."""
        self._call(self.running.audience.report, owner, problem)

    def _call(self, function: Any, *arguments: Any) -> None:
        assert self.client.portal is not None
        self.client.portal.call(function, *arguments)

    async def _begin(self, wish: Wish) -> None:
        async def updates() -> AsyncGenerator[ReplyUpdate, None]:
            yield ReplyUpdate(self.session.chat)
            while (text := await self.texts.get()) is not None:
                yield ReplyUpdate(HI.with_reply(text), DEMO_INFO)

        async def keep(chat: Chat) -> None:
            pass

        reply = Reply(self.session.history, self.session.record, wish, lambda language: "Writing")
        self.running.start(self.session, reply, updates(), keep)
        await reply.begun.wait()


def told(socket: WebSocketTestSession) -> dict[str, Any]:
    news: dict[str, Any] = json.loads(socket.receive_text())
    return news


def begin_idle(socket: WebSocketTestSession) -> None:
    """What a page is told first, if no reply is on its way and all is saved."""
    assert told(socket) == {"idle": True}
    assert told(socket) == SAVED


def test_a_page_is_told_only_what_has_changed() -> None:
    page = Page()
    with page.connected() as socket:
        begin_idle(socket)
        page.begin()
        assert told(socket) == {"open": True, "bubbles": [[0, 0, 0, []]], "note": "Writing"}
        page.write("One")
        assert told(socket) == {"bubbles": [[0, 0, 0, ["One"]]]}
        page.write("One two")
        assert told(socket) == {"bubbles": [[0, 0, 3, [" two"]]]}
        page.write("One two\n*sm")
        assert told(socket) == {"bubbles": [[0, 1, 0, ["<br><em>sm</em>"]]]}
        page.write("One two\n*smi😀")
        assert told(socket) == {"bubbles": [[0, 1, 10, ["i😀</em>"]]]}
        page.write("One two\n*smi😀les")
        assert told(socket) == {"bubbles": [[0, 1, 13, ["les</em>"]]]}, "places are those of a script's texts"
        page.write(None)
        assert told(socket) == {"end": True}


def test_a_page_learns_of_the_next_reply_even_if_it_has_not_heard_of_the_end_of_the_last_one() -> None:
    page = Page()
    page.session.record.stored = StoredChat("id", 1, "", HI)
    with page.connected() as socket:
        begin_idle(socket)
        page.begin()
        assert told(socket)["open"]
        page.write(None)
        assert told(socket) == {"end": True}
        page.settle_and_call()
        assert (told(socket), told(socket)) == ({"idle": True}, {"called": True})


def test_a_page_that_comes_back_is_told_all_of_it() -> None:
    page = Page()
    with page.client:
        page.begin()
        page.write("One two")
        for _ in range(2):
            with page.client.websocket_connect(PATH) as socket:
                socket.send_text(page.secret)
                assert told(socket)["bubbles"] == [[0, 0, 0, ["One two"]]]
        page.write(None)


@pytest.mark.parametrize(
    ("is_operator", "reason"),
    [
        (False, "The database cannot be used at the moment."),
        (True, "The database at db:5432 cannot be used: it is full."),
    ],
)
def test_what_is_not_saved_stands_on_every_page_of_its_owner(reason: str, *, is_operator: bool) -> None:
    page, template = Page(), "The database at {place} cannot be used: {reason}."
    page.session.is_operator = is_operator
    problem = DatabaseError(Message(template, {"place": "db:5432", "reason": "it is full"}))
    with page.connected() as socket:
        begin_idle(socket)
        page.report("user:bob", problem)
        page.report("user:alice", problem)
        standing = told(socket)
        assert reason in standing["unsaved"]
        page.begin()
        assert told(socket)["open"]
        page.report("user:alice", problem)
        page.write(None)
        assert told(socket) == {"end": True}, "it stands, and is not told again"
        with page.client.websocket_connect(PATH) as another:
            another.send_text(page.secret)
            assert told(another) == {"end": True}
            assert told(another) == standing
        page.report("user:alice", None)
        assert told(socket) == {"end": True}
        assert told(socket) == SAVED


def test_only_the_page_itself_may_connect() -> None:
    page = Page()
    with page.client, page.client.websocket_connect(PATH) as socket:
        socket.send_text("a guess")
        with pytest.raises(WebSocketDisconnect) as refused:
            socket.receive_text()
    assert refused.value.code == UNKNOWN


def test_the_probe_answers_and_everything_else_passes() -> None:
    page = Page()
    assert page.client.get(PATH).status_code == 204
    assert page.client.get("/elsewhere").status_code == 404
