"""Generations under way: Kobold's clients poll them, abort them and read their tokens."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pyg_ui.api.kobold.running import MAX_ENDED, Owner, RunningGenerations
from pyg_ui.engine.engine import Generation, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import EngineStoppedError
from tests.api.kobold.kobold_client import GENERATE, STREAM, generate
from tests.api.served import INFO, client_of
from tests.fakes import FakeEngine

CHECK = "/api/extra/generate/check"
ABORT = "/api/extra/abort"


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
