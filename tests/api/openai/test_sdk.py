"""OpenAI's own SDK against the real process: what it sends, what it reads, what it raises, how it goes away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests.server import AppServer

pytestmark = pytest.mark.server

PROMPT = "You: Hello! 💜\nBob:"
MESSAGES: list[Any] = [
    {"role": "system", "content": "Bob is a baker who likes bread."},
    {"role": "assistant", "name": "Bob", "content": "Hello!"},
    {"role": "user", "content": "How are you? 你好 💜"},
]


@pytest.fixture(scope="module")
def client(app_server: AppServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{app_server.url}/v1", api_key="none", max_retries=0, timeout=60) as client:
        yield client


def test_models_can_be_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["demo-neo"]
    assert client.models.retrieve("demo-neo").object == "model"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4")


def test_a_streamed_completion_is_the_whole_one(client: openai.OpenAI) -> None:
    options: Any = {"model": "any", "prompt": PROMPT, "max_tokens": 40, "temperature": 1, "seed": 7}
    whole = client.completions.create(**options)
    chunks = list(client.completions.create(**options, stream=True, stream_options={"include_usage": True}))
    assert "".join(choice.text for chunk in chunks for choice in chunk.choices) == whole.choices[0].text
    assert chunks[-1].usage == whole.usage
    assert whole.model == "demo-neo"
    assert whole.usage is not None
    assert 0 < whole.usage.completion_tokens <= 40


def test_a_streamed_chat_is_the_whole_one(client: openai.OpenAI) -> None:
    options: Any = {
        "model": "any", "messages": MESSAGES, "temperature": 1, "seed": 3, "logprobs": True, "top_logprobs": 2,
    }  # fmt: skip
    whole = client.chat.completions.create(**options)
    chunks = list(client.chat.completions.create(**options, stream=True, stream_options={"include_usage": True}))
    texts = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(texts) == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    assert whole.choices[0].message.content
    assert whole.choices[0].logprobs is not None
    assert all(len(token.top_logprobs) == 2 for token in whole.choices[0].logprobs.content or ())


def test_errors_are_the_sdks_own(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="maximum context length is 2048") as caught:
        client.completions.create(model="any", prompt="word " * 3000)
    assert caught.value.code == "context_length_exceeded"
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="any", messages=MESSAGES, response_format={"type": "json_object"})
    assert caught.value.param == "response_format"


def test_a_stream_that_is_closed_frees_its_place_within_a_second(client: openai.OpenAI) -> None:
    options: Any = {"model": "any", "prompt": PROMPT, "max_tokens": 1900, "temperature": 1}
    options["extra_body"] = {"ignore_eos": True}
    for _ in range(6):  # more than run at once
        stream = client.completions.create(**options, stream=True)
        next(iter(stream))
        stream.close()
    started = time.monotonic()
    client.completions.create(model="any", prompt="Hi", max_tokens=1)
    assert time.monotonic() - started < 1
