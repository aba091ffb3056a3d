"""Which of Gradio's routes are open, over the routes that this version of it has."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr
import pytest
from fastapi.routing import iter_route_contexts
from gradio.routes import App

from pyg_ui.dialogue.character import Character
from pyg_ui.ui.endpoints.handlers import ENDPOINTS
from pyg_ui.ui.visitors.routes import OpenRoutes
from tests.ui.building import built, page_for

OPEN = {
    "/app_id", "/cancel", "/custom_component/{id}/{environment}/{type}/{file_name}",
    "/file/{path:path}", "/file={path_or_url:path}", "/heartbeat/{session_hash}", "/info", "/login_check",
    "/openapi.json", "/queue/data", "/queue/join", "/queue/status", "/reset", "/startup-events",
    "/theme.css", "/token", "/upload", "/upload_progress", "/user",
}  # fmt: skip
"""Below `/gradio_api`."""


def is_open(path: str, root: str = "") -> bool:
    """Whether a request to this path gets past the middleware."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    asyncio.run(OpenRoutes(app)({"type": "http", "path": path, "root_path": root}, receive, send))
    assert sent[0]["status"] in (200, 404)
    return bool(sent[0]["status"] == 200)


def test_every_route_of_gradios_is_open_for_a_reason() -> None:
    app = built(lambda: App.create_app(gr.Blocks(analytics_enabled=False)))
    routes = {path.removeprefix("/gradio_api").rstrip("/") for context in iter_route_contexts(app.routes)
              if (path := context.path or "").startswith("/gradio_api/")}  # fmt: skip
    assert {route for route in routes if is_open(f"/gradio_api{route}")} == OPEN


@pytest.mark.parametrize(
    "path",
    ["file=http://evil.example/a.png", "file=https://evil.example", "file=HTTP://evil.example", "file/http://a.example",
     "file=ftp://a.example", "file=/http://a.example", "file=//a.example/share", "proxy=https://a.hf.space/x",
     "file=file:///etc/passwd", "component_server", "process_recording", "deep_link", "vibe-edit", "mcp/sse"],
)  # fmt: skip
def test_no_route_takes_an_address(path: str) -> None:
    assert not is_open(f"/gradio_api/{path}")
    assert not is_open(f"//gradio_api//{path}")
    assert not is_open(f"/app/gradio_api/{path}", root="/app")


def test_the_page_itself_calls_no_event_by_a_plain_post() -> None:
    page = page_for(Character("Mira", "A baker."))
    assert [fn.name for fn in page.fns.values() if fn.fn is not None and not fn.queue] == []


def test_a_plain_post_reaches_an_event_only_by_a_public_name() -> None:
    page = page_for(Character("Mira", "A baker."))
    named = {fn.api_name: fn.api_visibility for fn in page.fns.values() if fn.fn is not None}
    assert {name for name, visibility in named.items() if visibility == "public"} == set(ENDPOINTS)
    assert len(named) > 60
    for name, visibility in named.items():
        is_public = visibility == "public"
        for path in (f"call/{name}", f"call/v2/{name}", f"call/{name}/", f"call/{name}/1f", f"call/v2/{name}/1f"):
            assert is_open(f"/gradio_api/{path}") == is_public, path
        assert not is_open(f"/gradio_api/run/{name}")
        assert not is_open(f"/gradio_api/api/{name}/")
    for path in ("call/chat/send/1", "call/chats", "call//send", "call/v2/v2/chat", "call/", "call"):
        assert not is_open(f"/gradio_api/{path}")


@pytest.mark.parametrize("path", ["/", "/config", "/login", "/logout", "/assets/a.js", "/favicon.ico", "/theme.css"])
def test_the_page_itself_is_open(path: str) -> None:
    assert is_open(path)
    assert is_open(f"/app{path}", root="/app")


@pytest.mark.parametrize("file", ["/tmp/gradio/1f/Tilda.png", "C:/Temp/gradio/a.png", "tmp/12:30.png", "a.png"])
def test_files_of_this_machine_are_served_as_before(file: str) -> None:
    assert is_open(f"/gradio_api/file={file}")
