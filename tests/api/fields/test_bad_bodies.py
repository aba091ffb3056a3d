"""Whatever a body holds, the answer is a 4xx that says what to change, and never repeats the prompt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from pyg_ui.api.fields.body import MAX_BODY_BYTES
from pyg_ui.api.fields.declaration import read_request
from pyg_ui.api.predict import PredictRequest
from pyg_ui.errors import InputError
from tests.api.served import PREDICT, client_of, post

SECRET = "xyzzy-secret"

SEED_BODY = rb"""{
    {
        "prompt": "xyzzy-secret Michael\'s Persona: A big strong man with a big heart\n<START>\nYou: How are you?\n Michael:",
        "max_length": 100
    }
}"""  # noqa: E501


@pytest.fixture(scope="module")
def client() -> TestClient:
    return client_of()


def with_field(name: str, json_value: str) -> bytes:
    return f'{{"prompt": "{SECRET}", "{name}": {json_value}}}'.encode()


BAD_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" + "0" * 400, "9" * 5000, "true", "false",
               "[]", "{}", '""', '"x"', '"nan"', '"inf"', '"1e400"', '"1_0"', '"0x10"', '"١"', '"' + "1" * 5000 + '"',
               "-1", "[1]"]  # fmt: skip
NUMBERS = ["max_length", "max_new_tokens", "temperature", "top_p", "typical_p", "repetition_penalty", "top_k",
           "pad_token_id"]  # fmt: skip
BAD_STOPS = ["1", "true", "{}", "[1]", '[["a"]]', '["a", 0]', '[null, false]', '"\\ud800"', '["\\udfff"]',
             json.dumps(["a"] * 65), json.dumps(["a" * 513])]  # fmt: skip

BAD_BODIES: dict[str, tuple[bytes, str]] = {
    "the seed's own doubled braces": (SEED_BODY, "braces"),
    "empty": (b"", "empty"),
    "blank": (b" \n", "empty"),
    "a list": (b'["xyzzy-secret"]', "object"),
    "a text": (b'"xyzzy-secret"', "object"),
    "null": (b"null", "object"),
    "a form": (b"prompt=xyzzy-secret&max_length=5", "not valid JSON"),
    "cut off": (b'{"prompt": "xyzzy-secret', "not valid JSON"),
    "single quotes": (b"{'prompt': 'xyzzy-secret'}", "not valid JSON"),
    "two objects": (b'{"prompt": "xyzzy-secret"}{}', "not valid JSON"),
    "a raw control character": (b'{"prompt": "xyzzy-secret\n"}', "not valid JSON"),
    "invalid UTF-8": (b'{"prompt": "xyzzy-secret\xff"}', "UTF-8"),
    "UTF-16": ('{"prompt": "xyzzy-secret"}'.encode("utf-16"), "UTF-8"),
    "deep lists": (b'{"prompt": "xyzzy-secret", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deep"),
    "deep objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "deep"),
    "unclosed nesting": (b"[" * 500_000, "deep"),
    "no prompt": (b'{"temperature": 0.5}', '"prompt" is missing'),
    "null prompt": (b'{"prompt": null}', '"prompt" is missing'),
    "empty prompt": (b'{"prompt": ""}', '"prompt" is empty'),
    "number as prompt": (b'{"prompt": 5}', '"prompt" must be a text'),
    "list as prompt": (b'{"prompt": ["xyzzy-secret"]}', '"prompt" must be a text'),
    "object as prompt": (b'{"prompt": {"xyzzy-secret": 1}}', '"prompt" must be a text'),
    "lone surrogate in the prompt": (b'{"prompt": "xyzzy-secret \\ud83d"}', "surrogate"),
    "reversed surrogates in the prompt": (b'{"prompt": "xyzzy-secret \\udc9c\\ud83d"}', "surrogate"),
    "NaN in an unknown field": (b'{"prompt": "xyzzy-secret", "x": NaN}', "NaN"),
    "temperature above its range": (with_field("temperature", "2.01"), "temperature must be from 0 to 2"),
    "top_p above its range": (with_field("top_p", "1.5"), "top_p must be from 0 to 1"),
    "typical_p of zero": (with_field("typical_p", "0"), "typical_p must be above 0"),
    "repetition_penalty of zero": (with_field("repetition_penalty", '"0"'), "repetition_penalty must be above 0"),
    "repetition_penalty above its range": (with_field("repetition_penalty", "10.1"), "up to 10"),
    "half a token": (with_field("max_length", "10.5"), "max_length must be a whole number"),
    "no tokens": (with_field("max_length", "0"), "max_length must be a whole number"),
    "half a top_k": (with_field("top_k", "0.5"), "top_k must be a whole number"),
    "half a pad token": (with_field("pad_token_id", '"1.5"'), "pad_token_id must be"),
    **{f"{name} = {value[:12]}": (with_field(name, value), "") for name in NUMBERS for value in BAD_NUMBERS},
    **{f"stops {value[:20]}": (with_field("stopping_criteria", value), "stopping_criteria") for value in BAD_STOPS},
}


@pytest.mark.parametrize("case", BAD_BODIES)
def test_a_bad_body_is_a_400_that_says_what_to_change(client: TestClient, case: str) -> None:
    body, expected = BAD_BODIES[case]
    answer = post(client, body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"run_id", "run_time_ms", "message", "result"}
    assert expected in answer.json()["message"]
    assert SECRET not in answer.text
    assert len(answer.text) < 600


def test_a_refusal_of_stop_phrases_keeps_nothing_of_the_requests_before_it() -> None:
    refusals = []
    for value in (5, [5], {}):
        with pytest.raises(InputError) as caught:
            read_request(PredictRequest, {"prompt": SECRET, "stopping_criteria": value})
        refusals.append(caught.value)
    assert len(set(map(id, refusals))) == 3


@pytest.mark.parametrize("pad_token_id", [0, "2047", 2048, 50256, None])
def test_a_pad_token_changes_nothing_whatever_the_vocabulary(client: TestClient, pad_token_id: object) -> None:
    assert post(client, {"prompt": "a", "pad_token_id": pad_token_id}).status_code == 200


def test_a_body_at_the_cap_is_read_and_one_above_it_is_413(client: TestClient) -> None:
    frame = len(b'{"prompt": "a", "x": ""}')
    fitting = b'{"prompt": "a", "x": "' + b"y" * (MAX_BODY_BYTES - frame) + b'"}'
    assert post(client, fitting).status_code == 200
    answer = post(client, fitting + b" ")
    assert answer.status_code == 413
    assert "1,048,576 bytes" in answer.json()["message"]


def test_a_chunked_body_is_cut_off_at_the_cap(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"[" * (MAX_BODY_BYTES // 10)

    assert client.post(PREDICT, content=chunks()).status_code == 413


@pytest.mark.parametrize("length", ["1" + "0" * 30, "2000000"])
def test_an_announced_length_above_the_cap_is_413_before_the_body_is_read(client: TestClient, length: str) -> None:
    assert client.post(PREDICT, content=b"{}", headers={"Content-Length": length}).status_code == 413


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
    | st.sampled_from(["0.5", "1e9", "nan", "", "\ud800", "\x00", 10**400, 1e308])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
BODIES = st.dictionaries(st.sampled_from([*NUMBERS, "stopping_criteria", "x"]), VALUES, max_size=5)


@settings(max_examples=150, deadline=None)
@given(body=BODIES, prompt=st.just(SECRET) | st.just({"a": SECRET}) | st.just(SECRET + "\ud800") | st.just([SECRET]))
def test_no_fields_make_the_server_fail_or_repeat_the_prompt(
    client: TestClient, body: dict[str, Any], prompt: object
) -> None:
    answer = post(client, {**body, "prompt": prompt})
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert SECRET not in answer.text
        assert answer.json()["message"]


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=64) | st.text('{}[]",:\\ue0123456789.-ntfN \n', max_size=64).map(str.encode))
def test_no_bytes_make_the_server_fail(client: TestClient, body: bytes) -> None:
    assert post(client, body).status_code == 400
