"""What the page remembers for a person, and what it does not take from a browser."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.settings import PAGE, SettingsStore
from pyg_ui.ui.account.handlers import AccountHandlers
from pyg_ui.ui.account.page_settings import MAX_FOLDS, page_settings
from pyg_ui.ui.session import Session

ANN = "user:ann"


@pytest.fixture
def account(tmp_path: Path) -> Iterator[AccountHandlers]:
    database = Database.in_directory(tmp_path)
    database.open()
    yield AccountHandlers(SettingsStore(database))
    database.close()


def session_of(owner: str = ANN) -> Session:
    session = Session.open(Chat.start(Character("Wren")))
    session.record.owner = owner
    return session


def keep(account: AccountHandlers, name: Any, value: Any, owner: str = ANN) -> None:
    account.keep(gr.EventData(None, {"name": name, "value": value}), session_of(owner))


def arrive(account: AccountHandlers, username: str | None = "ann", owner: str = ANN, **scope: Any) -> str:
    request = gr.Request(Request({"type": "http", "headers": [], "query_string": b""} | scope), username=username)
    return asyncio.run(account.arrive(request, session_of(owner)))


def kept(html: str) -> Any:
    return json.loads(unescape(re.search(r'data-kept="([^"]*)"', html)[1]))  # type: ignore[index]


def test_what_is_reported_is_there_on_the_next_page_of_the_same_person(account: AccountHandlers) -> None:
    told = {"theme": "dark", "language": "ja", "panel:tuning": True, "fold:group_dry": False}
    for name, value in told.items():
        keep(account, name, value)
    html = arrive(account)
    assert kept(html) == told
    assert '<option value="dark" selected>' in html
    assert kept(arrive(account, owner="user:bob")) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"), ("theme", True), ("language", "tlh"), ("panel:rail", "yes"), ("fold:a b", True),
        ("fold:" + "a" * 50, True), ("other", True), (7, True), (None, None), ("fold:<b>", True),
    ],
)  # fmt: skip
def test_nothing_else_is_taken_from_a_browser(account: AccountHandlers, name: Any, value: Any) -> None:
    keep(account, name, value)
    assert account.store.load(ANN, [PAGE]) == {}
    assert page_settings({str(name): value}) == {}


def test_a_browser_cannot_fill_the_database(account: AccountHandlers) -> None:
    account.store.put(ANN, PAGE, {f"fold:a{number}": True for number in range(MAX_FOLDS)})
    keep(account, "fold:b", True)
    keep(account, "fold:a1", False)
    found = account.store.load(ANN, [PAGE])[PAGE]
    assert (len(found), found["fold:a1"]) == (MAX_FOLDS, False)
    keep(account, "theme", "dark", owner="")
    assert account.store.load("", [PAGE]) == {}


def test_who_is_signed_in_is_named_and_can_sign_out(account: AccountHandlers) -> None:
    profile = {"session": {"oauth_info": {"userinfo": {"sub": "1", "preferred_username": "<Ann>"}}}}
    for html, name in [(arrive(account), "ann"), (arrive(account, None, **profile), "&#60;Ann&#62;")]:
        assert f"<strong>{name}</strong>" in html
        assert 'href="logout"' in html
    assert "logout" not in arrive(account, None)
