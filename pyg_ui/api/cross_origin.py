"""Which web pages may use the API: read its answers (CORS), and, where no key protects it, ask it at all.

Pages of this machine may where anybody on it may use the API anyway; with keys, any page whose request carries one;
and those that the server's owner lists. Never with cookies: a key is sent by header. A browser sends what any page
asks it to, even where that page cannot read the answer, and a page's host name can be made to point here (DNS
rebinding): without keys both are refused. Scoped to the API: the page's own guard of origins stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pyg_ui.api.auth import OPEN_PATHS
from pyg_ui.api.mount import path_of

_LOOPBACK_HOST = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_LOOPBACK_ORIGIN = re.compile(rf"https?://{_LOOPBACK_HOST.pattern}", re.IGNORECASE)
_PREFLIGHT_VALID_S = 600
_NOT_ALLOWED = "This web page may not use the API. The server's owner can allow its origin with --cors-origin."
_NOT_THIS_MACHINE = (
    "This server answers by the names of this machine only, such as 127.0.0.1 and localhost. Its owner can allow "
    "another name with --cors-origin http://NAME, or set --api-key."
)


@dataclass(frozen=True, slots=True)
class OriginRule:
    """Whose pages may use the API."""

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
        return self.is_local and _LOOPBACK_ORIGIN.fullmatch(origin) is not None

    def answers_to(self, host: str) -> bool:
        """Whether a request to this host, as the client wrote it, is meant for this server."""
        if self.has_keys or not self.is_local or "*" in self.listed:
            return True
        return _LOOPBACK_HOST.fullmatch(host) is not None or host.lower() in map(_host_of, self.listed)

    def admits(self, origin: str, host: str) -> bool:
        """Whether a page of this origin may send a request at all."""
        return self.has_keys or _host_of(origin) == host or self.allows(origin, sends_key=False)


class OriginCheck:
    """A dependency of the whole application: raises 403 for a request of a page that may not use the API."""

    def __init__(self, rule: OriginRule) -> None:
        self._rule = rule

    async def __call__(self, request: Request) -> None:
        if path_of(request.scope) in OPEN_PATHS:
            return
        host, origin = request.headers.get("host"), request.headers.get("origin")
        if host is not None and not self._rule.answers_to(host):
            raise HTTPException(403, _NOT_THIS_MACHINE)
        if origin is not None and not self._rule.admits(origin, host or ""):
            raise HTTPException(403, _NOT_ALLOWED)


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
            return Response(_NOT_ALLOWED, 403)
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


def _host_of(origin: str) -> str:
    """The host and port of an origin, as they stand in the header `Host`; "" where it has none."""
    _, separator, host = origin.partition("://")
    return host if separator else ""


def _marking(send: Send, origin: str) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "Retry-After"
            headers.add_vary_header("Origin")
        await send(message)

    return marked
