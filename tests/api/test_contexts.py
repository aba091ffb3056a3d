"""Prompts around the length of the context, in every dialect: they fit, are cut where it is usual, or are refused."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.served import INFO, PREDICT, client_of
from tests.fakes import FakeEngine

CONTEXT = INFO.context_length
LENGTHS = (CONTEXT - 1, CONTEXT, CONTEXT + 1, 10 * CONTEXT)
KOBOLD = ("/api/v1/generate", "/api/extra/generate/stream")


def sent(path: str, length: int, num_new: int, **more: Any) -> tuple[int, list[int], str]:
    """The status, how many tokens of the prompt the engine got for each request, and the answer."""
    engine = FakeEngine(lambda prompt: "b", model=INFO)
    names = {PREDICT: "max_new_tokens", **dict.fromkeys(KOBOLD, "max_length")}
    body = {"prompt": "a" * length, names.get(path, "max_tokens"): num_new, **more}
    with client_of(engine) as client:
        answer = client.post(path, json=body)
    return answer.status_code, [len(request.prompt_ids) for request in engine.requests], answer.text


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("num_new", [1, 50])
@pytest.mark.parametrize("more", [{}, {"stream": True}], ids=["whole", "stream"])
@pytest.mark.parametrize("path", [PREDICT, "/v1/completions"])
def test_what_leaves_no_token_free_is_refused(path: str, more: dict[str, Any], num_new: int, length: int) -> None:
    status, lengths, text = sent(path, length, num_new, **more)
    if length < CONTEXT:
        assert (status, lengths) == (200, [length])
    else:
        assert (status, lengths) == (400, [])
        assert f"{CONTEXT:,}" in text
        assert "aaaa" not in text


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("path", KOBOLD)
def test_kobolds_prompts_lose_their_beginning(path: str, length: int) -> None:
    status, lengths, _ = sent(path, length, 50)
    assert (status, lengths) == (200, [length if length < CONTEXT else CONTEXT - 50])


@pytest.mark.parametrize("length", LENGTHS)
def test_tokens_are_counted_whatever_the_context_holds(length: int) -> None:
    answer = client_of(FakeEngine(model=INFO)).post("/api/extra/tokencount", json={"prompt": "a" * length})
    assert answer.json()["value"] == length


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_messages_of_any_length_are_answered_or_refused(role: str, length: int) -> None:
    engine = FakeEngine(lambda prompt: "b", model=INFO)
    messages = [{"role": role, "content": "a" * length}, {"role": "user", "content": "Hello?"}]
    answer = client_of(engine).post("/v1/chat/completions", json={"messages": messages, "max_tokens": 50})
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert len(engine.requests[0].prompt_ids) + 1 <= CONTEXT
    assert "aaaa" not in answer.text


def test_the_messages_that_fit_are_the_latest_ones() -> None:
    engine = FakeEngine(lambda prompt: "b", model=INFO)
    client: TestClient = client_of(engine)
    messages = [{"role": "user", "content": f"No. {number} " + "a" * 500} for number in range(10 * CONTEXT // 500)]
    assert client.post("/v1/chat/completions", json={"messages": messages, "max_tokens": 50}).status_code == 200
    prompt = engine.decode(engine.requests[0].prompt_ids)
    assert f"No. {len(messages) - 1} " in prompt
    assert "No. 0 " not in prompt
