import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role
from pyg_ui.engine.engine import Chunk, Generation, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.errors import EngineStoppedError
from pyg_ui.library.cards.card import Card
from pyg_ui.service.replies import ChatService
from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.chat.transcript import messages
from pyg_ui.ui.chat.view import ChatView, chat_view, lesson
from pyg_ui.ui.session import NUM_DRAWN_TURNS, Session
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


def run(views: AsyncGenerator[ChatView, None]) -> list[ChatView]:
    async def collect() -> list[ChatView]:
        return [view async for view in views]

    return asyncio.run(collect())


def texts(session: Session) -> list[str]:
    return [turn.text for turn in session.chat.turns]


def drawn(row: tuple[Any, ...]) -> ChatView:
    """The chat's part of a row of updates."""
    return ChatView(*row[: len(ChatView._fields)])


def shown(view: ChatView) -> list[str]:
    drawn = view.transcript["value"] if isinstance(view.transcript, dict) else view.transcript
    return [message["content"][0]["text"].split('<span class="foot">')[0] for message in drawn]


def test_a_reply_streams_and_ends_with_its_numbers() -> None:
    talk, session = (
        conversation(FakeEngine(lambda prompt: " Hello there!", delay_s=0.02)),
        Session.open(Chat.start(BOB)),
    )
    views = run(talk.send(session, "Hi", **form()))
    assert len(views) > 2
    assert views[0].message["value"] == ""
    assert views[0].message["stop_btn"] is True
    assert shown(views[0])[-1].endswith("Hi")
    lengths = [len(shown(view)[-1]) for view in views[1:]]
    assert lengths == sorted(lengths)
    settled = talk.settle(session, "")
    assert shown(settled)[-1].endswith("Hello there&#33;")
    assert "13 tokens" in settled.transcript["value"][-1]["content"][0]["text"]
    assert settled.message["submit_btn"] is True
    assert settled.regenerate["interactive"] is True


def test_a_line_for_the_person_leaves_the_chat_itself_in_its_place() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB).say("Hi").with_reply("Hello."))
    before = session.chat
    run(talk.impersonate(session, "", **form()))
    assert session.chat is before, "a comparison or a lens that was made of it stays valid"


def test_what_is_typed_while_a_reply_streams_is_left_alone() -> None:
    talk, session = (
        conversation(FakeEngine(lambda prompt: " Hello there!", delay_s=0.02)),
        Session.open(Chat.start(BOB)),
    )
    views = run(talk.send(session, "Hi", **form()))
    assert all("value" not in view.message for view in views[1:])
    assert "value" not in talk.settle(session, "next")


def test_stopping_keeps_the_partial_reply() -> None:
    engine = FakeEngine(lambda prompt: " " + "word " * 200, delay_s=0.005)
    talk, session = conversation(engine), Session.open(Chat.start(BOB))

    async def stop_soon() -> None:
        async with aclosing(talk.send(session, "Hi", **form())) as views:
            async for _ in views:
                if "word" in session.chat.turns[-1].text:
                    return

    asyncio.run(stop_soon())
    settled = talk.settle(session, "")
    assert "word" in shown(settled)[-1]
    assert "Stopped" in settled.note
    assert engine.generations[0].is_cancelled


@pytest.mark.parametrize(
    ("error", "notice"),
    [(EngineStoppedError("The model was unloaded."), "unloaded"), (ValueError("a secret"), "Something went wrong")],
)
def test_a_failing_reply_returns_the_text_and_leaves_the_chat(error: Exception, notice: str) -> None:
    talk, session = conversation(FailingEngine(error=error)), Session.open(Chat.start(BOB))
    with pytest.warns(UserWarning, match=notice) as notices:
        run(talk.send(session, "Hi", **form()))
    assert "secret" not in str(notices[0].message)
    settled = talk.settle(session, "")
    assert settled.message["value"] == "Hi"
    assert texts(session) == [BOB.greeting]
    assert "value" not in talk.settle(session, "Hi").message


def test_returned_text_stands_before_what_was_typed_meanwhile() -> None:
    talk, session = conversation(FailingEngine()), Session.open(Chat.start(BOB))
    with pytest.warns(UserWarning, match="unloaded"):
        run(talk.send(session, "Hi", **form()))
    assert talk.settle(session, "and more").message["value"] == "Hi\nand more"


def test_a_reply_that_fails_halfway_keeps_what_there_is() -> None:
    talk, session = conversation(FailingEngine(" Well, I")), Session.open(Chat.start(BOB))
    with pytest.warns(UserWarning, match="unloaded"):
        run(talk.send(session, "Hi", **form()))
    assert "value" not in talk.settle(session, "").message
    assert texts(session) == [BOB.greeting, "Hi", "Well, I"]


