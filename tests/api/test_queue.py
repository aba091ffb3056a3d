"""A full queue answers at once, in each dialect's way, and frees up again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.api.operations.metrics import Metrics, WatchedEngine
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.serving.local import LocalEngine
from pyg_ui.engine.serving.scheduler import Queueing
from tests.api.served import manager_of
from tests.checkpoints import tiny_model
from tests.engine.decoders import native_decoder
from tests.engine.local_engines import Gate, WatchedDecoder, serving

BODIES = {
    "/tiny-webhook/predict": ({"prompt": "a", "max_length": 2}, 503),
    "/v1/completions": ({"prompt": "a", "max_tokens": 2}, 429),
    "/v1/chat/completions": ({"messages": [{"role": "user", "content": "a"}], "max_tokens": 2, "stream": True}, 429),
    "/api/v1/generate": ({"prompt": "a", "max_length": 2}, 503),
    "/api/extra/generate/stream": ({"prompt": "a", "max_length": 2}, 503),
}


@dataclass
class FullQueue:
    """An API whose engine runs one request while another one waits, and no more may wait."""

    client: TestClient
    engine: LocalEngine
    metrics: Metrics
    empty: Callable[[], None]
    """Let both be answered."""


@pytest.fixture
def full() -> Iterator[FullQueue]:
    gate, metrics = Gate(), Metrics()
    decoder = WatchedDecoder(native_decoder(tiny_model("gptj"), num_slots=1), gate)
    with serving(decoder, queueing=Queueing(1)) as engine, ThreadPoolExecutor() as pool:
        client = TestClient(build_api(models=manager_of(cast(Engine, WatchedEngine(engine, metrics)), source="tiny")))
        body = {"prompt": "a", "max_tokens": 2}
        asked = [pool.submit(client.post, "/v1/completions", json=body)]
        gate.wait_until_reached()
        asked.append(pool.submit(client.post, "/v1/completions", json=body))
        while len(engine._scheduler.all()) < 2:
            time.sleep(0.01)

        def empty() -> None:
            gate.open()
            assert [each.result(20).status_code for each in asked] == [200, 200]

        yield FullQueue(client, engine, metrics, empty)
        empty()


def test_a_full_queue_answers_at_once(full: FullQueue) -> None:
    for path, (wanted, status) in BODIES.items():
        answer = full.client.post(path, json=wanted)
        assert answer.status_code == status, path
        assert int(answer.headers["retry-after"]) > 0
    assert f"pygmalion_refused_generations_total {len(BODIES)}.0" in full.metrics.text().decode()
    assert full.client.get("/health").status_code == 200
    full.empty()
    for path, (wanted, _) in BODIES.items():
        assert full.client.post(path, json=wanted).status_code == 200


@pytest.mark.parametrize("path", BODIES)
def test_nothing_is_read_of_a_request_that_finds_no_place(
    full: FullQueue, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: Any, **__: Any) -> Any:
        raise AssertionError("a refused request was read")

    bodies, refused = [b"{", b"x" * 2_000_000], BODIES[path][1]
    with monkeypatch.context() as patch:
        patch.setattr(full.engine, "encode", read)
        patch.setattr("starlette.requests.Request.stream", read)
        assert [full.client.post(path, content=body).status_code for body in bodies] == [refused, refused]
        assert full.client.post(path, json=BODIES[path][0]).status_code == refused
    full.empty()
    assert [full.client.post(path, content=body).status_code for body in bodies] == [400, 413]
