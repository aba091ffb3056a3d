"""An engine that closes, at once or patiently."""

from __future__ import annotations

import threading
import time

import pytest

from pyg_ui.engine.serving.local import LocalEngine
from pyg_ui.errors import EngineStoppedError
from tests.checkpoints import tiny_model
from tests.engine.decoders import native_decoder
from tests.engine.local_engines import (
    Gate,
    WatchedDecoder,
    expected,
    gated,
    greedy,
    random_ids,
    serving,
    token_ids,
)


def test_closing_fails_who_runs_and_who_waits_after_what_they_already_had() -> None:
    gate = Gate()
    decoder = WatchedDecoder(native_decoder(tiny_model("gpt_neo"), num_slots=1), gate)
    with serving(decoder) as engine:
        running, waiting = engine.submit(greedy((1, 2), 400)), engine.submit(greedy((3,), 5))
        for _ in range(3):
            gate.wait_until_reached()
            gate.step()
        gate.wait_until_reached()
        closer = threading.Thread(target=engine.close)
        closer.start()
        gate.open()
        closer.join(timeout=20)
        chunks = iter(running)
        assert [len(next(chunks).token_ids) for _ in range(3)] == [1, 1, 1]
        with pytest.raises(EngineStoppedError, match="unloaded"):
            list(chunks)
        with pytest.raises(EngineStoppedError):
            waiting.text()
        assert engine_threads() == []


def test_a_patient_close_lets_everybody_end_and_takes_who_comes_meanwhile() -> None:
    prompts = [random_ids(10, seed=seed) for seed in range(3)]
    with gated(num_slots=1) as (engine, gate):
        running, waiting = (engine.submit(greedy(ids, 5)) for ids in prompts[:2])
        gate.wait_until_reached()
        closer = threading.Thread(target=engine.close, args=(20,))
        closer.start()
        late = engine.submit(greedy(prompts[2], 5))
        gate.open()
        closer.join(timeout=10)
        assert not closer.is_alive(), "it waits no longer than for the last one"
        for generation, ids in zip((running, waiting, late), prompts, strict=True):
            assert token_ids(generation) == expected(ids, 5)
        with pytest.raises(EngineStoppedError):
            engine.submit(greedy((1,), 5))
    assert engine_threads() == []


def test_patience_ends() -> None:
    with gated(num_slots=1) as (engine, gate):
        running = engine.submit(greedy((1, 2), 400))
        gate.wait_until_reached()
        closer = threading.Thread(target=engine.close, args=(0.1,))
        closer.start()
        time.sleep(0.2)
        gate.open()
        closer.join(timeout=20)
        with pytest.raises(EngineStoppedError):
            running.text()


def test_what_makes_the_model_quicker_waits_while_a_prompt_is_read() -> None:
    done: list[str] = []
    with gated(num_slots=1) as (engine, gate):
        engine.submit(greedy((1, 2), 5))
        gate.wait_until_reached()
        engine.improve([lambda: done.append("packed")])
        assert not engine.wait_until_improved(0.2)
        assert done == []
        gate.open()
        assert engine.wait_until_improved(20)
        assert done == ["packed"]


def test_closing_does_not_wait_for_what_would_make_the_model_quicker() -> None:
    done: list[str] = []
    with gated(num_slots=1) as (engine, gate):
        engine.submit(greedy((1, 2), 5))
        gate.wait_until_reached()
        engine.improve([lambda: done.append("packed")])
        closer = threading.Thread(target=engine.close)
        closer.start()
        wait_until_closed(engine)
        gate.open()
        closer.join(timeout=20)
    assert done == []


def wait_until_closed(engine: LocalEngine) -> None:
    """Until it takes nobody any more, though those who are there may not have been told yet."""
    while True:
        try:
            engine.submit(greedy((3,), 1))
        except EngineStoppedError:
            return
        time.sleep(0.01)


def engine_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "engine"]
