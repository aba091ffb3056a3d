"""What is left where a reply fails, or cannot begin."""

import asyncio
import threading
from typing import Any

import pytest

from pyg_ui.dialogue.chat import Chat, Role
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.errors import EngineStoppedError
from pyg_ui.service.replies import ChatService
from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.chat.view import ChatView, chat_view
from pyg_ui.ui.session import Session
from tests.fakes import FakeEngine
from tests.ui.building import saver_of
from tests.ui.chat.conversations import BOB, PEOPLE, FailingEngine, conversation, drawn, form, run, texts, until


@pytest.mark.parametrize(
    ("error", "notice"),
    [(EngineStoppedError("The model was unloaded."), "unloaded"), (ValueError("a secret"), "Something went wrong")],
)
def test_a_failing_reply_returns_the_text_and_leaves_the_chat(error: Exception, notice: str) -> None:
    talk, session = conversation(FailingEngine(error=error)), Session.open(Chat.start(BOB))
    with pytest.warns(UserWarning, match=notice) as notices:
        _, settled = run(talk, session, talk.send(session, "Hi", **form()))
    assert "secret" not in str(notices[0].message)
    assert settled.message["value"] == "Hi"
    assert texts(session) == [BOB.greeting]
    assert "value" not in chat_view(session).message


def test_returned_text_stands_before_what_was_typed_meanwhile() -> None:
    talk, session = conversation(FailingEngine()), Session.open(Chat.start(BOB))

    async def type_on() -> ChatView:
        await talk.send(session, "Hi", **form())
        await until(lambda: not session.is_writing)
        return drawn(await talk.follow(session, "and more"))

    with pytest.warns(UserWarning, match="unloaded"):
        settled = asyncio.run(type_on())
    assert settled.message["value"] == "Hi\nand more"


def test_a_reply_that_fails_halfway_keeps_what_there_is() -> None:
    talk, session = conversation(FailingEngine(" Well, I")), Session.open(Chat.start(BOB))
    with pytest.warns(UserWarning, match="unloaded"):
        _, settled = run(talk, session, talk.send(session, "Hi", **form()))
    assert "value" not in settled.message
    assert texts(session) == [BOB.greeting, "Hi", "Well, I"]


@pytest.mark.parametrize(("bad", "notice"), [({"seed": None}, "seed"), ({"character_name": " "}, "no name")])
def test_a_bad_field_sends_nothing_and_leaves_the_text_in_the_box(bad: dict[str, Any], notice: str) -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    with pytest.warns(UserWarning, match=notice):
        views = run(talk, session, talk.send(session, "Hi", **form(**bad)))
    assert all("value" not in view.message and view.message["submit_btn"] for view in views)
    assert texts(session) == [BOB.greeting]


def test_without_a_model_the_text_comes_back_with_the_reason() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    talk.models.unload()
    with pytest.warns(UserWarning, match="No model is loaded"):
        _, settled = run(talk, session, talk.send(session, "Hi", **form()))
    assert settled.message["value"] == "Hi"


def test_a_message_waits_for_a_model_on_its_way_and_says_so() -> None:
    go = threading.Event()

    def load(*_: object) -> FakeEngine:
        assert go.wait(10)
        return FakeEngine()

    models = ModelManager(load)
    models.start_loading(ModelChoice("pygmalion-6b"))
    talk, session = ChatHandlers(ChatService(models), models, PEOPLE, saver_of()), Session.open(Chat.start(BOB))

    async def send() -> ChatView:
        begun = await talk.send(session, "Hi", **form())
        go.set()
        await until(lambda: not session.is_writing)
        return begun

    assert "Waiting for pygmalion-6b to load" in asyncio.run(send()).note
    assert session.chat.turns[-1].role is Role.CHARACTER


@pytest.mark.parametrize("engine", [FailingEngine(), FailingEngine(" Half a")])
def test_regenerating_adds_a_version_and_a_failure_adds_none(engine: FakeEngine) -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    session.show(session.chat.say("Hi").with_reply("Old."))
    run(talk, session, talk.regenerate(session, **form()))
    assert texts(session) == [BOB.greeting, "Hi", "Hello there!"]
    failing = conversation(engine)
    with pytest.warns(UserWarning, match="unloaded"):
        run(failing, session, failing.regenerate(session, **form()))
    assert [version.text for version in session.chat.turns[-1].versions] == ["Old.", "Hello there!"]
