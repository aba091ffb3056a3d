"""Kobold's dialect: connecting, generating, streaming, polling, aborting, counting; and all that is forgiven."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.api.kobold.running import MAX_ENDED, Owner, RunningGenerations
from pyg_ui.engine.engine import Generation, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import KOBOLD_ORDER, SamplingParameters
from pyg_ui.errors import EngineBusyError, EngineStoppedError, OutOfMemoryError
from tests.api.served import INFO, client_of
from tests.fakes import FakeEngine

GENERATE = "/api/v1/generate"
STREAM = "/api/extra/generate/stream"
CHECK = "/api/extra/generate/check"
ABORT = "/api/extra/abort"


def generate(client: TestClient, **body: Any) -> list[str]:
    answer = client.post(GENERATE, json={"prompt": "a", **body})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"results"}
    return [result["text"] for result in answer.json()["results"]]


def request_for(**body: Any) -> GenerationRequest:
    engine = FakeEngine(model=INFO)
    answer = client_of(engine).post(GENERATE, content=json.dumps({"prompt": "a", **body}))
    assert answer.status_code == 200, answer.text
    return engine.requests[0]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v1/info/version", {"result": "1.2.5"}),
        ("/api/v1/model", {"result": "demo-neo"}),
        ("/api/v1/config/max_context_length", {"value": 2048}),
        ("/api/extra/true_max_context_length", {"value": 2048}),
        ("/api/v1/config/max_length", {"value": 200}),
        ("/api/extra/perf", {"idle": 1, "queue": 0}),
        ("/api/v1/config/soft_prompt", {"value": ""}),
        ("/api/v1/config/soft_prompts_list", {"values": []}),
        ("/api/extra/preloadstory", {}),
        ("/sdapi/v1/sd-models", []),
    ],
)
def test_clients_can_connect(path: str, expected: object) -> None:
    answer = client_of().get(path)
    assert (answer.status_code, answer.json()) == (200, expected)


@pytest.mark.parametrize("path", ["info/version", "model", "config/max_length", "config/max_context_length"])
def test_latest_is_another_name_for_v1(path: str) -> None:
    client = client_of()
    assert client.get(f"/api/latest/{path}").json() == client.get(f"/api/v1/{path}").json()
    assert client.post("/api/latest/generate", json={"prompt": "a"}).json() == {"results": [{"text": " Hello there!"}]}


def test_the_server_says_that_it_streams() -> None:
    version = client_of().get("/api/extra/version").json()
    assert version["result"] == "KoboldCpp"
    assert float(version["version"]) >= 1.41


def test_the_context_is_told_as_llama_cpp_tells_it() -> None:
    answer = client_of().get("/props").json()
    assert answer["default_generation_settings"] == {"n_ctx": 2048}
    assert answer["chat_template"] == ""


def test_without_a_model_the_state_is_read_only() -> None:
    client = TestClient(build_api(models=ModelManager(lambda choice, report: FakeEngine())))
    assert client.get("/api/v1/model").json() == {"result": "ReadOnly"}
    answer = client.post(GENERATE, json={"prompt": "a"})
    assert answer.status_code == 503
    assert answer.json()["detail"]["type"] == "service_unavailable"


def test_answers_with_the_completion_alone() -> None:
    assert generate(client_of(FakeEngine(lambda prompt: " fine."))) == [" fine."]


def test_absent_fields_take_koboldcpps_defaults() -> None:
    request = request_for()
    assert request.parameters == SamplingParameters.neutral(
        max_new_tokens=200, temperature=0.75, top_p=0.92, top_k=100, repetition_penalty_range=320,
        sampler_order=KOBOLD_ORDER,
    )  # fmt: skip
    assert request.stop == ()
    assert not request.include_stop


def test_fields_reach_the_sampler_by_kobolds_names() -> None:
    request = request_for(
        max_length=30, temperature=0.6, top_p=0.8, top_k=5, top_a=0.1, typical=0.9, tfs=0.95, min_p=0.05, rep_pen=1.1,
        rep_pen_range=256, rep_pen_slope=0.7, sampler_seed=9, stop_sequence=["\nYou:"], singleline=True,
        trim_stop=False, use_default_badwordsids=True, sampler_order=[5, 6, 0, 1, 2, 3, 4],
    )  # fmt: skip
    assert request.parameters == SamplingParameters.neutral(
        max_new_tokens=30, temperature=0.6, top_p=0.8, top_k=5, top_a=0.1, typical_p=0.9, tfs=0.95, min_p=0.05,
        repetition_penalty=1.1, repetition_penalty_range=256, repetition_penalty_slope=0.7, seed=9,
        sampler_order=("temperature", "smoothing", "top_n_sigma", "repetition", "penalties", "dry", "no_repeat_ngram",
                       "top_k", "top_a", "top_p", "min_p", "tfs", "typical_p", "epsilon_cutoff", "eta_cutoff", "xtc",
                       "mirostat"),
    )  # fmt: skip
    assert request.stop == ("\n", "\nYou:")
    assert request.include_stop
    assert request.ignore_end_of_text


@pytest.mark.parametrize("value", [None, "x", [], ["a"], [9, -1], [6, 0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], {}])
def test_kobolds_own_order_holds_where_none_is_understood(value: object) -> None:
    assert request_for(sampler_order=value).parameters.sampler_order == KOBOLD_ORDER


def test_numbers_are_clamped() -> None:
    parameters = request_for(
        max_length=350_000, temperature=5, top_p=1.5, top_k=-1, typical=0, tfs=-3, rep_pen=0, rep_pen_range=8192,
        sampler_seed=2**80, min_p=1e300,
    ).parameters  # fmt: skip
    assert parameters.max_new_tokens == 2047
    assert (parameters.temperature, parameters.top_p, parameters.top_k) == (2, 1, 0)
    assert (parameters.typical_p, parameters.repetition_penalty) == (1, 1), "what cannot be is off"
    assert (parameters.tfs, parameters.min_p, parameters.repetition_penalty_range) == (0, 1, 2048)
    assert parameters.seed == 2**53 - 1


@pytest.mark.parametrize("value", [None, True, "x", [], {}, "", "nan", [None]])
def test_wrong_kinds_of_values_count_as_absent(value: object) -> None:
    names = "max_length temperature top_p top_k rep_pen n max_context_length sampler_order genkey".split()
    assert request_for(**dict.fromkeys(names, value)) == request_for()
    if not isinstance(value, str):
        assert request_for(stop_sequence=value) == request_for()


def test_useless_stops_are_left_out() -> None:
    assert request_for(stop_sequence=["", "a", "a", "b" * 600, "c"]).stop == ("a", "c")
    assert request_for(stop_sequence=["\nYou:", None]).stop == ("\nYou:",)
    assert request_for(stop_sequence=[None, 5, ["x"], {}, "a"]).stop == ("a",)
    assert request_for(stop_sequence="").stop == ()
    assert len(request_for(stop_sequence=[str(i) for i in range(200)]).stop) == 64


def test_a_stop_is_cut_off_unless_the_client_wants_it() -> None:
    client = client_of(FakeEngine(lambda prompt: "One.\nYou: Two."))
    assert generate(client, stop_sequence=["\nYou:"], trim_stop=False)[0].endswith("\nYou:")


def test_a_long_prompt_loses_its_beginning() -> None:
    engine = FakeEngine(lambda prompt: prompt[:3], model=replace(INFO, context_length=100))
    client = client_of(engine)
    assert generate(client, prompt="x" * 500 + "abc" + "y" * 77, max_length=20, max_context_length=8192) == ["abc"]
    generate(client, prompt="y" * 95, max_length=20)
    generate(client, prompt="y" * 500, max_length=2000)
    generate(client, prompt="y" * 500, max_length=20, max_context_length=50)
    generate(client, prompt="y" * 500, max_length=20, memory="Remember. ")
    generate(client, prompt="y" * 500, max_length=20, memory="m" * 500)
    sizes = [(len(request.prompt_ids), request.parameters.max_new_tokens) for request in engine.requests]
    assert sizes == [(80, 20), (95, 5), (50, 50), (30, 20), (80, 20), (80, 20)]
    assert engine.decode(engine.requests[4].prompt_ids).startswith("Remember. yyy")


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


@pytest.mark.parametrize("path", [GENERATE, STREAM])
def test_the_last_tokens_log_probabilities_can_be_read_by_key(path: str) -> None:
    client = client_of(FakeEngine(lambda prompt: "hü"))
    client.post(path, json={"prompt": "a", "genkey": "mine", "logprobs": True})
    client.post(path, json={"prompt": "a", "genkey": "other"})
    content = client.post("/api/extra/last_logprobs", json={"genkey": "mine"}).json()["logprobs"]["content"]
    assert [(token["token"], token["bytes"]) for token in content] == [("h", [104]), ("ü", [195, 188])]
    assert [len(token["top_logprobs"]) for token in content] == [5, 5]
    assert content[0]["top_logprobs"][0] == {"token": "h", "logprob": -0.7, "bytes": [104]}
    for key in ("other", "nobody"):
        assert client.post("/api/extra/last_logprobs", json={"genkey": key}).json() == {"logprobs": None}
    assert client.get("/api/extra/last_logprobs").json() == {"logprobs": None}


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


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_client_polls_and_aborts_its_own_generation_only() -> None:
    engine = FakeEngine(lambda prompt: prompt * 1000, delay_s=0.01, model=INFO)
    with client_of(engine) as client, ThreadPoolExecutor() as pool:
        answers = {
            key: pool.submit(generate, client, prompt=key, genkey=key, max_length=1500) for key in ("a", "b")
        } | {"": pool.submit(generate, client, prompt="c", max_length=1500)}
        wait_for(lambda: len(engine.requests) == 3)
        wait_for(lambda: client.post(CHECK, json={"genkey": "a"}).json()["results"][0]["text"].startswith("aa"))
        assert client.get("/api/extra/perf").json()["idle"] == 0
        assert client.post(ABORT, json={"genkey": "a"}).json() == {"success": True}
        (text,) = answers["a"].result(2)
        assert set(text) == {"a"}
        assert client.post(CHECK, json={"genkey": "a"}).json()["results"] == [{"text": text}]
        assert client.post(ABORT, json={"genkey": "a"}).json() == {"success": False}
        assert client.get(CHECK).json()["results"][0]["text"].startswith("c")
        assert client.post(ABORT).json() == {"success": True}
        assert set(answers[""].result(2)[0]) == {"c"}
        assert not answers["b"].done()
        assert client.post(ABORT, json={"genkey": "b"}).json() == {"success": True}
        answers["b"].result(2)
        assert client.get("/api/extra/perf").json() == {"idle": 1, "queue": 0}


def test_nothing_under_way_is_no_error() -> None:
    client = client_of()
    assert client.get(CHECK).json() == {"results": [{"text": ""}]}
    assert client.post(CHECK, json={"genkey": ["x"]}).json() == {"results": [{"text": ""}]}
    assert client.post(ABORT, content=b"").json() == {"success": False}


@pytest.mark.parametrize("number", [1, 17, MAX_ENDED, MAX_ENDED + 1, 40])
def test_exactly_the_newest_ended_generations_can_be_polled(number: int) -> None:
    client = client_of(FakeEngine(lambda prompt: "b"))
    for index in range(number):
        generate(client, genkey=str(index))
    polled = [client.post(CHECK, json={"genkey": str(i)}).json()["results"][0]["text"] for i in range(number)]
    assert polled == [""] * (number - MAX_ENDED) + ["b"] * min(number, MAX_ENDED)


def test_generations_that_run_are_kept_beside_those_that_ended() -> None:
    running, owner = RunningGenerations(), Owner("x", "")
    entry = running.add(owner, [Generation(GenerationRequest((1,), SamplingParameters()))])
    entry.texts[0] = "so far"
    for index in range(40):
        ended = Generation(GenerationRequest((1,), SamplingParameters()))
        running.add(Owner(str(index), ""), [ended])
        ended.fail(EngineStoppedError("The model was unloaded."))
    assert running.text(owner) == "so far"
    assert running.num_running == 1


def test_a_request_runs_until_its_engine_ends_it() -> None:
    running, owner = RunningGenerations(), Owner("x", "")
    generation = Generation(GenerationRequest((1,), SamplingParameters()))
    running.add(owner, [generation])
    assert running.abort(owner)
    assert generation.is_cancelled
    assert running.num_running == 1, "cancelled is not ended"
    generation.fail(EngineStoppedError("The model was unloaded."))
    assert running.num_running == 0
    assert not running.abort(owner)


def test_tokens_are_counted() -> None:
    client = client_of()
    answer = client.post("/api/extra/tokencount", json={"prompt": "abc", "special": True})
    assert answer.json() == {"value": 3, "ids": [97, 98, 99]}
    assert client.post("/api/extra/tokencount", json={"prompt": ""}).json() == {"value": 0, "ids": []}


def test_tokens_become_text_again() -> None:
    client = client_of()
    assert client.post("/api/extra/tokenize", json={"prompt": "abc"}).json()["ids"] == [97, 98, 99]
    answer = client.post("/api/extra/detokenize", json={"ids": [97, 98, 99]})
    assert answer.json() == {"result": "abc", "success": True}
    assert client.post("/api/extra/detokenize", json={}).json() == {"result": "", "success": True}
    for ids in ([2048], [-1], ["a"], "abc", {"a": 1}):
        assert client.post("/api/extra/detokenize", json={"ids": ids}).status_code == 400


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
