"""Server-sent events: a reply that is sent while it is written, for as long as its client listens."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pyg_ui.api.disconnect import while_connected
from pyg_ui.engine.engine import Generation
from pyg_ui.service.side_by_side import cancel_all

STREAMED: dict[str, Any] = {
    "description": "Whole, or as server-sent events while it is written.",
    "content": {"text/event-stream": {}},
}
"""How the documentation describes an answer that may be streamed."""


class EventStream(Response):
    """Sends events as they come. When the client goes away the generations are cancelled, even before any event."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None], generations: Sequence[Generation]) -> None:
        """`events` must answer failures by itself: the status was sent when they occur."""
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._generations = generations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with suppress(ClientDisconnect):
                await while_connected(receive, self._send(send))
        finally:
            cancel_all(self._generations)

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._events) as events:
            async for event in events:
                await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def event(data: str, name: str | None = None) -> bytes:
    """One event; `data` must be a single line."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {data}\n\n".encode()
