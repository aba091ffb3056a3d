"""A predict request for a model that is not loaded loads it, where the server's owner allows that."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import Device, ModelChoice, ReportProgress
from pyg_ui.errors import CheckpointNotFoundError
from tests.api.served import ADDRESS
from tests.fakes import DEMO_INFO, FakeEngine

ON_CPU = ModelChoice("demo-neo", device=Device.CPU)


@dataclass
class Loads:
    """Engines that speak of the model they are; pygmalion-6b is not there."""

    choices: list[ModelChoice] = field(default_factory=list)
    before: Callable[[], Any] = lambda: None

    def __call__(self, choice: ModelChoice, report: ReportProgress) -> Engine:
        self.choices.append(choice)
        self.before()
        if choice.source == "pygmalion-6b":
            raise CheckpointNotFoundError("There is no such file.")
        return FakeEngine(lambda prompt: f" I am {choice.source}.", model=replace(DEMO_INFO, id=choice.source))


def client_of(loads: Loads, load_on_request: ModelChoice | None = ON_CPU) -> TestClient:
    models = ModelManager(loads)
    models.start_loading(ModelChoice("demo-neo"))
    assert models.wait(10).is_ready
    return TestClient(build_api(models=models, load_on_request=load_on_request), base_url=ADDRESS)


def predict(client: TestClient, model_id: str) -> Any:
    return client.post(f"/{model_id}-webhook/predict", json={"prompt": "Who are you?"})


def test_it_is_loaded_as_the_owner_said_and_answers() -> None:
    loads = Loads()
    client = client_of(loads)
    assert predict(client, "demo-j").json()["result"] == "Who are you? I am demo-j."
    assert predict(client, "demo-j").status_code == 200
    assert predict(client, "demo-neo").json()["result"].endswith("I am demo-neo.")
    assert loads.choices[1:] == [replace(ON_CPU, source="demo-j"), ON_CPU]


def test_by_default_it_is_503_and_says_what_is_loaded() -> None:
    loads = Loads()
    answer = predict(client_of(loads, None), "demo-j")
    assert answer.status_code == 503
    assert "serves demo-neo" in answer.json()["message"]
    assert len(loads.choices) == 1


def test_what_cannot_be_loaded_is_503_with_the_reason_and_the_other_keeps_serving() -> None:
    client = client_of(Loads())
    answer = predict(client, "pygmalion-6b")
    assert answer.status_code == 503
    assert answer.json()["message"] == "pygmalion-6b could not be loaded. There is no such file."
    assert predict(client, "demo-neo").status_code == 200


def test_no_other_name_loads_anything() -> None:
    loads = Loads()
    client = client_of(loads)
    assert predict(client, "owner--model").status_code == 404
    assert client.post("/demo-j-webhook/predict", content=b"{").status_code == 400
    assert client.post("/v1/completions", json={"prompt": "a", "model": "demo-j"}).json()["model"] == "demo-neo"
    assert len(loads.choices) == 1


def test_those_who_ask_meanwhile_wait_for_the_one_load() -> None:
    go_on = threading.Event()
    loads = Loads()
    client = client_of(loads)
    loads.before = lambda: go_on.wait(10)
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(predict, client, "demo-j") for _ in range(4)]
        assert predict(client, "demo-neo").status_code == 200
        go_on.set()
        assert {answer.result().status_code for answer in answers} <= {200, 503}
    assert [choice.source for choice in loads.choices] == ["demo-neo", "demo-j"]
