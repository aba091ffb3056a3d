"""What `/metrics` counts."""

from __future__ import annotations

import re
import time

import pytest
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.api.operations.metrics import Metrics, WatchedEngine
from pyg_ui.engine.engine import Generation, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import EngineBusyError, EngineStoppedError
from tests.api.served import client_of
from tests.checkpoints import tiny_model
from tests.engine.local_engines import serving_model
from tests.fakes import FakeEngine


def watched(engine: object, **options: object) -> TestClient:
    metrics = Metrics()
    models = ModelManager(metrics.watching(lambda choice, report: engine))  # type: ignore[arg-type,return-value]
    models.start_loading(ModelChoice("demo-neo"))
    models.wait(10)
    return TestClient(build_api(models=models, metrics=metrics), raise_server_exceptions=False)


def value(client: TestClient, sample: str) -> float:
    found = re.search(rf"^pygmalion_{re.escape(sample)} (.*)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_generations_and_tokens_are_counted() -> None:
    client = watched(FakeEngine(lambda prompt: "hello"))
    client.post("/v1/completions", json={"prompt": "abc", "n": 2, "max_tokens": 3})
    client.post("/v1/completions", json={"prompt": "abc", "max_tokens": 9})
    assert value(client, 'generations_total{end="length"}') == 2
    assert value(client, 'generations_total{end="end_of_text"}') == 1
    assert value(client, "prompt_tokens_total") == 9
    assert value(client, "generated_tokens_total") == 11
    assert value(client, "first_token_seconds_count") == 3
    assert value(client, "generations_in_flight") == 0


def test_the_caches_hits_are_counted() -> None:
    with serving_model(tiny_model("gptj")) as engine:
        client = watched(engine)
        for _ in range(2):
            client.post("/v1/completions", json={"prompt": "x" * 20, "max_tokens": 1, "ignore_eos": True})
        assert value(client, "cached_prompt_tokens_total") == 19
        assert value(client, "prompt_tokens_total") == 40


def test_what_waits_or_runs_is_in_flight() -> None:
    metrics = Metrics()
    engine = WatchedEngine(FakeEngine(lambda prompt: "b" * 1000, delay_s=0.01), metrics)
    generation = engine.submit(GenerationRequest((97,), SamplingParameters(max_new_tokens=1000)))
    assert b"pygmalion_generations_in_flight 1.0" in metrics.text()
    generation.cancel()
    deadline = time.monotonic() + 5
    while b"pygmalion_generations_in_flight 0.0" not in metrics.text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert b'end="cancelled"} 1.0' in metrics.text()


def test_refusals_and_failures_are_counted() -> None:
    class Unwilling(FakeEngine):
        def submit(self, request: GenerationRequest) -> Generation:
            if len(request.prompt_ids) > 1:
                raise EngineBusyError("full")
            generation = Generation(request)
            generation.fail(EngineStoppedError("stopped"))
            return generation

    client = watched(Unwilling())
    client.post("/v1/completions", json={"prompt": "a"})
    client.post("/v1/completions", json={"prompt": "ab"})
    assert value(client, 'generations_total{end="failed"}') == 1
    assert value(client, "refused_generations_total") == 1
    assert value(client, "generations_in_flight") == 0


def test_it_is_plain_text_without_anything_of_a_prompt() -> None:
    client = watched(FakeEngine())
    client.post("/v1/completions", json={"prompt": "xyzzy-secret"})
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "xyzzy" not in answer.text


@pytest.mark.parametrize("headers", [{}, {"Authorization": "wrong"}])
def test_it_wants_the_key(headers: dict[str, str]) -> None:
    assert client_of(api_keys=["k"]).get("/metrics", headers=headers).status_code == 401
