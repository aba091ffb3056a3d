"""The engine over a real `transformers serve`, the strictest of all servers: it refuses what it does not know."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pyg_ui.engine.catalog import find_entry
from pyg_ui.engine.engine import Engine, FinishReason, Generation, GenerationRequest
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.remote.connecting import connect
from pyg_ui.engine.serving.local import load_engine
from tests.server import running_app

PROMPT = "You: Hi, who are you?\nBob:"


def asked(engine: Engine, *stop: str, **parameters: float) -> Generation:
    sampling = SamplingParameters.neutral(**{"max_new_tokens": 30, **parameters})
    return engine.submit(GenerationRequest(tuple(engine.encode(PROMPT)), sampling, stop))


@pytest.mark.trust
def test_transformers_serve_writes_what_our_own_engine_writes(tmp_path: Path) -> None:
    entry = find_entry("demo-j")
    assert entry is not None
    serve = (str(Path(sys.executable).with_name("transformers")), "serve", str(entry.directory))
    local = load_engine(ModelChoice("demo-j"), lambda progress: None)
    with running_app(tmp_path / "log", ["--device", "cpu"], wait_for="/health", program=serve) as server:
        address = f"{server.url}/v1#{entry.directory}"
        engine = connect(ModelChoice(address), lambda progress: None, key_of=lambda address: "")
        try:
            written = asked(engine, "\nYou:", temperature=0)
            assert written.text() == asked(local, "\nYou:", temperature=0).text() != ""
            assert written.result is not None
            assert (written.result.reason, written.result.stop) == (FinishReason.STOP, "\nYou:")
            assert asked(engine, seed=5).text() == asked(engine, seed=5).text()
            cancelled = asked(engine, max_new_tokens=1500, seed=5)
            for _ in cancelled:
                break
            assert asked(engine, temperature=0).text().startswith(" ")
        finally:
            engine.close()
            local.close()
