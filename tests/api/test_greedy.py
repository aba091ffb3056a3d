"""What the endpoint answers greedily is what transformers' `generate` writes with the same weights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from tests.api.served import manager_of
from tests.checkpoints import ARCHITECTURES, byte_tokenizer, tiny_model
from tests.engine.local_engines import serving_model

CONTEXT = 320
PROMPT = "Michael's Persona: A big strong man with a big heart\n<START>\nYou: How are you? ünï💜\n Michael:"


@pytest.fixture(scope="module", params=ARCHITECTURES)
def model(request: pytest.FixtureRequest) -> Any:
    return tiny_model(request.param, context=CONTEXT, window=64)


@pytest.fixture(scope="module")
def client(model: Any) -> Iterator[TestClient]:
    with serving_model(model) as engine:
        yield TestClient(build_api(models=manager_of(engine, source="tiny")))


def predict(client: TestClient, body: dict[str, Any]) -> str:
    answer = client.post("/tiny-webhook/predict", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["result"])


def generate(model: Any, prompt: str, num_new: int, repetition_penalty: float) -> str:
    tokenizer = byte_tokenizer()
    ids = torch.tensor([tokenizer.encode(prompt)])  # (1, T)
    output = model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=num_new,
        repetition_penalty=repetition_penalty, pad_token_id=256,
    )  # fmt: skip
    return prompt + str(tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True))


@pytest.mark.parametrize("penalty", [1.0, 0.5, 1.2])
def test_greedy_text_is_that_of_generate(client: TestClient, model: Any, penalty: float) -> None:
    body = {"prompt": PROMPT, "max_length": 60, "temperature": 0, "repetition_penalty": penalty}
    expected = generate(model, PROMPT, 60, penalty)
    assert predict(client, body) == expected
    assert predict(client, {**body, "temperature": "0", "max_length": "60"}) == expected


def post(client: TestClient, path: str, body: dict[str, Any]) -> Any:
    answer = client.post(path, json={**body, "temperature": 0})
    assert answer.status_code == 200, answer.text
    return answer


def streamed(client: TestClient, path: str, body: dict[str, Any]) -> list[Any]:
    lines = post(client, path, body).text.split("\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def test_every_dialect_writes_the_same_greedy_text_whole_and_streamed(client: TestClient, model: Any) -> None:
    body = {"prompt": PROMPT, "max_tokens": 60, "max_length": 60}
    expected = generate(model, PROMPT, 60, 1.0)[len(PROMPT) :]
    assert post(client, "/v1/completions", body).json()["choices"][0]["text"] == expected
    assert post(client, "/api/v1/generate", body).json()["results"][0]["text"] == expected
    pieces = streamed(client, "/v1/completions", {**body, "stream": True})
    assert "".join(piece["choices"][0]["text"] for piece in pieces) == expected
    pieces = streamed(client, "/api/extra/generate/stream", body)
    assert "".join(piece["token"] for piece in pieces) == expected


def test_a_chat_continues_the_pages_prompt_greedily(client: TestClient, model: Any) -> None:
    body = {"messages": [{"role": "user", "content": "Hi 💜"}], "max_tokens": 40}
    whole = generate(model, "<START>\nYou: Hi 💜\nAssistant:", 40, 1.0).removeprefix("<START>\nYou: Hi 💜\nAssistant:")
    text = post(client, "/v1/chat/completions", body).json()["choices"][0]["message"]["content"]
    assert text
    assert whole.strip().startswith(text)
    pieces = streamed(client, "/v1/chat/completions", {**body, "stream": True})
    assert "".join(piece["choices"][0]["delta"].get("content", "") for piece in pieces) == text


@pytest.mark.parametrize("room", [1, 7])
def test_greedy_text_is_that_of_generate_up_to_the_contexts_end(client: TestClient, model: Any, room: int) -> None:
    prompt = ("All work and no play. " * 20)[: CONTEXT - room]
    body = {"prompt": prompt, "max_length": 60, "temperature": 0, "repetition_penalty": 1}
    assert predict(client, body) == generate(model, prompt, room, 1.0)


def test_a_prompt_that_fills_the_context_is_400_with_the_real_count(client: TestClient) -> None:
    answer = client.post("/tiny-webhook/predict", json={"prompt": "💜" * (CONTEXT // 4)})
    assert answer.status_code == 400
    assert f"{CONTEXT} tokens" in answer.json()["message"]


@pytest.mark.parametrize("prompt", ["\x00", "a\x00b\x7f", "<|endoftext|>", "\ufffe\uffff", " \r\n\t"])
def test_a_real_tokenizer_takes_odd_prompts(client: TestClient, prompt: str) -> None:
    assert predict(client, {"prompt": prompt, "max_length": 2}).startswith(prompt)
