"""The real process: page and API on one port, spoken to as plain clients do."""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from pyg_ui.api.fields.body import MAX_BODY_BYTES
from tests.server import AppServer

pytestmark = pytest.mark.server

PREDICT = "/demo-neo-webhook/predict"
LONG = {"prompt": "You: Hi\nBob:", "max_length": 2000, "temperature": 1, "repetition_penalty": 1}


def call(
    server: AppServer, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def raw(server: AppServer, request: bytes) -> socket.socket:
    address = urlsplit(server.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=60)
    connection.sendall(request)
    return connection


def predict(server: AppServer, body: dict[str, Any]) -> dict[str, Any]:
    status, _, answer = call(server, "POST", PREDICT, json.dumps(body).encode())
    assert status == 200, answer
    return dict(json.loads(answer))


def test_page_and_api_share_a_port(app_server: AppServer) -> None:
    status, headers, page = call(app_server, "GET", "/")
    assert status == 200
    assert "text/html" in headers["content-type"]
    assert b"gradio" in page
    assert call(app_server, "GET", "/config")[0] == 200
    assert call(app_server, "GET", "/gradio_api/info")[0] == 200
    assert call(app_server, "GET", "/no-such-page")[0] == 404
    status, _, body = call(app_server, "GET", "/ready")
    assert (status, json.loads(body)["model"]) == (200, "demo-neo")
    assert call(app_server, "GET", "/openapi.json")[0] == 200
    assert call(app_server, "HEAD", "/health")[0] == 200
    assert call(app_server, "OPTIONS", PREDICT)[0] == 405


def test_greedy_predictions_repeat_and_begin_with_the_prompt(app_server: AppServer) -> None:
    body = {"prompt": "You: Hello!\nBob:", "temperature": "0", "max_length": "12", "repetition_penalty": 1}
    first, second = predict(app_server, body), predict(app_server, body)
    assert first["result"] == second["result"]
    assert first["result"].startswith(body["prompt"])
    assert len(first["result"]) > len(str(body["prompt"]))
    assert first["run_id"] != second["run_id"]


def test_bad_requests_are_the_apis_4xx(app_server: AppServer) -> None:
    for body, expected in [(b"{ {", 400), (b"", 400), (b"{}", 400), (b"[" * 5000, 400)]:
        status, headers, answer = call(app_server, "POST", PREDICT, body)
        assert status == expected
        assert headers["content-type"] == "application/json"
        assert json.loads(answer)["message"]
    assert call(app_server, "POST", "/pygmalion-6b-webhook/predict", b"{}")[0] == 503
    assert call(app_server, "POST", "/unknown-webhook/predict", b"{}")[0] == 404


def test_a_body_over_the_cap_is_413_announced_or_chunked(app_server: AppServer) -> None:
    head = f"POST {PREDICT} HTTP/1.1\r\nHost: localhost\r\n".encode()
    with raw(app_server, head + f"Content-Length: {MAX_BODY_BYTES + 1}\r\n\r\n".encode()) as connection:
        assert b" 413 " in connection.recv(4096).split(b"\r\n")[0]
    chunk = b"40000\r\n" + b"[" * 0x40000 + b"\r\n"
    with raw(app_server, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 5) as connection:
        assert b" 413 " in connection.recv(4096).split(b"\r\n")[0]


def test_clients_that_go_away_free_their_places_within_a_second(app_server: AppServer) -> None:
    body = json.dumps(LONG).encode()
    request = f"POST {PREDICT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    quick = {"prompt": "You: Hi\nBob:", "max_length": 1}
    predict(app_server, quick)
    # More than the engine runs at once, so that the quick request would wait for all of them.
    connections = [raw(app_server, request) for _ in range(12)]
    time.sleep(0.3)
    for connection in connections:
        connection.close()
    started = time.monotonic()
    predict(app_server, quick)
    assert time.monotonic() - started < 1


def test_probes_answer_in_milliseconds_while_the_model_writes(app_server: AppServer) -> None:
    body = json.dumps(LONG).encode()
    request = f"POST {PREDICT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    with raw(app_server, request):
        times = []
        for path in ("/health", "/ready") * 10:
            started = time.perf_counter()
            assert call(app_server, "GET", path)[0] == 200
            times.append(time.perf_counter() - started)
    assert statistics.median(times) < 0.1
