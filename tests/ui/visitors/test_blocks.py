"""Files in events, and whose events they are: Gradio's own code receives them, and nothing looks up an address."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.routes import App
from starlette.testclient import TestClient

from pyg_ui.engine.engine import GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.ui.events import sent
from pyg_ui.ui.visitors.blocks import GuardedBlocks
from tests.ui.building import built

ADDRESS = "http://evil.example/card.png"
META = {"meta": {"_type": "gradio.FileData"}}


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The hosts that anybody asks for. None is found."""
    found: list[Any] = []

    def look_up(host: Any, *_: Any, **__: Any) -> Any:
        found.append(host)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return found


@pytest.fixture
def client() -> Iterator[TestClient]:
    def build() -> gr.Blocks:
        with GuardedBlocks(analytics_enabled=False) as page:
            upload, chosen, note, told = gr.UploadButton(), gr.File(), gr.JSON(), gr.Textbox()
            upload.upload(lambda *given: str(given[0]), [upload, chosen, note], told, api_name="take", queue=False)
        page.max_file_size = None
        return page

    with TestClient(built(lambda: App.create_app(build()))) as client:
        yield client


def take(client: TestClient, upload: Any = None, chosen: Any = None, note: Any = None) -> Any:
    return client.post("/gradio_api/run/take", json={"data": [upload, chosen, note]})


@pytest.mark.parametrize(
    "given",
    [
        {"upload": {"path": ADDRESS, **META}},
        {"chosen": {"path": ADDRESS, "url": ADDRESS, **META}},
        {"upload": [{"path": "/tmp/a.png", **META}, {"path": ADDRESS, **META}]},
        {"note": {"deep": [{"down": {"path": "https://evil.example", **META}}]}},
        {"upload": {"path": ADDRESS, "is_stream": True, **META}},
        {"upload": {"path": ADDRESS}},
        {"upload": ADDRESS},
    ],
    ids=lambda given: json.dumps(given),
)
def test_an_event_with_an_address_is_refused(client: TestClient, looked_up: list[Any], given: dict[str, Any]) -> None:
    assert take(client, **given).status_code == 500
    assert looked_up == []


def test_an_upload_is_taken_whatever_address_it_was_shown_at(client: TestClient, tmp_path: Path) -> None:
    uploaded = client.post("/gradio_api/upload", files={"files": ("card.json", b"{}")}).json()[0]
    answer = take(client, upload={"path": uploaded, "url": f"http://testserver/gradio_api/file={uploaded}", **META})
    assert Path(answer.json()["data"][0]).read_bytes() == b"{}"


def test_a_text_may_hold_an_address(client: TestClient) -> None:
    note = {"path": ADDRESS, "text": ADDRESS, "list": [ADDRESS]}
    assert take(client, note=note).status_code == 200


UNUSABLE: dict[str, dict[str, Any]] = {
    "a text for a number": {"data": ["x", "a", None]},
    "a number out of bounds": {"data": [9, "a", None]},
    "no choice of these": {"data": [1, "c", None]},
    "two choices for one": {"data": [1, ["a", "b"], None]},
    "too few values": {"data": [1, "a"]},
    "a file that is none": {"data": [1, "a", {"path": "a\0b", **META}]},
    "a file of the machine in the event": {"data": [1, "a", None], "event_data": {"path": "/etc/passwd", **META}},
    "a name that is too long": {"data": [1, "a", None], "event_data": {"path": "x" * 5_000, **META}},
    "no file in the event": {"data": [1, "a", None], "event_data": {"path": "a\0b", **META}},
    "an event of the browser's alone": {"data": [], "fn_index": 1},
}


def test_what_no_page_sends_is_refused_in_words(capfd: pytest.CaptureFixture[str]) -> None:
    def take(number: float, choice: str, file: Any, event: gr.EventData) -> str:
        return f"{number} {choice} {file} {sent(event)}"

    def build() -> gr.Blocks:
        with GuardedBlocks(analytics_enabled=False) as page:
            number, told = gr.Number(minimum=0, maximum=5), gr.Textbox()
            choice, file = gr.Dropdown(["a", "b"]), gr.File()
            told.submit(take, [number, choice, file], told, api_name="take", queue=False)
            told.submit(None, None, None, js="() => 0", api_name="look", queue=False)
        page.max_file_size = None
        return page

    with TestClient(built(lambda: App.create_app(build()))) as client:
        for kind, event in UNUSABLE.items():
            answer = client.post("/gradio_api/run/take", json=event, headers={"Accept-Language": "de"})
            assert answer.status_code == 500, kind
            assert answer.json()["error"].startswith("Diese Seite ist nicht mehr aktuell"), kind
        cut = b'{"data": [1, "a", null], "event_data": {"path": 5, "text": "\\ud83d!"}}'
        honest = client.post("/gradio_api/run/take", content=cut, headers={"Content-Type": "application/json"})
        assert honest.json()["data"] == ["1 a None {'path': 5, 'text': '\ufffd!'}"], "a limit had cut an emoji in two"
    assert capfd.readouterr().err == ""


def test_a_session_belongs_to_who_had_signed_in_when_it_began() -> None:
    def build() -> gr.Blocks:
        with GuardedBlocks(analytics_enabled=False) as page:
            kept, told = gr.State([]), gr.Textbox()
            told.submit(
                lambda kept, text: kept.append(text) or str(kept), [kept, told], told, api_name="add", queue=False
            )
        page.auth, page.auth_message = [["alice", "a"], ["bob", "b"]], None
        return page

    app = built(lambda: App.create_app(build()))

    def add(client: TestClient, text: str) -> Any:
        answer = client.post("/gradio_api/run/add", json={"data": [None, text], "session_hash": "h4sh"})
        return answer.json()["data"][0] if answer.status_code == 200 else answer.status_code

    with TestClient(app) as alice, TestClient(app) as bob:
        for client, name in ((alice, "alice"), (bob, "bob")):
            assert add(client, "x") == 401
            client.post("/login", data={"username": name, "password": name[0]})
        assert add(alice, "mine") == "['mine']"
        assert add(bob, "yours") == 500
        assert add(alice, "again") == "['mine', 'again']"


async def requested() -> str:
    return GenerationRequest((1,), SamplingParameters()).client


@pytest.mark.parametrize(("login", "client"), [(None, "192.0.2.7"), (("ann", "secret"), "user:ann")])
def test_what_a_handler_asks_of_the_engine_is_its_visitors(login: tuple[str, str] | None, client: str) -> None:
    def build() -> gr.Blocks:
        with GuardedBlocks(analytics_enabled=False) as page:
            button, told = gr.Button(), gr.Textbox()
            button.click(lambda: GenerationRequest((1,), SamplingParameters()).client, None, told, api_name="thread")
            button.click(requested, None, told, api_name="loop")
        page.auth, page.auth_message = [login] if login else None, None
        return page

    with TestClient(built(lambda: App.create_app(build())), client=("192.0.2.7", 5)) as visitor:
        if login:
            visitor.post("/login", data={"username": login[0], "password": login[1]})
        for name in ("thread", "loop"):
            assert visitor.post(f"/gradio_api/run/{name}", json={"data": []}).json()["data"] == [client]
