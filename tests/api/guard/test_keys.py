"""Who may use the API."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.api.guard.access import OPEN_PATHS, Access
from pyg_ui.errors import SettingsError
from tests.api.served import PREDICT, client_of, manager_of, post
from tests.fakes import FakeEngine

KEYS = ("key-one", "schlüssel", "ключ")


def authorised(value: bytes) -> int:
    headers = {b"Authorization": value} if value else {}
    return int(post(client_of(api_keys=KEYS), {"prompt": "a"}, headers=headers).status_code)


@pytest.mark.parametrize("key", [key.encode() for key in KEYS] + ["schlüssel".encode("latin-1")])
@pytest.mark.parametrize("scheme", [b"", b"Bearer ", b"bearer ", b"BEARER   "])
def test_each_key_opens_raw_or_as_bearer(scheme: bytes, key: bytes) -> None:
    assert authorised(scheme + key) == 200


@pytest.mark.parametrize(
    "value",
    [b"", b"Bearer", b"Bearer ", b"key-on", b"key-one2", b"KEY-ONE", b"Basic key-one", b"Bearer key-one x", b"????",
     b"key-one,schl\xfcssel", b"\xff\xfe", b"null", b"Bearer Bearer key-one"],
)  # fmt: skip
def test_anything_else_is_401_in_the_dialects_shape(value: bytes) -> None:
    headers = {b"Authorization": value} if value else {}
    answer = post(client_of(api_keys=KEYS), {"prompt": "a"}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert set(answer.json()) == {"run_id", "run_time_ms", "message", "result"}
    assert not any(key in answer.text for key in KEYS)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (PREDICT, {"message"}),
        ("/v1/completions", {"error", "message"}),
        ("/v1/chat/completions", {"error", "message"}),
        ("/api/v1/generate", {"detail", "msg"}),
        ("/api/extra/generate/stream", {"detail", "msg"}),
        ("/api/extra/tokencount", {"detail", "msg"}),
    ],
)
def test_each_dialect_refuses_in_its_own_shape(path: str, keys: set[str]) -> None:
    answer = client_of(api_keys=KEYS).post(path, json={"prompt": "a"})
    assert answer.status_code == 401
    first, *rest = [answer.json(), *[value for value in answer.json().values() if isinstance(value, dict)]]
    assert keys <= set(first).union(*rest)
    assert "--api-key" in answer.text


def test_the_key_is_asked_for_before_the_body_is_judged() -> None:
    assert post(client_of(api_keys=KEYS), b"{{").status_code == 401


def test_without_keys_everybody_may_come_in() -> None:
    assert post(client_of(), {"prompt": "a"}).status_code == 200
    assert post(client_of(), {"prompt": "a"}, headers={"Authorization": "Bearer whatever"}).status_code == 200


def test_a_public_server_without_keys_answers_nobody_and_says_why() -> None:
    client = client_of(is_public=True)
    for headers in ({}, {"Authorization": "x"}, {"Authorization": ""}):
        answer = post(client, {"prompt": "a"}, headers=headers)
        assert answer.status_code == 401
        assert "--api-key" in answer.json()["message"]
    assert client.get("/health").status_code == 200
    assert client.get("/ready").status_code == 200


def test_a_public_server_with_a_key_opens_to_it() -> None:
    client = client_of(is_public=True, api_keys=["k"])
    assert post(client, {"prompt": "a"}).status_code == 401
    assert post(client, {"prompt": "a"}, headers={"Authorization": "k"}).status_code == 200


@pytest.mark.parametrize("keys", [[""], ["k", " "]])
def test_an_empty_key_is_refused_at_the_start(keys: list[str]) -> None:
    with pytest.raises(SettingsError):
        client_of(api_keys=keys)


@pytest.mark.parametrize("access", [Access(api_keys=["k"]), Access(is_public=True)])
@pytest.mark.parametrize("key", [None, b"", b"wrong", b"Bearer wrong", "Bearer ключ".encode(), b"Bearer \xff"])
def test_every_route_wants_a_key_unless_it_is_listed(access: Access, key: bytes | None) -> None:
    api = build_api(models=manager_of(FakeEngine()), access=access)

    @api.get("/added-later/{name}")
    async def added_later(name: str) -> str:
        return name

    client = TestClient(api)
    seen = set()
    for context in iter_route_contexts(api.routes):
        assert context.path is not None
        seen.add(context.path)
        for method in context.methods or ():
            headers = {} if key is None else {b"Authorization": key}
            answer = client.request(method, re.sub(r"\{[^}]*\}", "x", context.path), headers=headers)
            if context.path in OPEN_PATHS:
                assert answer.status_code == 200
            else:
                assert answer.status_code == 401, (method, context.path)
    assert seen >= {
        *OPEN_PATHS,
        "/{model_id}-webhook/predict",
        "/v1/models",
        "/v1/chat/completions",
        "/api/extra/abort",
        "/added-later/{name}",
    }


@pytest.mark.parametrize("path", [PREDICT + "/", "//health", "/health/", "/x-webhook/predict/health", "/health/../x"])
def test_no_spelling_of_a_path_slips_past_the_check(path: str) -> None:
    assert client_of(api_keys=["k"]).post(path, json={"prompt": "a"}).status_code in (401, 404, 405)


def test_a_request_is_of_its_key_where_keys_are_wanted_and_else_of_its_address() -> None:
    for keys in ((), KEYS):
        engine = FakeEngine()
        client = client_of(engine, api_keys=keys)
        for key in ("key-one", "key-one", "ключ"):
            assert post(client, {"prompt": "a"}, headers={b"Authorization": key.encode()}).status_code == 200
        first, again, other = (request.client for request in engine.requests)
        assert first == again != ""
        assert (first != other) == bool(keys), "anybody could invent keys"
        assert "key-one" not in first
