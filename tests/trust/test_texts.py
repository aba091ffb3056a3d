"""Odd texts and stop strings with a real model: what streams is what comes whole, and it ends where it should.

The likeliest tokens are taken: with others, a prompt that is partly kept from before may give another reply in fp32.

The usual run tries a few; `python -m pytest -m trust` tries 1,000 of each.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.serving.local import load_engine

PIECES = (
    "👩\u200d🚀", "👨\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "🇩🇪", "👍🏽", "e\u0301", "שלום", "مرحبا", "\u202etxt.exe",
    "\u2066a\u2069", "\0", "\x1b[31m", "\x7f", "\ufeff", "\u200b", "\ufffd", "\uffff", "𝔘𝔫𝔦", "நி", "각", "ก็",
    "z\u0335\u0336", "\r\n", "\t", " ", "\u2028", "<|endoftext|>", "<START>", "You:", "\nYou: ", "{{user}}", "ﷺ",
    "𓀀", "Hello", "*waves*", "\n\n", "½", "ß", "x" * 300,
)  # fmt: skip
HALVES = ("\ud83d", "\udc69", "\udfff\ud800")
few_and_many = pytest.mark.parametrize(
    "number", [8, pytest.param(1_000, marks=[pytest.mark.trust, pytest.mark.timeout(1_800)])]
)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    models = ModelManager(load_engine)
    models.start_loading(ModelChoice("demo-neo"))
    assert models.wait(60).is_ready
    with TestClient(build_api(models=models), base_url="http://127.0.0.1:7860") as client:
        yield client
    models.close()


def streamed(client: TestClient, path: str, body: dict[str, Any]) -> str:
    """The text that a stream brings in pieces; OpenAI's or Kobold's."""
    answer = client.post(path, content=json.dumps(body | {"stream": True}))
    assert answer.status_code == 200, answer.text
    data = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    pieces = [json.loads(line) for line in data]
    return "".join(piece["token"] if "token" in piece else text_of(piece["choices"][0]) for piece in pieces)


def text_of(choice: dict[str, Any]) -> str:
    return str(choice.get("text", choice.get("delta", choice.get("message", {})).get("content")) or "")


def whole(client: TestClient, path: str, body: dict[str, Any]) -> str:
    answer = client.post(path, content=json.dumps(body))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return str(found["results"][0]["text"]) if "results" in found else text_of(found["choices"][0])


def odd_text(chance: random.Random) -> str:
    return "".join(chance.choices(PIECES, k=chance.randrange(1, 9)))


@few_and_many
def test_of_any_text_the_stream_is_the_whole(client: TestClient, number: int) -> None:
    for index in range(number):
        chance = random.Random(f"text {index}")
        text, seed, length = odd_text(chance), chance.randrange(2**31), chance.randrange(1, 12)
        numbers = {"max_tokens": length, "seed": seed, "temperature": 0}
        messages = [{"role": "user", "content": text}]
        kobold = {"prompt": text, "max_length": length, "sampler_seed": seed, "temperature": 0}
        for path, stream_path, body in (
            ("/v1/completions", "/v1/completions", numbers | {"prompt": text, "echo": chance.random() < 0.3}),
            ("/v1/chat/completions", "/v1/chat/completions", numbers | {"messages": messages}),
            ("/api/v1/generate", "/api/extra/generate/stream", kobold),
        ):
            assert streamed(client, stream_path, body) == whole(client, path, body), (index, path, text)


@few_and_many
def test_half_a_character_is_refused_in_every_dialect(client: TestClient, number: int) -> None:
    for index in range(number // 4):
        chance = random.Random(f"half {index}")
        text = odd_text(chance) + chance.choice(HALVES) + odd_text(chance)
        for path in ("/v1/completions", "/v1/chat/completions", "/api/v1/generate", "/demo-neo-webhook/predict"):
            body = {"prompt": text, "messages": [{"role": "user", "content": text}], "stream": chance.random() < 0.5}
            answer = client.post(path, content=json.dumps(body))
            assert answer.status_code == 400, (path, text)
            assert "surrogate" in answer.text


@few_and_many
def test_a_text_ends_before_the_stop_string_that_is_complete_first(
    client: TestClient, number: int, tell: Callable[[str], None]
) -> None:
    num_stopped = 0
    for index in range(number):
        chance = random.Random(f"stop {index}")
        body = {"prompt": odd_text(chance), "max_tokens": 12, "seed": index, "temperature": 0, "ignore_eos": True}
        text = whole(client, "/v1/completions", body)
        stops = [text[place : place + chance.randrange(1, 6)] for place in chance.choices(range(len(text) or 1), k=2)]
        stops = [stop for stop in (*stops, "never", "\0") if stop]
        for stop in (stops[0], stops):
            assert streamed(client, "/v1/completions", body | {"stop": stop}) == cut(text, stop), (index, stop, text)
            assert whole(client, "/v1/completions", body | {"stop": stop}) == cut(text, stop), (index, stop, text)
        num_stopped += cut(text, stops) != text
    assert num_stopped > number / 2
    tell(f"{number} texts, {num_stopped} stopped")


def cut(text: str, stops: str | list[str]) -> str:
    """The text up to the stop string that is complete first; of two that end together, the one that begins first."""
    found = [(text.find(stop) + len(stop), text.find(stop)) for stop in ([stops] if isinstance(stops, str) else stops)
             if stop in text]  # fmt: skip
    return text[: min(found)[1]] if found else text
