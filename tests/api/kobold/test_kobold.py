"""Kobold's dialect: generating, streaming, and its errors."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pyg_ui.engine.engine import Generation, GenerationRequest
from pyg_ui.errors import EngineBusyError, EngineStoppedError, OutOfMemoryError
from tests.api.kobold.kobold_client import GENERATE, STREAM, generate
from tests.api.served import INFO, client_of
from tests.fakes import FakeEngine


def test_answers_with_the_completion_alone() -> None:
    assert generate(client_of(FakeEngine(lambda prompt: " fine."))) == [" fine."]


def test_a_stop_is_cut_off_unless_the_client_wants_it() -> None:
    client = client_of(FakeEngine(lambda prompt: "One.\nYou: Two."))
    assert generate(client, stop_sequence=["\nYou:"], trim_stop=False)[0].endswith("\nYou:")


def test_a_client_is_told_when_the_beginning_was_cut_off() -> None:
    client = client_of(FakeEngine(lambda prompt: "b", model=replace(INFO, context_length=100)))
    body = {"prompt": "y" * 500, "max_length": 20}
    (result,) = client.post(GENERATE, json=body).json()["results"]
    (warning,) = result["warnings"]
    assert "first 420 tokens" in warning
    assert "context size to 100" in warning
    assert client.post(STREAM, json=body).text.count(json.dumps([warning])) == 1
    fitting = {"prompt": "y" * 95, "max_length": 20}
    assert client.post(GENERATE, json=fitting).json() == {"results": [{"text": "b"}]}
    assert "warnings" not in client.post(STREAM, json=fitting).text


def test_several_results() -> None:
    assert generate(client_of(FakeEngine(lambda prompt: "b")), n=3) == ["b"] * 3
    assert len(generate(client_of(), n=500)) == 5


def test_a_stream_has_one_event_for_each_token() -> None:
    text = " 💜 ü\u2028\nok"
    answer = client_of(FakeEngine(lambda prompt: text)).post(STREAM, json={"prompt": "a", "n": 3})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [block.split("\n") for block in answer.text.split("\n\n") if block]
    assert all(name == "event: message" for name, _ in events)
    values = [json.loads(data.removeprefix("data: ")) for _, data in events]
    assert [value["token"] for value in values] == [*text, ""]
    assert [value["finish_reason"] for value in values] == [None] * len(text) + ["stop"]


def test_a_failure_in_mid_stream_is_an_event() -> None:
    class StoppingEngine(FakeEngine):
        def submit(self, request: GenerationRequest) -> Generation:
            generation = Generation(request)
            generation.fail(EngineStoppedError("The model was unloaded."))
            return generation

    client = client_of(StoppingEngine())
    assert "The model was unloaded." in client.post(STREAM, json={"prompt": "a"}).text
    assert client.post(GENERATE, json={"prompt": "a"}).status_code == 503


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"prompt": ""}', b'{"prompt": 5}', b'{"prompt": "\\ud800"}'])
def test_no_text_to_continue_is_400_in_the_dialects_shape(body: bytes) -> None:
    answer = client_of().post(GENERATE, content=body)
    assert answer.status_code == 400
    assert set(answer.json()["detail"]) == {"msg", "type"}


class ExhaustedEngine(FakeEngine):
    """Runs out of memory."""

    def submit(self, request: GenerationRequest) -> Generation:
        generation = Generation(request)
        generation.fail(OutOfMemoryError("The model ran out of memory. Shorten the prompt."))
        return generation


def test_out_of_memory_is_507() -> None:
    client = client_of(ExhaustedEngine())
    answer = client.post(GENERATE, json={"prompt": "a"})
    assert answer.status_code == 507
    assert answer.json()["detail"] == {
        "msg": "The model ran out of memory. Shorten the prompt.",
        "type": "out_of_memory",
    }
    streamed = client.post(STREAM, json={"prompt": "a"})
    assert streamed.status_code == 200
    assert '"type": "out_of_memory"' in streamed.text
    assert client.post("/v1/completions", json={"prompt": "a"}).status_code == 503


def test_a_full_queue_is_503() -> None:
    class FullEngine(FakeEngine):
        def submit(self, request: GenerationRequest) -> Generation:
            raise EngineBusyError("64 requests are waiting already. Try again in a moment.")

    answer = client_of(FullEngine()).post(GENERATE, json={"prompt": "a"})
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
