"""Who is at the page."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from pyg_ui.ui.owner import Visitor, owner_of

ID = "0123456789abcdef" * 2


def request(username: str | None = None, session: dict[str, Any] | None = None) -> gr.Request:
    scope = {"type": "http", "headers": []} | ({} if session is None else {"session": session})
    return gr.Request(Request(scope), username=username)


def test_who_signed_in_is_the_owner_wherever_they_are() -> None:
    assert owner_of(request("alice"), Visitor(ID)) == "user:alice"


def test_who_signed_in_with_hugging_face_is_the_owner() -> None:
    session = {"oauth_info": {"userinfo": {"sub": "42", "preferred_username": "alice"}}}
    assert owner_of(request(session=session), Visitor(ID)) == "huggingface:42"


@pytest.mark.parametrize("session", [None, {}, {"oauth_info": {"userinfo": {}}}])
def test_who_did_not_is_known_by_the_browser(session: dict[str, Any] | None) -> None:
    assert owner_of(request(session=session), Visitor(ID)) == f"browser:{ID}"


def test_a_name_never_passes_for_a_browser() -> None:
    assert owner_of(request(f"browser:{ID}"), Visitor("f" * 32)) != owner_of(request(), Visitor(ID))


@pytest.mark.parametrize(
    "told", [None, "", [], 7, {}, {"browser_id": "short"}, {"browser_id": None}, {"browser_id": "G" * 32}]
)
def test_a_browser_that_remembers_nothing_usable_gets_a_new_id(told: Any) -> None:
    first, second = Visitor.read(told), Visitor.read(told)
    assert first.browser_id != second.browser_id
    assert len(first.browser_id) == 32
    assert first.chat_id == ""


def test_a_browser_is_known_again() -> None:
    visitor = Visitor(ID, "f" * 32)
    assert Visitor.read(visitor.written()) == visitor
    assert Visitor.read({"browser_id": ID, "chat_id": "../x"}) == Visitor(ID)
