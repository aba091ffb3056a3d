"""One port, two applications: who gets which request."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from pyg_ui.api.application import build_api
from pyg_ui.api.mount import ApiMiddleware, path_of
from tests.api.served import manager_of
from tests.fakes import FakeEngine

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse("page", headers={"X-From": "page"})


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("page")
    await websocket.close()


@pytest.fixture(scope="module")
def client() -> TestClient:
    api = build_api(models=manager_of(FakeEngine()))

    @api.get("/broken-webhook/now")
    async def broken() -> None:
        raise RuntimeError("secret")

    routes = [WebSocketRoute("/health", socket), Route("/{path:path}", page, methods=METHODS)]
    return TestClient(
        Starlette(routes=routes, middleware=[Middleware(ApiMiddleware, api=api)]), raise_server_exceptions=False
    )


@pytest.mark.parametrize(
    "path",
    ["/", "/config", "/theme.css", "/queue/join", "/queue/data?session_hash=x", "/gradio_api/info",
     "/gradio_api/queue/join", "/gradio_api/docs", "/assets/index.js", "/static/health", "/login", "/favicon.ico",
     "/healthy", "/readyz", "/docs2", "/demo-neo-webhooks/predict", "/page/health", "/webhook/predict", "/apis",
     "/v12/models"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_page_keeps_its_paths(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path).headers.get("x-from") == "page"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("HEAD", "/health", 200),
        ("DELETE", "/health", 405),
        ("GET", "/health/more", 404),
        ("GET", "/ready", 200),
        ("GET", "/docs", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/demo-neo-webhook/predict", 405),
        ("HEAD", "/demo-neo-webhook/predict", 405),
        ("OPTIONS", "/demo-neo-webhook/predict", 405),
        ("POST", "/demo-neo-webhook/predict", 400),
        ("POST", "/nobody-webhook/predict", 404),
        ("POST", "/demo-neo-webhook", 404),
        ("POST", "/demo-neo-webhook/other", 404),
        ("POST", "/demo-neo-webhook/predict/", 400),
        ("GET", "/broken-webhook/now", 500),
        ("GET", "/v1/models", 200),
        ("GET", "/v1", 404),
        ("POST", "/v1/no/such/thing", 404),
        ("GET", "/v1/chat/completions", 405),
        ("GET", "/api/v1/model", 200),
        ("GET", "/api", 404),
        ("PUT", "/api/extra/abort", 405),
    ],
)
def test_the_api_answers_all_below_its_first_segments(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert "x-from" not in answer.headers
    assert answer.status_code == status
    if status >= 400 and method != "HEAD":
        assert "message" in answer.text or "msg" in answer.text
        assert "secret" not in answer.text


def test_websockets_are_left_alone(client: TestClient) -> None:
    with client.websocket_connect("/health") as websocket:
        assert websocket.receive_text() == "page"


@pytest.mark.parametrize("path", ["/", "/{anything}", "/{path:path}"])
def test_a_route_that_would_swallow_the_page_is_refused(path: str) -> None:
    api = FastAPI()
    api.add_api_route(path, lambda: None)
    with pytest.raises(ValueError, match="page's paths"):
        ApiMiddleware(Starlette(), api)


@pytest.mark.parametrize(
    ("root", "path", "below"),
    [("", "/health", "/health"), ("/app", "/app/health", "/health"), ("/app/", "/app/health", "/health"),
     ("/app", "/health", "/health"), ("/app", "/apple/health", "/apple/health")],
)  # fmt: skip
def test_a_proxys_root_is_taken_off_a_path(root: str, path: str, below: str) -> None:
    assert path_of({"type": "http", "path": path, "root_path": root}) == below
