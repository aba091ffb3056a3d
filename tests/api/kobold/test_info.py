"""What Kobold's clients ask for when they connect."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.engine.manager import ModelManager
from tests.api.kobold.kobold_client import GENERATE
from tests.api.served import client_of
from tests.fakes import FakeEngine


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
