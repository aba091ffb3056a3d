"""What one of Kobold's clients asks for."""

from __future__ import annotations

import json
from typing import Any

from starlette.testclient import TestClient

from pyg_ui.engine.engine import GenerationRequest
from tests.api.served import INFO, client_of
from tests.fakes import FakeEngine

GENERATE = "/api/v1/generate"
STREAM = "/api/extra/generate/stream"


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
