"""How long a request may take to arrive. Without a limit, whoever sends half of one holds a connection for ever.

The server is uvicorn, which limits only the pause between two requests. `ArrivalLimit` limits bodies, which the
application reads; `StalledConnections` limits what comes before, which only the server sees.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE_S = 20.0
"""How long a request's headers may take. The server waits as long for its body, and longer for a large one."""
MIN_BYTES_PER_S = 1_000
"""For each so many bytes of its body that have come, a request gets one second more."""
_EVERY_S = 1.0
_TOO_SLOW = "The request took too long to arrive."


class ArrivalLimit:
    """ASGI middleware that answers 408 to a request whose body does not arrive, and closes its connection."""

    def __init__(self, app: ASGIApp, patience_s: float = PATIENCE_S) -> None:
        self._app = app
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        arrival = _Arrival(scope, receive, send, self._patience_s)
        try:
            await self._app(scope, arrival.receive, arrival.send)
        except Exception:
            if not arrival.is_given_up:
                raise


class _Arrival:
    """The arrival of one request's body. Only the time counts in which the application waits for it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, patience_s: float) -> None:
        self.is_given_up = False
        self._scope, self._receive, self._send = scope, receive, send
        self._left_s = patience_s
        self._is_whole = False
        self._is_answered = False

    async def receive(self) -> Message:
        """The next message of the request; a disconnect once it was given up."""
        if self._is_whole:
            return await self._receive()
        begun = time.monotonic()
        try:
            async with asyncio.timeout(0 if self.is_given_up else self._left_s):
                message = await self._receive()
        except TimeoutError:
            await self._give_up()
            return {"type": "http.disconnect"}
        self._left_s += len(message.get("body", b"")) / MIN_BYTES_PER_S - (time.monotonic() - begun)
        self._is_whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, unless the request was given up."""
        if not self.is_given_up:
            self._is_answered = True
            await self._send(message)

    async def _give_up(self) -> None:
        if not self.is_given_up:
            self.is_given_up = True
            if not self._is_answered:
                answer = PlainTextResponse(_TOO_SLOW, 408, {"Connection": "close"})
                await answer(self._scope, self._receive, self._send)


class StalledConnections:
    """Closes uvicorn's connections on which a request has begun, or none yet, and its headers do not arrive."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._waiting: dict[Any, tuple[Any, float]] = {}
        """For each connection without a request: the last one, and since when the next one is awaited."""

    async def watch(self, connections: Callable[[], Iterable[Any]], every_s: float = _EVERY_S) -> None:
        """Look at all connections again and again, until this is cancelled. Runs in the server's own loop."""
        while True:
            await asyncio.sleep(every_s)
            self._close_stalled(list(connections()), time.monotonic())

    def _close_stalled(self, connections: Iterable[Any], now: float) -> None:
        found: dict[Any, tuple[Any, float]] = {}
        for connection in filter(_is_waiting, connections):
            known = self._waiting.get(connection)
            is_same = known is not None and known[0] is connection.cycle
            found[connection] = known if known is not None and is_same else (connection.cycle, now)
        self._waiting = found
        for connection, (_, since) in found.items():
            if now - since >= self._patience_s:
                connection.transport.close()


def _is_waiting(connection: Any) -> bool:
    """Whether the connection has no request, or some of its headers. WebSockets and idle ones have other limits."""
    if getattr(connection, "timeout_keep_alive_task", True) is not None:
        return False
    return connection.cycle is None or connection.cycle.response_complete
