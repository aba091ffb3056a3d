"""How often each client may ask a server that strangers use. Page and API count together."""

import math

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pyg_ui.api.mount import path_of
from pyg_ui.clients import Caps, Lines, place_of

_TOO_MANY = "You have asked for very much in a short time. Wait {seconds} s, then ask again."
_FREE = ("/assets/", "/static/")
"""The page's scripts, of which it loads a hundred at once; a page without one of them is broken."""
_TRY_AGAIN_LATER = 1013
"""The code of a WebSocket that is closed because there is too much to do."""


class Rates:
    """Counts requests by the address that they come from. As a check of the API it raises 429."""

    def __init__(self, caps: Caps | None) -> None:
        """Without `caps` nothing is counted."""
        self._caps = caps
        self._lines = Lines()

    def __call__(self, request: Request) -> None:
        """Count a request. Raises HTTPException where it is one too many."""
        refusal = self.refusal(request.scope)
        if refusal is not None:
            raise refusal

    def refusal(self, scope: Scope) -> HTTPException | None:
        """Count a request. Returns the answer if it is one too many."""
        if self._caps is None:
            return None
        client = HTTPConnection(scope).client
        key = place_of(client.host) if client else ""
        wait_s = self._lines.pass_s(key, self._caps.num_requests, self._caps.request_interval_s)
        seconds = str(math.ceil(wait_s))
        return HTTPException(429, _TOO_MANY.format(seconds=seconds), {"Retry-After": seconds}) if wait_s else None


class RatedPage:
    """ASGI middleware around the page: it counts requests and WebSockets, and refuses those that are too many."""

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self._app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_counted = scope["type"] in ("http", "websocket") and not path_of(scope).startswith(_FREE)
        refusal = self._rates.refusal(scope) if is_counted else None
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(refusal.detail, refusal.status_code, refusal.headers)(scope, receive, send)
        elif (await receive())["type"] == "websocket.connect":
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
