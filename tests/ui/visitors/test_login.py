"""A page with a login: nothing of it is open to who has not signed in, whatever they send as a sign of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import gradio as gr
import pytest
from fastapi.routing import iter_route_contexts
from gradio.routes import App
from starlette.testclient import TestClient

from pyg_ui.ui.visitors.routes import OpenRoutes
from tests.ui.building import built

BEFORE = {
    "/", "/login", "/logout", "/favicon.ico", "/robots.txt", "/manifest.json", "/theme.css", "/pwa_icon",
    "/openapi.json", "/pwa_icon/{size}", "/assets/{path:path}", "/static/{path:path}", "/svelte/{path:path}",
    *(f"/gradio_api/{name}" for name in ("app_id", "user", "token", "startup-events", "theme.css", "reset", "cancel")),
    "/gradio_api/heartbeat/{session_hash}",
    "/gradio_api/custom_component/{id}/{environment}/{type}/{file_name}",
}  # fmt: skip
"""What the page that asks for a password is made of, and what does nothing without the secret of a page."""


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    def build() -> App:
        with gr.Blocks(analytics_enabled=False) as page:
            gr.Textbox("A secret of the page's.").submit(lambda: "x", None, None, api_name="act")
        page.auth, page.auth_message = [("ann", "pässword")], None
        return App.create_app(page)

    app = built(build)
    app.add_middleware(OpenRoutes)
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("token", [None, "", "wrong", "ключ".encode().decode("latin-1"), "\xff"])
def test_every_route_wants_a_login_unless_it_is_listed(client: TestClient, token: str | None) -> None:
    names = [f"access-token{end}" for end in (f"-{client.app.cookie_id}", f"-unsecure-{client.app.cookie_id}", "")]
    headers = {} if token is None else {"Cookie": "; ".join(f"{name}={token}" for name in names).encode("latin-1")}
    found, asked = {}, 0
    for context in iter_route_contexts(client.app.routes):
        path = (context.path or "/").rstrip("/") or "/"
        if path in BEFORE:
            continue
        for method in context.methods or ["GET"]:
            answer = client.request(method, re.sub(r"\{[^}]*\}", "x", context.path or "/"), headers=headers, json={})
            found[method, path], asked = answer.status_code, asked + 1
            assert "A secret" not in answer.text
    assert asked > 50
    assert {each: status for each, status in found.items() if status not in (401, 404, 405)} == {}


def test_the_page_itself_shows_the_sign_in_only(client: TestClient) -> None:
    assert "A secret" not in client.get("/").text
    assert client.post("/login", data={"username": "ann", "password": "pässword"}).status_code == 200
    assert "A secret" in client.get("/config").text
    client.cookies.clear()
