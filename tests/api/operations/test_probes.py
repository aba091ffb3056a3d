"""The probes."""

from __future__ import annotations

import threading

import pytest
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import LoadProgress, ModelChoice, ReportProgress
from pyg_ui.errors import CheckpointNotFoundError, Message
from tests.api.served import client_of
from tests.fakes import FakeEngine


def test_health_is_200_without_a_model() -> None:
    answer = TestClient(build_api(models=ModelManager(lambda choice, report: FakeEngine()))).get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_is_503_with_the_reason_until_a_model_serves() -> None:
    reported, go_on = threading.Event(), threading.Event()

    def load(choice: ModelChoice, report: ReportProgress) -> Engine:
        report(LoadProgress(Message("Reading weights"), 1, 4))
        reported.set()
        go_on.wait(10)
        if choice.source == "nowhere":
            raise CheckpointNotFoundError("There is nothing at nowhere.")
        return FakeEngine()

    models = ModelManager(load)
    client = TestClient(build_api(models=models))
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert "--model" in answer.json()["reason"]

    models.start_loading(ModelChoice("nowhere"))
    assert reported.wait(10)
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "loading")
    assert answer.json()["progress"] == {"stage": "Reading weights", "fraction": 0.25}
    assert "retry-after" in answer.headers

    go_on.set()
    models.wait(10)
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["reason"]) == (503, "There is nothing at nowhere.")

    models.start_loading(ModelChoice("demo-neo"))
    models.wait(10)
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["status"], answer.json()["model"]) == (200, "ready", "demo-neo")


def test_a_public_server_does_not_tell_strangers_why_a_load_failed(caplog: pytest.LogCaptureFixture) -> None:
    def load(choice: ModelChoice, report: ReportProgress) -> Engine:
        raise CheckpointNotFoundError("There is nothing at /home/anna/models.")

    for hides_errors in (False, True):
        models = ModelManager(load, hides_errors=hides_errors)
        models.start_loading(ModelChoice("/home/anna/models"))
        models.wait(10)
        client = TestClient(build_api(models=models))
        refused = client.post("/v1/completions", json={"prompt": "a"})
        assert refused.status_code == 503
        for told in (client.get("/ready").json()["reason"], refused.text, str(models.status.error or "")):
            assert ("/home/anna" in told) != hides_errors
            assert not hides_errors or "log says why" in told
    assert caplog.text.count("/home/anna") == 2


def test_probes_answer_head_and_say_what_they_take() -> None:
    client = client_of()
    for path in ("/health", "/ready"):
        assert client.head(path).status_code == 200
        refused = client.post(path)
        assert refused.status_code == 405
        assert "GET" in refused.headers["allow"]
        assert "message" in refused.json()


def test_other_methods_of_predict_are_405_with_the_one_it_takes() -> None:
    client = client_of()
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        answer = client.request(method, "/demo-neo-webhook/predict")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
    assert "Use POST" in client.get("/demo-neo-webhook/predict").json()["message"]
