"""`/v1/completions` and `/v1/models`: what OpenAI's clients send and expect."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.engine.engine import Engine, Generation, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice, ReportProgress
from pyg_ui.engine.parameters import TRANSFORMERS_ORDER, SamplingParameters
from pyg_ui.errors import EngineBusyError, EngineStoppedError
from tests.api.served import INFO, client_of
from tests.fakes import FakeEngine

COMPLETIONS = "/v1/completions"
EMOJI = " 💜 ünï — 你好\u2028 done"


def complete(client: TestClient, **body: Any) -> Any:
    answer = client.post(COMPLETIONS, json={"prompt": "a", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def streamed(client: TestClient, **body: Any) -> list[Any]:
    """The events of a stream but for `[DONE]`."""
    answer = client.post(COMPLETIONS, json={"prompt": "a", "stream": True, **body})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.content.split(b"\n") if line]
    assert all(line.startswith(b"data: ") for line in lines)
    assert lines[-1] == b"data: [DONE]"
    return [json.loads(line[6:]) for line in lines[:-1]]


def request_for(**body: Any) -> GenerationRequest:
    engine = FakeEngine(model=INFO)
    complete(client_of(engine), **body)
    return engine.requests[0]


def test_answers_with_the_completion_alone() -> None:
    body = complete(client_of(FakeEngine(lambda prompt: " fine.")), prompt="How are you?", model="whatever")
    assert body["object"] == "text_completion"
    assert body["model"] == "demo-neo"
    assert body["choices"] == [{"index": 0, "text": " fine.", "logprobs": None, "finish_reason": "stop"}]
    assert body["usage"] == {"prompt_tokens": 12, "completion_tokens": 6, "total_tokens": 18}


def test_the_samplers_order_is_honoured_by_kobolds_numbers() -> None:
    assert request_for(sampler_order=None).parameters.sampler_order == TRANSFORMERS_ORDER
    assert request_for(sampler_order=[]).parameters.sampler_order == TRANSFORMERS_ORDER
    order = request_for(sampler_order=[0, 5]).parameters.sampler_order
    assert order[:6] == ("repetition", "penalties", "dry", "no_repeat_ngram", "top_k", "temperature")
    assert sorted(order) == sorted(TRANSFORMERS_ORDER)


@pytest.mark.parametrize("value", [5, "x", {}, [7], [-1], [True], ["0"], [0, None]])
def test_another_order_of_samplers_is_refused(value: object) -> None:
    answer = client_of().post(COMPLETIONS, json={"prompt": "a", "sampler_order": value})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "sampler_order"


def test_absent_and_null_fields_change_nothing() -> None:
    names = "max_tokens temperature top_p n stop seed logprobs echo stream stream_options logit_bias suffix best_of"
    for body in ({}, dict.fromkeys(names.split())):
        request = request_for(**body)
        assert request.parameters == SamplingParameters.neutral(max_new_tokens=16)
        assert request.stop == ()
        assert not request.ignore_end_of_text
        assert not request.include_stop
        assert request.num_top_choices == 0


def test_own_and_borrowed_fields_reach_the_sampler() -> None:
    request = request_for(
        max_tokens=40, min_tokens=3, temperature=0.7, top_p=0.8, top_k=-1, min_p=0.1, typical_p=0.9, tfs=0.95,
        repetition_penalty=1.1, frequency_penalty=0.5, presence_penalty=-0.5, seed=7, stop="END", ignore_eos=True,
        include_stop_str_in_output=True, dry_multiplier=0.8, unknown={"x": [None]},
    )  # fmt: skip
    assert request.parameters == SamplingParameters.neutral(
        max_new_tokens=40, min_new_tokens=3, temperature=0.7, top_p=0.8, top_k=0, min_p=0.1, typical_p=0.9, tfs=0.95,
        repetition_penalty=1.1, frequency_penalty=0.5, presence_penalty=-0.5, seed=7, dry_multiplier=0.8,
    )  # fmt: skip
    assert request.stop == ("END",)
    assert request.ignore_end_of_text
    assert request.include_stop


@pytest.mark.parametrize(
    ("seed", "used"), [(-9007199254740991, 1), (-2, 2**53 - 2), (2**63, 0), (-1, -1), ("12", 12), (0, 0)]
)
def test_any_integer_is_a_seed(seed: object, used: int) -> None:
    assert request_for(seed=seed).parameters.seed == used


@pytest.mark.parametrize(
    "fields",
    [
        {"best_of": 0, "suffix": "test.", "user": "u", "tools": [{}]},
        {"stream": False, "stream_options": {"include_usage": True}},
        {"max_tokens": 0},
        {"prompt": ["a"], "seed": None},
    ],
)
def test_what_the_sdks_send_is_accepted(fields: dict[str, Any]) -> None:
    complete(client_of(), **fields)


def test_prompts_are_texts_or_token_ids_and_choices_go_prompt_by_prompt() -> None:
    engine = FakeEngine(lambda prompt: prompt.upper(), model=INFO)
    client = client_of(engine)
    assert complete(client, prompt=[97, 98])["choices"][0]["text"] == "AB"
    body = complete(client, prompt=["ab", [99]], n=2, seed=5)
    assert [(choice["index"], choice["text"]) for choice in body["choices"]] == [
        (0, "AB"), (1, "AB"), (2, "C"), (3, "C")
    ]  # fmt: skip
    assert [request.parameters.seed for request in engine.requests[1:]] == [5, 6, 5, 6]
    assert body["usage"] == {"prompt_tokens": 3, "completion_tokens": 6, "total_tokens": 9}


def test_each_token_with_text_is_one_event_and_all_add_up_to_the_whole() -> None:
    client = client_of(FakeEngine(lambda prompt: EMOJI))
    whole = complete(client, max_tokens=100)["choices"][0]
    events = streamed(client, max_tokens=100)
    pieces = [event["choices"][0] for event in events]
    assert [piece["text"] for piece in pieces] == [*EMOJI, ""]
    assert "".join(piece["text"] for piece in pieces) == whole["text"] == EMOJI
    assert [piece["finish_reason"] for piece in pieces] == [None] * len(EMOJI) + ["stop"]
    assert len({event["id"] for event in events}) == 1
    assert all("usage" not in event for event in events)


def test_a_stream_counts_its_tokens_where_asked() -> None:
    client = client_of(FakeEngine(lambda prompt: "hello"))
    *pieces, last = streamed(client, n=2, stream_options={"include_usage": True})
    assert all(piece["usage"] is None for piece in pieces)
    assert last["choices"] == []
    assert last["usage"] == {"prompt_tokens": 1, "completion_tokens": 10, "total_tokens": 11}
    for index in (0, 1):
        own = [piece["choices"][0] for piece in pieces if piece["choices"][0]["index"] == index]
        assert "".join(piece["text"] for piece in own) == "hello"


def test_echo_puts_the_prompt_in_front() -> None:
    client = client_of(FakeEngine(lambda prompt: "!"))
    assert complete(client, prompt="Hi 💜", echo=True)["choices"][0]["text"] == "Hi 💜!"
    assert complete(client, prompt=[72, 105], echo=True)["choices"][0]["text"] == "Hi!"
    assert [event["choices"][0]["text"] for event in streamed(client, prompt="Hi", echo=True)] == ["Hi", "!", ""]


def test_no_tokens_wanted_gives_none() -> None:
    body = complete(client_of(), max_tokens=0)
    assert body["choices"][0]["text"] == ""
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["usage"]["completion_tokens"] == 0
    assert complete(client_of(), prompt="Hi", max_tokens=0, echo=True)["choices"][0]["text"] == "Hi"


def test_the_token_limit_is_named_as_the_reason() -> None:
    choice = complete(client_of(FakeEngine(lambda prompt: "abcdef")), max_tokens=3)["choices"][0]
    assert (choice["text"], choice["finish_reason"]) == ("abc", "length")


def test_what_does_not_fit_is_400_with_the_counts_and_the_words_clients_look_for() -> None:
    client = client_of(FakeEngine(lambda prompt: "b" * 50, model=replace(INFO, context_length=100)))
    error = client.post(COMPLETIONS, json={"prompt": "a" * 100})
    assert error.status_code == 400
    detail = error.json()["error"]
    assert detail["code"] == "context_length_exceeded"
    assert detail["type"] == "invalid_request_error"
    assert detail["message"].startswith("This model's maximum context length is 100 tokens.")
    assert "at most 99 tokens" in detail["message"]


@pytest.mark.parametrize("limit", [None, 11, 2048])
def test_a_completion_that_cannot_be_as_long_as_asked_ends_with_the_context(limit: int | None) -> None:
    client = client_of(FakeEngine(lambda prompt: "b" * 50, model=replace(INFO, context_length=100)))
    choice = complete(client, prompt="a" * 90, max_tokens=limit)["choices"][0]
    assert (choice["text"], choice["finish_reason"]) == ("b" * 10, "length")


def test_a_wrong_field_is_named() -> None:
    answer = client_of().post(COMPLETIONS, json={"prompt": "a", "max_tokens": -1})
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert answer.json()["error"]["param"] == "max_tokens"


def test_the_models_are_the_one_that_is_loaded() -> None:
    client = client_of()
    (model,) = client.get("/v1/models").json()["data"]
    assert model["id"] == "demo-neo"
    assert client.get("/v1/models/demo-neo").json() == model
    missing = client.get("/v1/models/owner/other")
    assert missing.status_code == 404
    assert "demo-neo" in missing.json()["error"]["message"]
    empty = TestClient(build_api(models=ModelManager(lambda choice, report: FakeEngine())))
    assert empty.get("/v1/models").json()["data"] == []


def test_a_full_queue_is_429_and_gives_up_what_was_begun() -> None:
    class NearlyFullEngine(FakeEngine):
        def submit(self, request: GenerationRequest) -> Generation:
            if self.requests:
                raise EngineBusyError("64 requests are waiting already. Try again in a moment.")
            return super().submit(request)

    engine = NearlyFullEngine()
    answer = client_of(engine).post(COMPLETIONS, json={"prompt": "a", "n": 3})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "x-should-retry" not in answer.headers
    assert [generation.is_cancelled for generation in engine.generations] == [True]


def test_clients_are_told_not_to_repeat_what_cannot_succeed() -> None:
    client = TestClient(build_api(models=ModelManager(lambda choice, report: FakeEngine())))
    answer = client.post(COMPLETIONS, json={"prompt": "a"})
    assert answer.status_code == 503
    assert answer.headers["x-should-retry"] == "false"
    assert answer.json()["error"]["type"] == "service_unavailable_error"


def test_a_first_model_being_loaded_is_503_with_retry_after() -> None:

    go_on = threading.Event()

    def slow(choice: ModelChoice, report: ReportProgress) -> Engine:
        go_on.wait(10)
        return FakeEngine()

    models = ModelManager(slow)
    models.start_loading(ModelChoice("demo-neo"))
    try:
        answer = TestClient(build_api(models=models)).post(COMPLETIONS, json={"prompt": "a"})
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
        assert "x-should-retry" not in answer.headers
    finally:
        go_on.set()
        models.wait(10)


def test_a_failure_in_mid_stream_is_the_last_event() -> None:
    class StoppingEngine(FakeEngine):
        def submit(self, request: GenerationRequest) -> Generation:
            generation = Generation(request)
            generation.fail(EngineStoppedError("The model was unloaded."))
            return generation

    client = client_of(StoppingEngine())
    answer = client.post(COMPLETIONS, json={"prompt": "a", "stream": True})
    assert answer.status_code == 200
    (line,) = [line for line in answer.text.split("\n") if line]
    assert json.loads(line[6:])["error"]["message"] == "The model was unloaded."
    assert client.post(COMPLETIONS, json={"prompt": "a"}).status_code == 503
