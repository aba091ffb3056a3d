"""Requests that do not arrive, sent to a real server by sockets. No test waits for a time: the server ends each."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from pyg_ui.api.guard.patience import ArrivalLimit, StalledConnections

HEAD = b"POST /whole HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
NUM = 40


async def whole(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def slow(request: Request) -> StreamingResponse:
    async def pieces() -> AsyncGenerator[str, None]:
        for _ in range(8):
            await asyncio.sleep(0.2)
            yield "."

    return StreamingResponse(pieces())


async def unread(request: Request) -> PlainTextResponse:
    return PlainTextResponse("enough")


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())


@contextmanager
def server(patience_s: float) -> Iterator[int]:
    """A server with this patience; its port."""
    watched: list[uvicorn.Server] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        stalled = StalledConnections(patience_s)
        task = asyncio.create_task(stalled.watch(lambda: watched[0].server_state.connections, patience_s / 4))
        yield
        task.cancel()

    routes = [
        Route("/whole", whole, methods=["POST"]), Route("/slow", slow), Route("/unread", unread, methods=["POST"]),
        WebSocketRoute("/echo", echo),
    ]  # fmt: skip
    app = ArrivalLimit(Starlette(routes=routes, lifespan=lifespan), patience_s)
    listening = socket.create_server(("127.0.0.1", 0))
    watched.append(uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_keep_alive=60)))
    thread = threading.Thread(target=watched[0].run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        watched[0].should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    """The port of a server that waits for a fifth of a second: too short for requests that are to be answered."""
    with server(0.2) as port:
        yield port


@pytest.fixture(scope="module")
def calm() -> Iterator[int]:
    """The port of a server that waits for a second."""
    with server(1.0) as port:
        yield port


def begin(port: int, data: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(data)
    return connection


def rest(connection: socket.socket) -> bytes:
    """All that still comes, until the server closes the connection."""
    found = b""
    with connection:
        while piece := connection.recv(65_536):
            found += piece
    return found


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nHost: loc", b"GET /slow HTTP/1.1\r\n"])
def test_connections_without_whole_headers_are_closed(hasty: int, sent: bytes) -> None:
    for connection in [begin(hasty, sent) for _ in range(NUM)]:
        assert rest(connection) == b""


def test_connections_whose_body_does_not_come_are_answered_and_closed(hasty: int) -> None:
    chunked = HEAD.replace(b"Content-Length: ", b"Transfer-Encoding: chunked\r\n\r\n5\r\nab")
    for connection in [begin(hasty, sent) for sent in (HEAD + b"10\r\n\r\nabc", chunked) for _ in range(NUM)]:
        assert b" 408 " in rest(connection).split(b"\r\n")[0]


@pytest.mark.parametrize(
    ("first", "more"),
    [(HEAD + b"3\r\n\r\nabc", b"GET /slow HTTP/1.1\r\n"), (HEAD.replace(b"whole", b"unread") + b"9\r\n\r\nabc", b"d")],
    ids=["half of a second request", "more of a body that nobody reads"],
)
def test_what_comes_after_an_answer_has_no_more_time(calm: int, first: bytes, more: bytes) -> None:
    connection = begin(calm, first)
    assert connection.recv(12) == b"HTTP/1.1 200"
    while not connection.recv(65_536).endswith((b"3", b"enough")):
        pass
    connection.sendall(more)
    assert rest(connection) == b""


def test_a_body_that_drips_is_given_up(hasty: int) -> None:
    connection, gone = begin(hasty, HEAD + b"1000000\r\n\r\n"), threading.Event()

    def drip() -> None:
        while not gone.wait(0.01):
            try:
                connection.sendall(b"x")
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        answer = connection.recv(12)
    except ConnectionResetError:
        answer = b"HTTP/1.1 408"
    assert answer == b"HTTP/1.1 408"
    gone.set()
    thread.join()
    connection.close()


def test_a_large_body_gets_the_time_that_its_size_takes(calm: int) -> None:
    connection = begin(calm, HEAD + b"20010\r\nConnection: close\r\n\r\n" + b"x" * 20_000)
    threading.Event().wait(1.5)
    connection.sendall(b"y" * 10)
    assert rest(connection).endswith(b"20010")


def test_answers_and_sockets_may_take_longer(calm: int) -> None:
    asked = b"GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert rest(begin(calm, asked)).count(b"\r\n.\r\n") == 8
    with connect(f"ws://127.0.0.1:{calm}/echo") as websocket:
        threading.Event().wait(1.5)
        websocket.send("still here")
        assert websocket.recv() == "still here"
