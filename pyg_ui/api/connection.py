"""Work for a client that may go away: answers that are awaited, and streams of server-sent events.

When the client disconnects, the work is cancelled. FastAPI itself lets a handler run on after a disconnect.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from pyg_ui.engine.engine import Generation
from pyg_ui.service.side_by_side import cancel_all

Result = TypeVar("Result")

STREAMED: dict[str, Any] = {
    "description": "Whole, or as server-sent events while it is written.",
    "content": {"text/event-stream": {}},
}
"""How the documentation describes an answer that may be streamed."""


async def while_connected(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """Do `work` and return its result. If the client goes away, cancel it and raise ClientDisconnect.

    Call it after the request's body has been read, because it drops what `receive` still brings.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class EventStream(StreamingResponse):
    """Sends events as they come. It cancels the generations when the client goes away, even before the first event."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None], generations: Sequence[Generation]) -> None:
        """`events` must handle failures itself, because the status has been sent when they occur."""
        super().__init__(events, headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        self._events = events
        self._generations = generations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with aclosing(self._events):
                with suppress(ClientDisconnect):
                    await while_connected(receive, self.stream_response(send))
        finally:
            cancel_all(self._generations)


def event(data: str, name: str | None = None) -> bytes:
    """One event; `data` must be a single line."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {data}\n\n".encode()
