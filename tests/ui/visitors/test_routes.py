"""Which of Gradio's routes are open, over the routes that this version of it has."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr
import pytest
from fastapi.routing import iter_route_contexts
from gradio.routes import App

from pyg_ui.ui.visitors.routes import OpenRoutes
from tests.ui.building import built

OPEN = {
    "/api/{api_name}", "/app_id", "/call/v2/{api_name}", "/call/v2/{api_name}/{event_id}", "/call/{api_name}",
    "/call/{api_name}/{event_id}", "/cancel", "/custom_component/{id}/{environment}/{type}/{file_name}",
    "/file/{path:path}", "/file={path_or_url:path}", "/heartbeat/{session_hash}", "/info", "/login_check",
    "/openapi.json", "/queue/data", "/queue/join", "/queue/status", "/reset", "/run/{api_name}", "/startup-events",
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


@pytest.mark.parametrize("path", ["/", "/config", "/login", "/logout", "/assets/a.js", "/favicon.ico", "/theme.css"])
def test_the_page_itself_is_open(path: str) -> None:
    assert is_open(path)
    assert is_open(f"/app{path}", root="/app")


@pytest.mark.parametrize("file", ["/tmp/gradio/1f/Tilda.png", "C:/Temp/gradio/a.png", "tmp/12:30.png", "a.png"])
def test_files_of_this_machine_are_served_as_before(file: str) -> None:
    assert is_open(f"/gradio_api/file={file}")
