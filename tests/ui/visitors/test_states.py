"""What is remembered of sessions, over Gradio's own application."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from gradio.routes import App
from starlette.testclient import TestClient

from pyg_ui.dialogue.character import Character
from pyg_ui.ui.visitors import states
from pyg_ui.ui.visitors.states import LeanState, LeanStates
from tests.ui.building import built, page_for


@pytest.fixture
def client() -> Iterator[TestClient]:
    def build() -> App:
        with gr.Blocks(analytics_enabled=False) as page:
            kept, choice, told = gr.State([]), gr.Dropdown(["a"]), gr.Textbox()
            choice.input(lambda kept, text: kept.append(text) or str(kept), [kept, choice], told, api_name="choose")
            told.submit(lambda: gr.Dropdown(["a", "b"]), None, choice, api_name="offer")
        app = App.create_app(page)
        LeanStates().serve(page, app)
        return app

    with TestClient(built(build)) as client:
        yield client


def ask(client: TestClient, name: str, session: str, *data: Any) -> Any:
    answer = client.post(f"/gradio_api/run/{name}", json={"data": data, "session_hash": session})
    return answer.json()["data"][0] if answer.status_code == 200 else answer.status_code


def test_each_session_has_its_state_and_its_components(client: TestClient) -> None:
    assert ask(client, "choose", "one", None, "a") == "['a']"
    ask(client, "offer", "one")
    assert ask(client, "choose", "one", None, "b") == "['a', 'b']"
    assert ask(client, "choose", "two", None, "b") == 500
    assert ask(client, "choose", "two", None, "a") == "['a']"


def test_the_sessions_that_were_used_last_are_remembered(client: TestClient) -> None:
    holder: Any = client.app.state_holder  # type: ignore[attr-defined]
    assert holder.capacity == states.MOST_SESSIONS
    holder.capacity = 3
    for name in ("a", "b", "a", "c", "d"):
        ask(client, "choose", name, None, "a")
    assert ask(client, "choose", "a", None, "a") == "['a', 'a', 'a']"
    assert len(holder.session_data) == 3
    assert ask(client, "choose", "b", None, "a") == "['a']"


def test_a_named_session_takes_little_memory_while_nothing_is_in_it() -> None:
    page = page_for(Character("Mira"))
    tracemalloc.start()
    try:
        kept = [LeanState(page) for _ in range(20)]
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken / len(kept) < 10_000
