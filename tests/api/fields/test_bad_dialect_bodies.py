"""Whatever a body of the other dialects holds, the answer is 200 or a 4xx in their shape that never repeats it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from pyg_ui.api.fields.body import MAX_BODY_BYTES
from pyg_ui.api.fields.declaration import field_schemas
from pyg_ui.api.kobold.request import KoboldRequest
from pyg_ui.api.openai.chat import ChatRequest
from pyg_ui.api.openai.completions import CompletionRequest
from pyg_ui.api.predict import PredictRequest
from tests.api.served import INFO, PREDICT, client_of
from tests.fakes import FakeEngine

SECRET = "xyzzy-secret"

OPENAI = ("/v1/completions", "/v1/chat/completions")
KOBOLD = ("/api/v1/generate", "/api/extra/generate/stream", "/api/extra/tokencount")
POLLING = ("/api/extra/generate/check", "/api/extra/abort")
REQUESTS = (CompletionRequest, ChatRequest, KoboldRequest)
NAMES_OF_FIELDS = sorted({"x", *[name for kind in REQUESTS for name in field_schemas(kind)]} - {"prompt", "messages"})


@pytest.fixture(scope="module")
def client() -> TestClient:
    return client_of(FakeEngine(lambda prompt: "b", model=INFO))


def post(client: TestClient, path: str, body: object) -> Any:
    return client.post(path, content=body if isinstance(body, bytes) else json.dumps(body))


def message(path: str, answer: Any) -> str:
    body = answer.json()
    return str(body["error"]["message"] if path.startswith("/v1") else body["detail"]["msg"])


@pytest.mark.parametrize("path", [*OPENAI, *KOBOLD, *POLLING])
@pytest.mark.parametrize(
    "body",
    [b"[]", b"{", b"{{}}", b'{"x": NaN}', b"\xff", b"[" * 100_000, b'{"a":' * 100_000, b'{"x": ' + b"9" * 5000 + b"}"],
)
def test_what_is_no_json_object_is_400(client: TestClient, path: str, body: bytes) -> None:
    answer = post(client, path, body)
    assert answer.status_code == 400
    assert message(path, answer)


@pytest.mark.parametrize("path", [*OPENAI, *KOBOLD, *POLLING])
def test_a_body_over_the_cap_is_413(client: TestClient, path: str) -> None:
    answer = post(client, path, b" " * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert message(path, answer)


BAD_VALUES = [float("inf"), 10**400, True, "x", "nan", [], {}, -1, 0.5, [[1]], "\ud800"]


@pytest.mark.parametrize("value", BAD_VALUES, ids=repr)
@pytest.mark.parametrize("name", ["max_tokens", "top_k", "n", "min_tokens", "temperature", "logprobs", "seed"])
def test_openai_refuses_what_is_no_number_of_the_range(client: TestClient, name: str, value: object) -> None:
    if (name, value) in [("temperature", 0.5), ("top_k", -1), ("seed", -1), ("temperature", -1), ("min_tokens", -1)]:
        return  # inside the range, or a number that is moved into it
    content = json.dumps({"prompt": SECRET, name: value}).replace("Infinity", "1e400")
    answer = client.post("/v1/completions", content=content)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"] == name
    assert SECRET not in answer.text


DOCUMENTED = [("/v1/completions", CompletionRequest), ("/v1/chat/completions", ChatRequest), (PREDICT, PredictRequest)]
NEVER_REFUSED = {"model", "stream_options"}


@pytest.mark.parametrize(
    ("path", "name"),
    [(path, name) for path, kind in DOCUMENTED for name in field_schemas(kind) if name not in NEVER_REFUSED],
)
def test_every_documented_field_is_checked_and_named(client: TestClient, path: str, name: str) -> None:
    body = {"prompt": "a", "messages": [{"role": "user", "content": "a"}], name: {"a": SECRET}}
    answer = post(client, path, body)
    assert answer.status_code == 400
    assert name in answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "prompt",
    [None, 5, True, [], {}, "", [""], [None], [True], [[]], [[True]], [["a"]], [-1], [5, "a"], [1.5], [2048], [[2048]],
     ["a"] * 33, "\ud800", ["a", "\udfff"]],
)  # fmt: skip
def test_openai_refuses_what_is_no_prompt(client: TestClient, prompt: object) -> None:
    answer = post(client, "/v1/completions", {"prompt": prompt})
    assert answer.status_code == 400, answer.text
    assert '"prompt"' in message("/v1/completions", answer)


def test_openai_limits_prompts_times_choices(client: TestClient) -> None:
    assert post(client, "/v1/completions", {"prompt": ["a"] * 17, "n": 2}).status_code == 400
    assert post(client, "/v1/completions", {"prompt": ["a"] * 16, "n": 2}).status_code == 200


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5)
    | st.sampled_from(["0.5", "1e9", "nan", "", "\ud800", "\x00", 10**400, 1e308, "system", "user"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=6
)
BODIES = st.dictionaries(st.sampled_from(NAMES_OF_FIELDS), VALUES, max_size=4)
PROMPTS = st.sampled_from([SECRET, {"a": SECRET}, SECRET + "\ud800", [SECRET], [SECRET, 5], [[SECRET]], ""])
MESSAGES = st.sampled_from(["system", "user", "assistant", "tool", None]).flatmap(
    lambda role: st.fixed_dictionaries({"role": st.just(role), "content": PROMPTS | VALUES}, optional={"name": VALUES})
)


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from([*OPENAI, *KOBOLD]), body=BODIES, prompt=PROMPTS, messages=st.lists(MESSAGES, max_size=3))
def test_no_fields_make_the_server_fail_or_repeat_the_prompt(
    client: TestClient, path: str, body: dict[str, Any], prompt: object, messages: list[Any]
) -> None:
    answer = post(client, path, {**body, "prompt": prompt, "messages": messages})
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert SECRET not in answer.text
        assert message(path, answer)
        assert len(answer.text) < 1000


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from([*OPENAI, *KOBOLD, *POLLING]), body=st.binary(max_size=64))
def test_no_bytes_make_the_server_fail(client: TestClient, path: str, body: bytes) -> None:
    assert client.post(path, content=body).status_code in (200, 400)
