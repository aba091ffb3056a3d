"""A full queue answers at once, in each dialect's way, and frees up again."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
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


def test_a_full_queue_answers_at_once() -> None:
    gate = Gate()
    decoder = WatchedDecoder(native_decoder(tiny_model("gptj"), num_slots=1), gate)
    with serving(decoder, queueing=Queueing(1)) as engine, ThreadPoolExecutor() as pool:
        client = TestClient(build_api(models=manager_of(engine, source="tiny")))
        body = {"prompt": "a", "max_tokens": 2}
        running = pool.submit(client.post, "/v1/completions", json=body)
        gate.wait_until_reached()
        waiting = pool.submit(client.post, "/v1/completions", json=body)
        while len(engine._scheduler.all()) < 2:
            time.sleep(0.01)
        try:
            for path, (wanted, status) in BODIES.items():
                answer = client.post(path, json=wanted)
                assert answer.status_code == status, path
                assert int(answer.headers["retry-after"]) > 0
            assert client.get("/health").status_code == 200
        finally:
            gate.open()
        assert running.result(20).status_code == waiting.result(20).status_code == 200
        for path, (wanted, _) in BODIES.items():
            assert client.post(path, json=wanted).status_code == 200
