"""Which web pages of other origins may read the API's answers (CORS). Never with cookies: a key is sent by header.

Pages of this machine may where anybody on it may use the API anyway; with keys, any page whose request carries one;
and those that the server's owner lists. Scoped to the API: the page's own guard of origins stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOOPBACK = re.compile(r"https?://(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_PREFLIGHT_VALID_S = 600


@dataclass(frozen=True, slots=True)
class OriginRule:
    """Whose pages may read the API's answers."""

    listed: Sequence[str] = ()
    """Origins such as `https://lite.koboldai.net`; `*` stands for all."""
    has_keys: bool = False
    """Whether the API wants a key."""
    is_local: bool = False
    """Whether only this machine can reach the API."""

    def allows(self, origin: str, *, sends_key: bool) -> bool:
        """Whether a page of this origin may read the answer to a request."""
        if "*" in self.listed or origin in self.listed:
            return True
        if self.has_keys:
            return sends_key
        return self.is_local and _LOOPBACK.fullmatch(origin) is not None


class CrossOrigin:
    """ASGI middleware that answers browsers' preflight requests and marks the answers that pages may read."""

    def __init__(self, app: ASGIApp, rule: OriginRule) -> None:
        self._app = app
        self._rule = rule

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")
        if origin is None:
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._preflight(origin, headers)(scope, receive, send)
        else:
            is_allowed = self._rule.allows(origin, sends_key="authorization" in headers)
            await self._app(scope, receive, _marking(send, origin) if is_allowed else send)

    def _preflight(self, origin: str, headers: Headers) -> Response:
        wanted = headers.get("access-control-request-headers", "")
        names = [name.strip().lower() for name in wanted.split(",")]
        if not self._rule.allows(origin, sends_key="authorization" in names):
            return Response("This origin may not use the API. Its owner can allow it: --cors-origin.", 403)
        answer = Response(status_code=204, headers={
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Max-Age": str(_PREFLIGHT_VALID_S),
            "Vary": "Origin, Access-Control-Request-Headers",
        })  # fmt: skip
        if wanted:
            answer.headers["Access-Control-Allow-Headers"] = wanted
        if headers.get("access-control-request-private-network") == "true":
            answer.headers["Access-Control-Allow-Private-Network"] = "true"
        return answer


def _marking(send: Send, origin: str) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "Retry-After"
            headers.add_vary_header("Origin")
        await send(message)

    return marked
