"""Whose page a request speaks for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from pyg_ui.ui.visitors import pages
from pyg_ui.ui.visitors.pages import MAX_EVENT_BYTES, OwnPages

ALICE, BOB = {"X-Page-Secret": "alice"}, {"X-Page-Secret": "bob"}
JOIN = "/gradio_api/queue/join"
HASH = "h4sh"


async def echo(request: Request) -> Response:
    return Response(await request.body())


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/{path:path}", echo, methods=["GET", "POST"])]
    return TestClient(OwnPages(Starlette(routes=routes)))  # type: ignore[arg-type]


def join(client: TestClient, headers: dict[str, str], name: Any = HASH, path: str = JOIN) -> int:
    event = {"data": ["é" * 9], "session_hash": name, "event_id": "e", "fn_index": 3}
    answer = client.post(path, content=json.dumps(event), headers={"Content-Type": "application/json", **headers})
    assert answer.status_code == 403 or answer.json() == event
    return answer.status_code


@pytest.mark.parametrize("stranger", [BOB, {}, {"X-Page-Secret": ""}, {"X-Page-Secret": "ALICE"}])
def test_who_knows_only_the_hash_can_neither_ask_nor_read_nor_cancel(client: TestClient, stranger: Any) -> None:
    assert join(client, ALICE) == 200
    for path in (JOIN, "/gradio_api/run/send", "/gradio_api/cancel", "/gradio_api/call/send", "/gradio_api/reset"):
        assert join(client, stranger, path=path) == 403
        assert join(client, ALICE, path=path) == 200
    for address in ("queue/data?session_hash=h4sh", f"heartbeat/{HASH}", "heartbeat/h4%73h/",
                    "queue/data?session_hash=x&session_hash=h4sh", "queue/data?session%5Fhash=h4sh"):  # fmt: skip
        assert client.get(f"/gradio_api/{address}", headers=stranger).status_code == 403
        assert client.get(f"/gradio_api/{address.replace('=x', '=h4sh')}", headers=ALICE).status_code == 200


def test_pages_do_not_disturb_each_other(client: TestClient) -> None:
    assert [join(client, ALICE, "a"), join(client, BOB, "b"), join(client, {}, "c")] == [200] * 3
    assert [join(client, ALICE, "a"), join(client, BOB, "b"), join(client, {}, "c")] == [200] * 3
    assert join(client, ALICE, "c") == 403


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"[]", b'{"session_hash": 5}', b"\xff\xfe", b"null"])
def test_what_names_no_page_passes_whole(client: TestClient, content: bytes) -> None:
    join(client, ALICE)
    assert client.post(JOIN, content=content, headers=BOB).content == content
    assert client.get("/gradio_api/info", headers=BOB).status_code == 200
    assert client.post("/login", content=b'{"session_hash": "h4sh"}').status_code == 200


def test_the_last_of_two_hashes_counts_as_for_gradio(client: TestClient) -> None:
    join(client, ALICE)
    assert (
        client.post(JOIN, content=b'{"session_hash": "mine", "session_hash": "h4sh"}', headers=BOB).status_code == 403
    )


def test_uploads_are_not_held_in_memory_and_events_are_bounded(client: TestClient) -> None:
    large = b"x" * (MAX_EVENT_BYTES + 1)
    assert client.post(JOIN, content=large).status_code == 413
    assert len(client.post("/gradio_api/upload", files={"files": large}).content) > MAX_EVENT_BYTES


def test_invented_pages_take_a_bounded_place(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 50)
    join(client, ALICE)
    for number in range(200):
        assert join(client, BOB, f"invented{number}") == 200
        if number % 20 == 0:
            assert join(client, ALICE) == 200
    assert join(client, BOB) == 403
    assert join(client, BOB, "x" * 1000) == 403
