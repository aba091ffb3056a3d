"""Addresses with surplus slashes, and the method HEAD, are served by every route."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from pyg_ui.api.addresses import plain_path
from pyg_ui.api.application import build_api
from tests.api.served import ADDRESS, INFO, client_of, manager_of
from tests.fakes import FakeEngine

ROUTES = sorted(
    (re.sub(r"\{.*?\}", "demo-neo", context.path), method)
    for context in iter_route_contexts(build_api(models=manager_of(FakeEngine(model=INFO))).routes)
    if context.path
    for method in context.methods or ()
)
GET_PATHS = [path for path, method in ROUTES if method == "GET"]


@pytest.fixture(scope="module")
def client() -> TestClient:
    return client_of()


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_every_route_answers_with_a_slash_at_its_end(client: TestClient, path: str, method: str) -> None:
    body = {"prompt": "a", "messages": [{"role": "user", "content": "a"}], "max_tokens": 1}
    plain, slashed = (client.request(method, path + end, json=body, follow_redirects=False) for end in ("", "/"))
    assert slashed.status_code == plain.status_code < 400
    assert slashed.headers["content-type"] == plain.headers["content-type"]


@pytest.mark.parametrize("path", ["//v1/models", "/v1//models//", "/api/v1/model//", "//health"])
def test_empty_segments_are_left_out(client: TestClient, path: str) -> None:
    assert client.get(ADDRESS + path).status_code == 200


@pytest.mark.parametrize("path", GET_PATHS)
def test_every_get_route_answers_head_without_a_body(client: TestClient, path: str) -> None:
    answer, whole = client.head(path), client.get(path)
    assert answer.status_code == whole.status_code
    assert answer.content == b""
    assert answer.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("path", ["/v1/completions", "/api/v1/generate/", "/demo-neo-webhook/predict"])
def test_head_is_refused_where_get_is(client: TestClient, path: str) -> None:
    answer = client.head(path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/v1/models/", "/metrics/"])
def test_a_slash_does_not_lead_around_the_key(path: str) -> None:
    client = client_of(api_keys=["k"])
    assert client.get(path).status_code == client.head(path).status_code == 401
    assert client.get("/health/").status_code == client.get("/ready/").status_code == 200


@pytest.mark.parametrize(
    ("path", "plain"), [("/", "/"), ("//", "/"), ("", "/"), ("/a/", "/a"), ("//a///b//", "/a/b"), ("/a b/", "/a b")]
)
def test_a_path_becomes_plain(path: str, plain: str) -> None:
    assert plain_path(path) == plain