@pytest.mark.parametrize(("bad", "notice"), [({"seed": None}, "seed"), ({"character_name": " "}, "no name")])
def test_a_bad_field_sends_nothing_and_leaves_the_text_in_the_box(bad: dict[str, Any], notice: str) -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    with pytest.warns(UserWarning, match=notice):
        views = run(talk.send(session, "Hi", **form(**bad)))
    assert all("value" not in view.message for view in views)
    assert texts(session) == [BOB.greeting]


def test_without_a_model_the_text_comes_back_with_the_reason() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    talk.models.unload()
    with pytest.warns(UserWarning, match="No model is loaded"):
        run(talk.send(session, "Hi", **form()))
    assert talk.settle(session, "").message["value"] == "Hi"


def test_a_message_waits_for_a_model_on_its_way_and_says_so() -> None:
    go = threading.Event()

    def load(*_: object) -> FakeEngine:
        assert go.wait(10)
        return FakeEngine()

    models = ModelManager(load)
    models.start_loading(ModelChoice("pygmalion-6b"))
    talk, session = ChatHandlers(ChatService(models), models, PEOPLE, saver_of()), Session.open(Chat.start(BOB))

    async def send() -> list[ChatView]:
        views = []
        async for view in talk.send(session, "Hi", **form()):
            views.append(view)
            go.set()
        return views

    views = asyncio.run(send())
    assert "Waiting for pygmalion-6b to load" in views[0].note
    assert session.chat.turns[-1].role is Role.CHARACTER


@pytest.mark.parametrize("engine", [FailingEngine(), FailingEngine(" Half a")])
def test_regenerating_adds_a_version_and_a_failure_adds_none(engine: FakeEngine) -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    session.show(session.chat.say("Hi").with_reply("Old."))
    run(talk.regenerate(session, **form()))
    assert texts(session) == [BOB.greeting, "Hi", "Hello there!"]
    with pytest.warns(UserWarning, match="unloaded"):
        run(conversation(engine).regenerate(session, **form()))
    assert [version.text for version in session.chat.turns[-1].versions] == ["Old.", "Hello there!"]


def test_undo_gives_the_text_back() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    session.show(session.chat.say("Hi *there*").with_reply("Hm."))
    assert drawn(talk.undo(session, "")).message["value"] == "Hi *there*"
    assert texts(session) == [BOB.greeting]
    assert "value" not in drawn(talk.undo(session, "")).message


def test_edits_take_effect_on_the_next_message() -> None:
    engine = FakeEngine()
    talk, session = conversation(engine), Session.open(Chat.start(BOB))
    run(talk.send(session, "Hi", **form(persona="Very old.")))
    assert "Very old." in engine.decode(engine.requests[0].prompt_ids)


def test_a_chat_that_holds_only_its_greeting_shows_the_edited_one() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    view = talk.edit(session, **form(greeting="Come in, {{user}}.", your_name="Ann"))
    assert shown(view)[0].endswith("Come in&#44; Ann&#46;")


def test_another_character_begins_a_new_chat_and_the_old_one_can_be_brought_back() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    run(talk.send(session, "Hi", **form()))
    before = texts(session)
    session.start(Chat.start(EVE))
    assert texts(session) == []
    assert chat_view(session).restore["visible"] is True
    assert "Eve" in lesson(session)
    views = talk.restore(session)
    assert BOB.name in views
    assert texts(session) == before


def test_a_new_chat_keeps_the_edited_character() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    run(talk.send(session, "Hi", **form()))
    talk.new_chat(session, **form(greeting="Again!"))
    assert texts(session) == ["Again!"]


def test_a_long_chat_is_drawn_in_part_until_more_is_asked_for() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    for number in range(NUM_DRAWN_TURNS):
        session.show(session.chat.say(str(number)).with_reply("Hm."))
    assert len(messages(session)) == NUM_DRAWN_TURNS
    assert talk.settle(session, "").earlier["visible"] is True
    talk.show_earlier(session)
    assert len(messages(session)) == 2 * NUM_DRAWN_TURNS


def test_a_demos_replies_are_labelled_and_its_greeting_is_not() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    run(talk.send(session, "Hi", **form()))
    labelled = ["tiny demo model" in message["content"][0]["text"] for message in messages(session)]
    assert labelled == [False, False, True]


def test_a_reply_on_its_way_cannot_spoil_the_next_chat() -> None:
    talk = conversation(FakeEngine(lambda prompt: " " + "word " * 100, delay_s=0.005))
    session = Session.open(Chat.start(BOB))

    async def leave() -> None:
        async for _ in talk.send(session, "Hi", **form()):
            if len(session.chat.turns) == 3:
                session.start(Chat.start(EVE))

    asyncio.run(asyncio.wait_for(leave(), 10))
    assert session.chat.character == EVE
    assert texts(session) == []
