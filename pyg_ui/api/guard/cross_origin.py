"""CORS headers: they tell browsers which web pages may read the API's answers. `origins` holds the rule.

Only the API's routes get these headers. The page's own check of origins stays as it is.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pyg_ui.api.guard.origins import NOT_ALLOWED, OriginRule

_PREFLIGHT_VALID_S = 600


class CrossOrigin:
    """ASGI middleware. It answers preflight requests, and adds the headers to answers that a page may read."""

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
            return Response(NOT_ALLOWED, 403)
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
