"""A step that fails ends the generations that were in it, and no others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from pyg_ui.engine.serving.step_runner import StepRunner
from pyg_ui.errors import EngineError, EngineStoppedError
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


class Trouble:
    """Raises, or spoils the logits, at the passes of a kind that come while it is armed."""

    def __init__(self, kind: str, make: Callable[[], Any]) -> None:
        self._kind = kind
        self._make = make
        self.is_armed = False

    def __call__(self, kind: str, slots: Sequence[int]) -> Any:
        if self.is_armed and kind == self._kind:
            self.is_armed = False
            return self._make()
        return None


def break_down() -> None:
    raise ValueError("something private")


def spoil(logits: torch.Tensor) -> torch.Tensor:
    spoiled = logits.clone()
    spoiled.view(-1)[0] = float("nan")
    return spoiled


@pytest.mark.parametrize(
    ("kind", "make", "message"),
    [
        ("prefill", break_down, "model failed.*log has the details"),
        ("decode", break_down, "model failed.*log has the details"),
        ("prefill", lambda: spoil, "not a number"),
        ("decode", lambda: spoil, "not a number"),
    ],
)
def test_a_failing_step_ends_its_own_generation_and_the_engine_keeps_serving(
    kind: str, make: Callable[[], Any], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    trouble = Trouble(kind, make)
    prompt = random_ids(30)
    with serving(WatchedDecoder(native_decoder(tiny_model("gpt_neo"), num_slots=2), trouble)) as engine:
        trouble.is_armed = True
        failing = engine.submit(greedy(prompt, 10))
        with pytest.raises(EngineError, match=message) as caught:
            failing.text()
        assert "private" not in str(caught.value)
        assert failing.result is None
        retried = engine.submit(greedy(prompt, 10))
        assert token_ids(retried) == expected(prompt, 10)
        assert retried.result is not None
        assert retried.result.timings.num_cached_tokens == 0, "what a failed step left must not be reused"


def test_spoiled_logits_of_one_row_leave_the_other_rows_alone() -> None:
    prompts = [random_ids(10, seed=seed) for seed in range(2)]
    gate = Gate()

    def before(kind: str, slots: Sequence[int]) -> Any:
        gate(kind, slots)
        return spoil if kind == "decode" and len(slots) == 2 else None

    with serving(WatchedDecoder(native_decoder(tiny_model("gpt_neo"), num_slots=2), before)) as engine:
        bad, good = (engine.submit(greedy(ids, 10)) for ids in prompts)
        gate.open()
        with pytest.raises(EngineError):
            bad.text()
        assert token_ids(good) == expected(prompts[1], 10)


def test_a_failing_prompt_does_not_touch_those_who_decode() -> None:
    trouble = Trouble("prefill", break_down)
    first, second = random_ids(10), random_ids(10, seed=1)
    with serving(WatchedDecoder(native_decoder(tiny_model("gpt_neo"), num_slots=2), trouble)) as engine:
        decoding = engine.submit(greedy(first, 100))
        chunks = iter(decoding)
        tokens = list(next(chunks).token_ids)
        trouble.is_armed = True
        with pytest.raises(EngineError):
            engine.submit(greedy(second, 10)).text()
        tokens += [token_id for chunk in chunks for token_id in chunk.token_ids]
    assert tokens == expected(first, 100)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_is_left_waiting_if_the_loop_itself_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: Any) -> None:
        raise SystemExit

    with gated(num_slots=1) as (engine, gate):
        generations = [engine.submit(greedy((1, 2), 5)) for _ in range(3)]
        gate.wait_until_reached()
        monkeypatch.setattr(StepRunner, "release", explode)
        gate.open()
        token_ids(generations[0])
        for generation in generations[1:]:
            with pytest.raises(EngineStoppedError):
                generation.text()
