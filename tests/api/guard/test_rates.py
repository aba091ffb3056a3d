"""How often a client may ask page and API of a server that strangers use."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from pyg_ui.api.application import build_api
from pyg_ui.api.guard.rates import RatedPage, Rates
from pyg_ui.clients import Caps, Line, Lines, place_of
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.serving.sharing import Sharing
from tests.api.served import INFO, PREDICT, client_of, manager_of
from tests.fakes import FakeEngine


async def page(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await PlainTextResponse("the page")(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.accept"})


def test_page_and_api_count_together_and_say_when_to_come_back() -> None:
    rates = Rates(Caps(num_requests=3, request_interval_s=30))
    api = build_api(models=manager_of(FakeEngine(model=INFO)), rates=rates)
    asked = {"client": ("192.0.2.7", 5)}
    here, there = TestClient(RatedPage(page, rates), **asked), TestClient(api, **asked)
    assert [here.get("/").status_code, there.get("/v1/models").status_code, here.get("/x").status_code] == [200] * 3
    refused = here.get("/")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert "Wait 30 s" in refused.text
    for path, shape in (("/v1/models", "error"), ("/api/v1/model", "detail"), (PREDICT, "message")):
        answer = there.post(path, json={"prompt": "a"}) if path == PREDICT else there.get(path)
        assert (answer.status_code, answer.headers["retry-after"], shape in answer.json()) == (429, "30", True), path
    with pytest.raises(WebSocketDisconnect), here.websocket_connect("/live"):
        pass
    assert there.get("/health").status_code == here.get("/assets/index.js").status_code == 200
    assert TestClient(RatedPage(page, rates), client=("192.0.2.8", 5)).get("/").status_code == 200


def test_at_home_nobody_is_counted() -> None:
    client = TestClient(RatedPage(page, Rates(None)))
    assert {client.get("/").status_code for _ in range(700)} == {200}
    with client.websocket_connect("/live"):
        pass


@pytest.mark.parametrize(
    ("path", "body"),
    [(PREDICT, {"prompt": "a"}), ("/v1/completions", {"prompt": "a"}), ("/api/v1/generate", {"prompt": "a"})],
)
def test_a_text_too_many_is_429_in_every_dialect(path: str, body: dict[str, str]) -> None:
    sharing = Sharing(Caps(num_texts=1, text_interval_s=90))
    engine = sharing.among(lambda choice, report: FakeEngine(model=INFO))(ModelChoice("demo-neo"), lambda _: None)
    client = client_of(engine)
    assert client.post(path, json=body).status_code == 200
    refused = client.post(path, json=body)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "90")
    assert "Ask again in 90 seconds" in refused.text


def test_a_line_lets_some_through_and_then_one_after_the_other() -> None:
    line = Line(2, 10)
    assert line.wait_s(100) == 0
    line.take(100)
    line.take(100)
    assert line.wait_s(100) == 10
    assert line.wait_s(111) == 0
    line.take(111)
    assert line.wait_s(111) == pytest.approx(9)
    line.give_back()
    assert line.wait_s(111) == 0


def test_only_the_lines_that_were_used_last_are_remembered() -> None:
    lines = Lines(most=2)
    assert [lines.pass_s(key, 1, 60) > 0 for key in ("a", "b", "a", "c", "a", "b")] == [
        False, False, True, False, True, False,
    ]  # fmt: skip


def test_an_ipv6_network_is_one_client() -> None:
    assert place_of("2001:db8::1") == place_of("2001:db8::ffff") != place_of("2001:db8:0:1::1")
    assert place_of("192.0.2.7") == "192.0.2.7"
    assert place_of("testclient") == "testclient"
