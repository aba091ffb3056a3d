"""Who may load models on a public page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import gradio as gr
import pytest
from starlette.requests import Request

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.hardware import MemoryLog
from pyg_ui.engine.manager import ModelManager
from pyg_ui.ui.model.handlers import ModelHandlers
from pyg_ui.ui.session import Session
from pyg_ui.ui.visitors.operators import Operators
from tests.fakes import FakeEngine

ANNA, BEN = "browser:anna", "browser:ben"


def request(query: str = "", username: str | None = None, profile: dict[str, Any] | None = None) -> gr.Request:
    session = {"oauth_info": {"userinfo": profile or {}}}
    client = ("127.0.0.1", 1)  # as every visitor's through a tunnel
    scope = {"type": "http", "headers": [], "query_string": query.encode(), "session": session, "client": client}
    return gr.Request(Request(scope), username=username)


def test_the_link_works_once_and_for_that_browser_only() -> None:
    operators = Operators()
    assert not operators.include(request(), ANNA)
    assert not operators.include(request("operator="), ANNA)
    old = urlsplit(operators.new_link("http://127.0.0.1:7860/")).query
    link = operators.new_link("http://127.0.0.1:7860/")
    query = urlsplit(link).query
    assert link.startswith("http://127.0.0.1:7860/?operator=")
    assert not operators.include(request(old), BEN)
    assert not operators.include(request(query[:-1]), BEN)
    assert operators.include(request(query), ANNA)
    assert not operators.include(request(query), BEN)
    assert operators.include(request(), ANNA), "after the page was loaded again"
    assert not operators.include(request("operator="), BEN)


@pytest.mark.parametrize(
    ("given", "is_operator"),
    [
        ({"username": "alice"}, True),
        ({"profile": {"sub": "1", "preferred_username": "alice"}}, True),
        ({"profile": {"sub": "2", "preferred_username": "mallory", "name": "alice"}}, False),
        ({"username": "Alice"}, False),
        ({"username": ""}, False),
        ({}, False),
    ],
)
def test_names_are_those_of_accounts(given: dict[str, Any], *, is_operator: bool) -> None:
    assert Operators(["alice", ""]).include(request(**given), ANNA) is is_operator


def test_an_operator_loads_and_unloads_what_strangers_only_see() -> None:
    models = ModelManager(lambda choice, report: FakeEngine())
    handlers = ModelHandlers(models, frozenset({"demo-neo"}), MemoryLog(), is_public=True)
    session = Session.open(Chat.start(Character("Bob")))
    session.record.owner = ANNA
    with pytest.warns(UserWarning, match="only who runs it"):
        assert handlers.load(session, "demo-neo", "", "auto", "auto").advanced["visible"] is False
    assert handlers.fit(session, "demo-neo", "auto", "auto") == ""
    assert (handlers.machine(session), handlers.vitals(session)) == ("", "")
    session.is_operator = True
    assert handlers.load(session, "demo-neo", "", "auto", "auto").advanced["visible"] is True
    assert models.wait(10).is_ready
    assert handlers.machine(session)
    with pytest.warns(UserWarning, match="cannot be loaded here"):
        handlers.load(session, "/etc", "", "auto", "auto")
    handlers.unload(session)
    assert not models.status.is_ready
