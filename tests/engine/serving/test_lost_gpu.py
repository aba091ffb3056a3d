"""A GPU that fails for good takes its model with it, and everybody is told."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest
import torch
from fastapi.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.errors import EngineStoppedError, NoModelError
from tests.checkpoints import tiny_model
from tests.engine.decoders import native_decoder
from tests.engine.local_engines import WatchedDecoder, greedy, random_ids, serving

TIMEOUT_S = 10


def test_a_lost_gpu_ends_the_engine_and_ready_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    is_lost = False

    def before(kind: str, slots: Sequence[int]) -> None:
        if is_lost:
            raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

    with serving(WatchedDecoder(native_decoder(tiny_model("gptj"), num_slots=2), before)) as engine:
        models = ModelManager(lambda choice, report: engine)
        models.start_loading(ModelChoice("tiny"))
        assert models.wait(TIMEOUT_S).is_ready
        client = TestClient(build_api(models=models))
        assert client.get("/ready").status_code == 200
        is_lost = True
        with pytest.raises(EngineStoppedError, match=r"GPU failed.*Restart"):
            engine.submit(greedy(random_ids(5), 3)).text()
        models.wait(TIMEOUT_S)
        engine.close()
        answer = client.get("/ready")
        assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
        assert "GPU failed" in answer.json()["reason"]
        with pytest.raises(NoModelError, match="GPU failed"):
            _ = models.engine
        with pytest.raises(EngineStoppedError, match="GPU failed"):
            engine.submit(greedy((1,), 1))


def test_a_gpu_that_was_lost_before_the_model_served_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)

    def before(kind: str, slots: Sequence[int]) -> None:
        raise torch.AcceleratorError("CUDA error: unspecified launch failure")

    with serving(WatchedDecoder(native_decoder(tiny_model("gptj"), num_slots=1), before)) as engine:
        with pytest.raises(EngineStoppedError):
            engine.submit(greedy((1,), 1)).text()
        engine.close()
        models = ModelManager(lambda choice, report: engine)
        models.start_loading(ModelChoice("tiny"))
        assert not models.wait(TIMEOUT_S).is_ready
