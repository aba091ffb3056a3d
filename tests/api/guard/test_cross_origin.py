"""Which web pages may use the API, and read its answers."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.served import INFO, PREDICT, client_of
from tests.fakes import FakeEngine

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


def ask(client: TestClient, headers: dict[str, str]) -> Any:
    return client.post("/api/v1/generate", json={"prompt": "a"}, headers=headers)


def is_readable(client: TestClient, origin: str, **headers: str) -> bool:
    answer = ask(client, {"Origin": origin, **headers})
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


OTHERS = [
    {"Origin": FOREIGN},
    {"Origin": "null"},
    {"Host": "evil.example:7860"},
    {"Host": "evil.example:7860", "Origin": "http://evil.example:7860"},
    {"Host": "localhost.evil.example"},
]


@pytest.mark.parametrize("headers", OTHERS)
def test_other_pages_may_not_even_ask_where_no_key_protects_this_machine(headers: dict[str, str]) -> None:
    engine = FakeEngine(model=INFO)
    client = client_of(engine, is_local=True)
    for path, shape in [("/api/v1/generate", "detail"), ("/v1/completions", "error"), (PREDICT, "message")]:
        answer = client.post(path, json={"prompt": "a"}, headers=headers)
        assert answer.status_code == 403
        assert "--cors-origin" in str(answer.json()[shape])
    assert engine.requests == []
    assert client.get("/health", headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "[::1]:7860", "LOCALHOST"])
def test_this_machine_has_several_names(host: str) -> None:
    assert ask(client_of(is_local=True), {"Host": host}).status_code == 200
    assert ask(client_of(is_local=True), {"Host": host, "Origin": f"http://{host}"}).status_code == 200


def test_where_the_network_reaches_it_only_pages_of_its_own_address_may_ask() -> None:
    client = client_of()
    assert ask(client, {"Host": "pc.lan:7860"}).status_code == 200
    assert ask(client, {"Host": "pc.lan:7860", "Origin": "http://pc.lan:7860"}).status_code == 200
    assert ask(client, {"Host": "pc.lan:7860", "Origin": FOREIGN}).status_code == 403


def test_a_key_or_the_owners_list_lets_them_ask() -> None:
    for headers in OTHERS:
        assert ask(client_of(is_local=True, api_keys=["k"]), {**headers, "Authorization": "k"}).status_code == 200
        assert ask(client_of(is_local=True, cors_origins=["*"]), headers).status_code == 200
    listed = client_of(is_local=True, cors_origins=["https://chat.example", FOREIGN])
    assert ask(listed, {"Host": "chat.example", "Origin": "https://chat.example"}).status_code == 200
    assert ask(listed, {"Origin": FOREIGN}).status_code == 200
    assert ask(listed, {"Host": "evil.example"}).status_code == 403


def test_requests_without_an_origin_are_left_alone() -> None:
    answer = client_of(is_local=True).get("/health")
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert client_of(is_local=True).options("/v1/models").status_code == 405


def test_streams_can_be_read_too() -> None:
    client = client_of(is_local=True)
    answer = client.post("/v1/completions", json={"prompt": "a", "stream": True}, headers={"Origin": LOCAL})
    assert answer.headers[ALLOWED] == LOCAL
    assert answer.text.endswith("data: [DONE]\n\n")
