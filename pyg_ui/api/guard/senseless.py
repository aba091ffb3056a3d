"""What the page's own routes answer to requests that they cannot make sense of: 422, and not a word in the log.

Gradio's routes expect what its own client sends. To anything else they fail, or repeat it, and the log fills up.
"""

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pyg_ui.api.errors import failure_of
from pyg_ui.api.mount import path_of

FAILURES = (RequestValidationError, LookupError, TypeError, ValueError)
"""What Gradio's routes raise while they read a request."""
_EVENTS = tuple(f"/gradio_api/{name}/" for name in ("api", "call", "queue", "run"))
"""Routes that take events. What a handler of ours raises is told as the event's result, so it never comes from them."""


async def refuse_senseless(request: Request, error: Exception) -> Response:
    """The answer to a request over which a route has failed. Raises the error again where that says something else."""
    if isinstance(error, RequestValidationError):
        return JSONResponse({"detail": failure_of(error).message}, 422)
    if path_of(request.scope).startswith(_EVENTS):
        return JSONResponse({"detail": "This page has no such event, or it takes other values."}, 422)
    raise error


class EndedStreams:
    """ASGI middleware that ends a stream whose route refuses the request only after it has begun to answer.

    Gradio does so for an event or a page that it does not know. It has said so in the stream by then.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except RuntimeError as error:
            if not isinstance(error.__cause__, HTTPException):
                raise
            await send({"type": "http.response.body", "body": b""})
