"""Serves two applications on one port: the API gets the requests whose path it owns, the page gets all others.

The API owns the first segment of each of its routes (`/health`, `/{id}-webhook`) with everything below it, so that it
answers 404 and 405 there itself. Websockets and lifespan events go to the page: the API must not rely on a lifespan.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send


class ApiMiddleware:
    """Pure ASGI middleware around the page's application. So the API sees disconnects without delay."""

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


def around_page(
    wrapped: Callable[[ASGIApp], ASGIApp], beside: Callable[[], Coroutine[Any, Any, None]]
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """A lifespan for the page's application that puts middleware around all of its own, and runs a task beside it.

    Gradio puts its own middleware around all that it is given. It answers every preflight request and marks answers as
    readable by its own rule of origins; neither the API's requests nor those of other web pages may reach it.
    """

    @asynccontextmanager
    async def lifespan(page: Starlette) -> AsyncGenerator[None, None]:
        assert page.middleware_stack is not None, "this event came through it"
        page.middleware_stack = wrapped(page.middleware_stack)
        task = asyncio.create_task(beside())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return lifespan


def owned_segments(api: FastAPI) -> tuple[re.Pattern[str], ...]:
    """One pattern for each different first segment of the API's routes. Raises ValueError for a greedy one."""
    paths = [context.path or "/" for context in iter_route_contexts(api.routes)]
    segments = sorted({path.split("/")[1] for path in paths})
    for segment in segments:
        if not re.sub(r"\{.*?\}", "", segment):
            raise ValueError(f"A route of the API begins with {'/' + segment!r}: it would take the page's paths.")
    return tuple(compile_path("/" + segment)[0] for segment in segments)


def path_of(scope: Scope) -> str:
    """A request's path below the application's root path, which a proxy may set."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    return path[len(root) :] if root and path.startswith(root + "/") else path
