"""The script at the head of a page, and only there."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pyg_ui.ui.early_script import EarlyScript

PAGE = "<html><head><title>é</title></head><body></body></html>"


async def page(request: Request) -> Response:
    return HTMLResponse(PAGE)


async def text(request: Request) -> Response:
    return PlainTextResponse(PAGE)


async def packed(request: Request) -> Response:
    return HTMLResponse(PAGE, headers={"content-encoding": "identity"})


async def bit(request: Request) -> Response:
    return HTMLResponse("<p>No head.</p>")


async def stream(request: Request) -> Response:
    return StreamingResponse(iter([PAGE[:20], PAGE[20:]]), media_type="text/html")


@pytest.fixture(scope="module")
def client() -> TestClient:
    handlers = (page, text, packed, bit, stream)
    routes = [Route(f"/{each.__name__}", each, methods=["GET", "HEAD"]) for each in handlers]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(EarlyScript, script="let x = 'é';")]))


def test_a_page_begins_with_the_script(client: TestClient) -> None:
    answer = client.get("/page")
    assert answer.text == PAGE.replace("<head>", "<head><script>let x = 'é';</script>")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert client.get("/stream").text == answer.text
    assert client.head("/page").status_code == 200


@pytest.mark.parametrize("name", ["text", "packed"])
def test_nothing_else_is_changed(client: TestClient, name: str) -> None:
    assert client.get(f"/{name}").text == PAGE
    assert client.get("/bit").text == "<p>No head.</p>"
