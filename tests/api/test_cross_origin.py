"""Which web pages may read the API's answers."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.served import client_of

ALLOWED = "access-control-allow-origin"
LOCAL = "http://localhost:8000"
FOREIGN = "https://lite.koboldai.net"


def preflight(client: TestClient, origin: str, headers: str = "content-type") -> Any:
    return client.options(
        "/api/v1/generate",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": headers,
            "Access-Control-Request-Private-Network": "true",
        },
    )


def is_readable(client: TestClient, origin: str, **headers: str) -> bool:
    answer = client.post("/api/v1/generate", json={"prompt": "a"}, headers={"Origin": origin, **headers})
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers.get(ALLOWED) in (None, origin)
    if ALLOWED in answer.headers:
        assert "Origin" in answer.headers["vary"]
    return ALLOWED in answer.headers


@pytest.mark.parametrize("origin", [LOCAL, "http://127.0.0.1", "https://127.0.0.2:5001", "http://[::1]:3000"])
def test_pages_of_this_machine_may_where_only_it_can_reach_the_api(origin: str) -> None:
    client = client_of(is_local=True)
    assert is_readable(client, origin)
    answer = preflight(client, origin)
    assert answer.status_code == 204
    assert answer.headers[ALLOWED] == origin
    assert answer.headers["access-control-allow-headers"] == "content-type"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-private-network"] == "true"
    assert not is_readable(client_of(), origin), "not where the network can reach it"
    assert not is_readable(client_of(is_public=True), origin)


@pytest.mark.parametrize(
    "origin",
    [FOREIGN, "null", "http://localhost.evil.example", "http://evil.example:80", "http://127.0.0.1.evil.example",
     "https://localhost@evil.example", "http://localhost:8000/x", "file://localhost"],
)  # fmt: skip
def test_other_pages_may_not(origin: str) -> None:
    client = client_of(is_local=True)
    assert not is_readable(client, origin)
    answer = preflight(client, origin)
    assert answer.status_code == 403
    assert ALLOWED not in answer.headers


def test_with_a_key_every_page_may_that_sends_it() -> None:
    client = client_of(api_keys=["k"], is_local=True)
    assert is_readable(client, FOREIGN, Authorization="Bearer k")
    assert is_readable(client, FOREIGN, Authorization="wrong"), "so that the page can read why"
    assert not is_readable(client, FOREIGN)
    assert not is_readable(client, LOCAL)
    assert preflight(client, FOREIGN, "content-type, Authorization").headers[ALLOWED] == FOREIGN
    assert preflight(client, FOREIGN).status_code == 403


def test_listed_pages_may() -> None:
    client = client_of(cors_origins=[FOREIGN])
    assert is_readable(client, FOREIGN)
    assert preflight(client, FOREIGN).status_code == 204
    assert not is_readable(client, "https://other.example")
    assert is_readable(client_of(cors_origins=["*"]), "https://other.example")


def test_a_preflight_needs_no_key_and_a_request_still_does() -> None:
    client = client_of(api_keys=["k"], cors_origins=[FOREIGN])
    assert preflight(client, FOREIGN).status_code == 204
    assert client.post("/api/v1/generate", json={"prompt": "a"}, headers={"Origin": FOREIGN}).status_code == 401


def test_requests_without_an_origin_are_left_alone() -> None:
    answer = client_of(is_local=True).get("/health")
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert client_of(is_local=True).options("/v1/models").status_code == 405


def test_streams_can_be_read_too() -> None:
    client = client_of(is_local=True)
    answer = client.post("/v1/completions", json={"prompt": "a", "stream": True}, headers={"Origin": LOCAL})
    assert answer.headers[ALLOWED] == LOCAL
    assert answer.text.endswith("data: [DONE]\n\n")
