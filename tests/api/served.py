"""The API over a FakeEngine, as the tests of this folder use it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.api.guard.access import Access
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from tests.fakes import DEMO_INFO, FakeEngine

PREDICT = "/demo-neo-webhook/predict"
ADDRESS = "http://127.0.0.1:7860"
INFO = replace(DEMO_INFO, vocabulary_size=2048)


def manager_of(engine: Engine, source: str = "demo-neo") -> ModelManager:
    """A manager that serves this engine."""
    models = ModelManager(lambda choice, report: engine)
    models.start_loading(ModelChoice(source))
    assert models.wait(10).is_ready
    return models


def client_of(engine: Engine | None = None, **access: Any) -> TestClient:
    """A client of an API that serves this engine, with this Access.

    A failure of the server is a 500 here, as it is for real clients.
    """
    models = manager_of(engine or FakeEngine(model=INFO))
    api = build_api(models=models, access=Access(**access))
    return TestClient(api, base_url=ADDRESS, raise_server_exceptions=False)


def post(client: TestClient, body: object, **options: Any) -> Any:
    """Predict with a JSON body that may hold what strict encoders refuse."""
    content = json.dumps(body) if not isinstance(body, bytes) else body
    return client.post(PREDICT, content=content, **options)
