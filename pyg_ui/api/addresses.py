"""Gives requests the one form that routes know: no slash at a path's end, none twice, and GET in place of HEAD.

So every route answers at its address with a trailing slash too, and every GET route answers HEAD.
"""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class PlainAddresses:
    """ASGI middleware. It must stand around everything that looks at a request's path or method."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        plain: Scope = {**scope, "path": plain_path(scope["path"])}
        if scope["method"] == "HEAD":
            plain["method"], send = "GET", _without_body(send)
        await self._app(plain, receive, send)


def plain_path(path: str) -> str:
    """The path without empty segments; "/" for the root."""
    return re.sub("/{2,}", "/", path).rstrip("/") or "/"


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_head
