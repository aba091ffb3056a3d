from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import TRANSFORMERS_ORDER, SamplingParameters
from pyg_ui.engine.sampling.lens import look_through
from pyg_ui.service.replies import ChatService
from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.sampling.lens.handlers import LensHandlers
from pyg_ui.ui.sampling.lens.state import LensState
from pyg_ui.ui.sampling.lens.view import SAMPLER_LABELS, lens_html, reply_html
from pyg_ui.ui.session import Session
from pyg_ui.ui.theme.theme import launch_options
from tests.engine.sampling_rows import next_token_of, of_probabilities
from tests.fakes import DEMO_INFO, FakeEngine
from tests.ui.building import saver_of
from tests.ui.forms import form

BOB = Character("Bob", greeting="Hi.")
FIELDS = form(BOB)


def serving(engine: Engine) -> ModelManager:
    models = ModelManager(lambda choice, report: engine)
    models.start_loading(ModelChoice())
    models.wait(5)
    return models


def handlers_for(models: ModelManager) -> LensHandlers:
    return LensHandlers(models, ChatHandlers(ChatService(models), models, (), saver_of()))


def answered(reply: str = "Hello there!") -> Session:
    session = Session.open(Chat.start(BOB))
    session.show(session.chat.say("Who are you?").with_reply(reply))
    return session


def click(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def test_a_closed_lens_asks_nothing() -> None:
    engine, state = FakeEngine(), LensState()
    drawn = asyncio.run(handlers_for(serving(engine)).draw(answered(), state, **FIELDS))
    assert drawn == gr.skip()
    assert engine.requests == []


def test_a_slider_redraws_from_what_was_asked_once() -> None:
    engine, state, session = FakeEngine(), LensState(), answered()
    handlers = handlers_for(serving(engine))
    first = asyncio.run(handlers.open(session, state, **FIELDS))
    moved = asyncio.run(handlers.draw(session, state, **(FIELDS | {"top_k": 1})))
    assert len(engine.requests) == 1
    assert first != moved
    assert "Top-k" in moved


def test_a_token_of_the_reply_is_looked_at_where_it_stands() -> None:
    engine, state, session = FakeEngine(), LensState(), answered("Hello")
    handlers = handlers_for(serving(engine))
    asyncio.run(handlers.open(session, state, **FIELDS))
    html = asyncio.run(handlers.go(session, state, click(place=3), **FIELDS))
    assert engine.decode(engine.requests[-1].prompt_ids).endswith("Bob: He")
    assert 'data-place="3" aria-pressed="true"' in html
    asyncio.run(handlers.go(session, state, click(place=10**6), **FIELDS))
    assert state.place == len(" Hello")


def test_another_reply_is_looked_at_from_its_beginning() -> None:
    engine, state, session = FakeEngine(), LensState(), answered()
    handlers = handlers_for(serving(engine))
    asyncio.run(handlers.open(session, state, **FIELDS))
    asyncio.run(handlers.go(session, state, click(place=3), **FIELDS))
    session.show(session.chat.say("And now?"))
    asyncio.run(handlers.draw(session, state, **FIELDS))
    assert state.place == 0
    assert engine.decode(engine.requests[-1].prompt_ids).endswith("And now?\nBob:")


def test_without_a_model_the_lens_says_so() -> None:
    handlers = handlers_for(ModelManager(lambda choice, report: FakeEngine()))
    assert "No model is loaded" in asyncio.run(handlers.open(answered(), LensState(), **FIELDS))


def test_every_sampler_has_a_name_and_whoever_removes_tokens_a_colour() -> None:
    css = launch_options()["css"]
    assert set(TRANSFORMERS_ORDER) | {"logit_bias", "banned_strings", "end_of_text"} == SAMPLER_LABELS.keys()
    only_lower = {"repetition", "penalties", "dry"}
    assert [name for name in SAMPLER_LABELS.keys() - only_lower if f".by-{name} {{" not in css] == []


def test_tokens_are_shown_as_text() -> None:
    lens = look_through(next_token_of(of_probabilities(0.6, 0.4)), SamplingParameters.neutral())
    hostile = [b"<img src=x>", b"\n"]
    html = lens_html(lens, hostile.__getitem__, "en", branches={0, 1}) + reply_html(hostile, 0, "en")
    assert "<img" not in html
    assert "⏎" in html


def test_tokens_by_which_the_reply_may_go_on_are_buttons() -> None:
    lens = look_through(next_token_of(of_probabilities(0.6, 0.3, 0.1)), SamplingParameters.neutral())
    html = lens_html(lens, lambda token_id: b"abc"[token_id:], "de", written=0, branches={1})
    assert [f'data-token="{i}"' in html for i in range(3)] == [False, True, False]
    assert html.count("is-written") == 1


def test_a_chosen_token_begins_another_reply() -> None:
    state, session = LensState(), answered("Hello")
    handlers = handlers_for(serving(FakeEngine()))
    asyncio.run(handlers.open(session, state, **FIELDS))
    asyncio.run(handlers.go(session, state, click(place=3), **FIELDS))
    assert state.begun_with(ord("y")) == "Hey"
    assert state.begun_with(ord(" ")) is None
    session.show(Session.open(session.chat.without_last_reply()).chat)
    asyncio.run(handlers.draw(session, state, **FIELDS))
    assert state.begun_with(ord("y")) is None


def test_branching_writes_a_version_that_begins_with_the_chosen_token() -> None:
    state, session = LensState(), answered("Hello")
    handlers = handlers_for(serving(FakeEngine(lambda prompt: "ye, hoy!")))

    async def branched(token: int) -> None:
        await handlers.branch(click(token=token), session, state, **FIELDS)
        if session.writing is not None:
            await session.writing.ended.wait()

    asyncio.run(handlers.open(session, state, **FIELDS))
    asyncio.run(handlers.go(session, state, click(place=3), **FIELDS))
    asyncio.run(branched(ord("y")))
    assert [version.text for version in session.chat.turns[-1].versions] == ["Hello", "Heyye, hoy!"]
    with pytest.warns(UserWarning, match="changed since"):
        asyncio.run(branched(ord("y")))


def test_a_server_without_logits_is_asked_for_nothing_and_the_lens_says_why() -> None:
    engine = FakeEngine(model=replace(DEMO_INFO, architecture="vLLM", lacks=frozenset({"lens"})))
    shown = asyncio.run(handlers_for(serving(engine)).open(answered(), LensState(), **FIELDS))
    assert "vLLM does not tell how likely all next words are." in shown
    assert engine.requests == []
