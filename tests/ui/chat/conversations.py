"""A conversation on the page, and what its handlers are given and return."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.engine import Chunk, Generation, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.errors import EngineStoppedError
from pyg_ui.library.cards.card import Card
from pyg_ui.service.replies import ChatService
from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.chat.view import ChatView
from pyg_ui.ui.session import Session
from tests.fakes import FakeEngine
from tests.ui import forms
from tests.ui.building import saver_of

BOB = Character("Bob", persona="Kind.", greeting="Welcome, {{user}}.")
EVE = Character("Eve")
PEOPLE = [Card.of(BOB), Card.of(EVE)]


class FailingEngine(FakeEngine):
    """Fails after `text`."""

    def __init__(self, text: str = "", error: Exception | None = None) -> None:
        super().__init__()
        self.text = text
        self.error = error or EngineStoppedError("The model was unloaded.")

    def submit(self, request: GenerationRequest) -> Generation:
        generation = Generation(request)
        if self.text:
            generation.emit(Chunk(self.text, (1,)))
        generation.fail(self.error)
        return generation


def conversation(engine: FakeEngine | None = None) -> ChatHandlers:
    models = ModelManager(lambda choice, report: engine or FakeEngine(lambda prompt: " Hello there!"))
    models.start_loading(ModelChoice())
    models.wait(5)
    return ChatHandlers(ChatService(models), models, PEOPLE, saver_of())


def form(character: Character = BOB, your_name: str = "You", **changes: Any) -> dict[str, Any]:
    """What the panels' fields hold."""
    return forms.form(character, your_name, **{"candidates": 1} | changes)


def run(talk: ChatHandlers, session: Session, asking: Coroutine[Any, Any, ChatView]) -> tuple[ChatView, ChatView]:
    """The panel once the reply has begun, and at its end."""

    async def watch() -> tuple[ChatView, ChatView]:
        begun = await asking
        if session.writing is not None:
            await session.writing.ended.wait()
        return begun, drawn(await talk.follow(session, ""))

    return asyncio.run(watch())


def texts(session: Session) -> list[str]:
    return [turn.text for turn in session.chat.turns]


def drawn(row: tuple[Any, ...]) -> ChatView:
    """The chat's part of a row of updates."""
    return ChatView(*row[: len(ChatView._fields)])


def shown(view: ChatView) -> list[str]:
    drawn = view.transcript["value"] if isinstance(view.transcript, dict) else view.transcript
    return [message["content"][0]["text"].split('<span class="foot">')[0] for message in drawn]


def slow_conversation(script: str = " Hello there!", delay_s: float = 0.02) -> tuple[ChatHandlers, Session]:
    return conversation(FakeEngine(lambda prompt: script, delay_s=delay_s)), Session.open(Chat.start(BOB))


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - there is no event for most of it
            await asyncio.sleep(0.005)
