"""One port for two applications: requests whose path the API owns go to the API, all others to the page.

The API owns the first segment of each of its routes (`/health`, `/{id}-webhook`), whatever follows, so that it
answers its own 404 and 405. Websockets and lifespan events are the page's: the API must not rely on a lifespan.
"""

from __future__ import annotations

import re

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send


class ApiMiddleware:
    """Pure ASGI middleware around the page's application, so that disconnects reach the API undelayed."""

    def __init__(self, app: ASGIApp, api: FastAPI) -> None:
        """Raises ValueError where one of the API's routes would take the page's paths too."""
        self._app = app
        self._api = api
        self._owned = owned_segments(api)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_owned(path_of(scope)):
            await self._api(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_owned(self, path: str) -> bool:
        first = "/" + path.lstrip("/").partition("/")[0]
        return any(pattern.match(first) for pattern in self._owned)


def owned_segments(api: FastAPI) -> tuple[re.Pattern[str], ...]:
    """One pattern for each different first segment of the API's routes. Raises ValueError for a greedy one."""
    paths = [context.path or "/" for context in iter_route_contexts(api.routes)]
    segments = sorted({path.split("/")[1] for path in paths})
    for segment in segments:
        if not re.sub(r"\{.*?\}", "", segment):
            raise ValueError(f"A route of the API begins with {'/' + segment!r}: it would take the page's paths.")
    return tuple(compile_path("/" + segment)[0] for segment in segments)


def path_of(scope: Scope) -> str:
    """A request's path below the application's root, which a proxy may have moved."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    return path[len(root) :] if root and path.startswith(root + "/") else path
