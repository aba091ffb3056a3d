"""The real process: what other web pages and strangers send is refused on every route of page and API."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
import pytest
from fastapi.routing import iter_route_contexts
from gradio.routes import App

from tests.api.served import client_of
from tests.server import AppServer
from tests.ui.building import built

pytestmark = pytest.mark.server

PROBES = ("/health", "/ready")
EVIL = "http://evil.example"
HOSTILE: tuple[dict[str, str], ...] = (
    {"Host": "evil.example"},
    {"Host": "evil.example", "Origin": EVIL},
    {"Origin": EVIL},
    {"Origin": "null"},
)


@pytest.fixture(scope="module")
def routes() -> list[tuple[str, str]]:
    """Method and path of every route of Gradio's and of the API's."""
    page = built(lambda: App.create_app(gr.Blocks(analytics_enabled=False)))
    contexts = [*iter_route_contexts(page.routes), *iter_route_contexts(client_of().app.routes)]  # type: ignore[attr-defined]
    found = {(method, context.path or "/") for context in contexts for method in context.methods or ["GET"]}
    return sorted((method, path.replace("{", "").replace("}", "")) for method, path in found)


@pytest.fixture
def connection(app_server: AppServer) -> Iterator[http.client.HTTPConnection]:
    address = urlsplit(app_server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    yield connection
    connection.close()


def status(connection: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str]) -> int:
    connection.request(method, path, None, {"Host": "localhost"} | headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


@pytest.mark.parametrize("headers", HOSTILE, ids=str)
def test_every_route_is_closed_to_other_pages(
    connection: http.client.HTTPConnection, routes: list[tuple[str, str]], headers: dict[str, str]
) -> None:
    assert len(routes) > 80
    asked = [(method, path) for method, path in routes if path not in PROBES]
    found = {(method, path): status(connection, method, path, headers) for method, path in asked}
    assert {each: code for each, code in found.items() if code != 403} == {}
    assert [status(connection, "GET", path, headers) for path in PROBES] == [200, 200]


def test_nobody_lets_the_server_fetch_an_address(connection: http.client.HTTPConnection) -> None:
    for path in ("file=http://127.0.0.1:9/a.png", "file=https://evil.example/a.png", "proxy=https://a.hf.space/b"):
        assert status(connection, "GET", f"/gradio_api/{path}", {}) == 404
    assert status(connection, "GET", "/gradio_api/info", {}) == 200


@pytest.mark.trust
def test_half_sent_requests_are_gone_after_twenty_seconds(app_server: AppServer) -> None:
    address = urlsplit(app_server.url)
    head = b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: localhost\r\n"
    sent = (b"", b"GET / HT", head, head + b"Content-Length: 100\r\n\r\n{", b"POST /v1/completions HTTP/1.1\r\n")
    opened: list[Any] = []
    for number in range(300):
        opened.append(socket.create_connection((address.hostname, address.port), timeout=60))
        opened[-1].sendall(sent[number % len(sent)])
    for each in opened:
        with each:
            while each.recv(65_536):
                pass
