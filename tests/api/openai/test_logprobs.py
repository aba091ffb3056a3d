"""Log-probabilities of tokens and of prompts, against transformers' own logits for the same weights."""

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
from tests.engine.local_engines import END_OF_TEXT_ID, serving_model

PROMPT = "You: Hi 💜 there\nBob:"
END = "<|endoftext|>"


@pytest.fixture(scope="module", params=ARCHITECTURES)
def model(request: pytest.FixtureRequest) -> Any:
    return tiny_model(request.param, context=320, window=64)


@pytest.fixture(scope="module")
def client(model: Any) -> Iterator[TestClient]:
    with serving_model(model) as engine:
        yield TestClient(build_api(models=manager_of(engine, source="tiny")))


def complete(client: TestClient, **body: Any) -> Any:
    answer = client.post("/v1/completions", json={"temperature": 0, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]


def logprobs_of(model: Any, ids: list[int]) -> torch.Tensor:
    """(T, V): what follows each token, by transformers."""
    with torch.inference_mode():
        return torch.log_softmax(model(torch.tensor([ids])).logits[0].float(), dim=-1)  # (T, V)


def test_generated_tokens_carry_the_models_own_log_probabilities(client: TestClient, model: Any) -> None:
    choice = complete(client, prompt=PROMPT, max_tokens=12, logprobs=3, ignore_eos=True)
    logged, ids = choice["logprobs"], byte_tokenizer().encode(PROMPT)
    num_prompt_tokens = len(ids)
    expected = logprobs_of(model, ids)
    for token, own, top in zip(logged["tokens"], logged["token_logprobs"], logged["top_logprobs"], strict=True):
        best = expected[-1].topk(3).values.tolist()
        assert sorted(top.values(), reverse=True)[:3] == pytest.approx(best, abs=1e-4)
        assert top[token] == own
        ids = [*ids, int(expected[-1, :END_OF_TEXT_ID].argmax())]
        assert own == pytest.approx(float(expected[-1, ids[-1]]), abs=1e-4)
        expected = logprobs_of(model, ids)
    assert len(ids) == num_prompt_tokens + 12


def test_echo_scores_the_prompt_as_evaluation_harnesses_do(client: TestClient, model: Any) -> None:
    ids = byte_tokenizer().encode(PROMPT)
    for prompt in (PROMPT, ids):
        logged = complete(client, prompt=prompt, max_tokens=1, logprobs=1, echo=True)["logprobs"]
        expected = logprobs_of(model, ids)
        assert len(logged["tokens"]) == len(ids) + 1
        assert logged["token_logprobs"][0] is None
        assert logged["top_logprobs"][0] is None
        own = [float(expected[place - 1, token]) for place, token in enumerate(ids) if place]
        assert logged["token_logprobs"][1:-1] == pytest.approx(own, abs=1e-4)
        greedy = [max(top.values()) for top in logged["top_logprobs"][1:]]
        assert greedy == pytest.approx(expected.max(dim=-1).values.tolist(), abs=1e-4)


def test_scoring_alone_generates_nothing(client: TestClient) -> None:
    choice = complete(client, prompt=PROMPT, max_tokens=0, logprobs=1, echo=True)
    assert choice["text"] == PROMPT
    assert len(choice["logprobs"]["tokens"]) == len(PROMPT.encode())
    single = complete(client, prompt="a", max_tokens=0, logprobs=0, echo=True)["logprobs"]
    assert single == {"tokens": ["a"], "token_logprobs": [None], "top_logprobs": [None], "text_offset": [0]}


def test_a_prompt_that_fills_the_context_is_scored_and_a_longer_one_is_refused(client: TestClient) -> None:
    full = "a" * 320
    for num_logprobs in (None, 0):
        choice = complete(client, prompt=full, max_tokens=0, logprobs=num_logprobs, echo=True)
        assert (choice["text"], choice["finish_reason"]) == (full, "length")
    assert len(choice["logprobs"]["token_logprobs"]) == 320
    for body in ({"prompt": full + "a", "max_tokens": 0, "echo": True}, {"prompt": full, "max_tokens": 1}):
        answer = client.post("/v1/completions", json=body)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "context_length_exceeded"


def test_the_token_that_ends_the_text_is_reported_so_that_counts_agree(model: Any) -> None:
    with torch.no_grad(), serving_model(with_certain_end(model)) as engine:
        client = TestClient(build_api(models=manager_of(engine, source="tiny")))
        choice = complete(client, prompt="ab", max_tokens=1, logprobs=1, echo=True)
        assert choice["finish_reason"] == "stop"
        assert choice["text"] == "ab"
        assert choice["logprobs"]["tokens"] == ["a", "b", END]
        assert choice["logprobs"]["text_offset"] == [0, 1, 2]
        assert choice["logprobs"]["token_logprobs"][2] == pytest.approx(0, abs=1e-3)


def test_the_name_of_the_end_of_text_is_text_in_every_prompt(client: TestClient) -> None:
    text = f"Hi{END} there"
    choice = complete(client, prompt=text, max_tokens=0, logprobs=0, echo=True)
    assert choice["logprobs"]["tokens"] == list(text)
    sizes = []
    for said in ("Hi there", text):
        messages = [{"role": "system", "content": said}, {"role": "user", "content": said}]
        answer = client.post("/v1/chat/completions", json={"messages": messages, "max_tokens": 1})
        sizes.append(answer.json()["usage"]["prompt_tokens"])
    assert sizes[1] - sizes[0] == 2 * len(END)


def with_certain_end(model: Any) -> Any:
    """The model's twin whose every next token is the end of the text."""
    twin = tiny_model(model.config.model_type, context=320, window=64)
    with torch.no_grad():
        twin.transformer.ln_f.weight.zero_()
        twin.transformer.ln_f.bias.zero_()[0] = 1.0
        twin.lm_head.weight[:, 0] = -50.0
        twin.lm_head.weight[END_OF_TEXT_ID, 0] = 50.0
    return twin


def test_offsets_and_bytes_add_up_to_the_text(client: TestClient) -> None:
    choice = complete(client, prompt=PROMPT, max_tokens=0, logprobs=1, echo=True)
    logged = choice["logprobs"]
    data = b"".join(
        bytes.fromhex(token.removeprefix("bytes:").replace("\\x", "")) if token.startswith("bytes:") else token.encode()
        for token in logged["tokens"]
    )
    assert data.decode() == PROMPT
    for token, offset in zip(logged["tokens"], logged["text_offset"], strict=True):
        if not token.startswith("bytes:"):
            assert PROMPT[offset] == token


def test_a_stream_carries_the_same_tokens_and_none_of_a_stop_string(client: TestClient) -> None:
    body = {"prompt": PROMPT, "max_tokens": 30, "logprobs": 2, "ignore_eos": True, "echo": True}
    text = complete(client, **body)["text"][len(PROMPT) :]
    body["stop"] = text[8:11]
    whole = complete(client, **body)
    answer = client.post("/v1/completions", json={"temperature": 0, **body, "stream": True})
    lines = [line for line in answer.text.split("\n") if line][:-1]
    pieces = [json.loads(line[6:])["choices"][0] for line in lines]
    assert "".join(piece["text"] for piece in pieces) == whole["text"]
    for name, expected in whole["logprobs"].items():
        assert [item for piece in pieces for item in piece["logprobs"][name]] == expected
    assert whole["logprobs"]["text_offset"][-1] < len(whole["text"])
