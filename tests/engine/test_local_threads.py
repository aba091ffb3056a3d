"""The engine as a server: cancelling, failing, closing, being full, being idle."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from pyg_ui.engine.generation import FinishReason, Generation, GenerationRequest
from pyg_ui.engine.kv_cache import SlotCache
from pyg_ui.engine.local import LocalEngine
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.run import Run
from pyg_ui.engine.sampler import SamplingRow
from pyg_ui.engine.scheduler import Scheduler
from pyg_ui.engine.step_runner import StepRunner
from pyg_ui.engine.text_stream import TextStream
from pyg_ui.errors import EngineBusyError, EngineError, EngineStoppedError, OutOfMemoryError
from tests.checkpoints import tiny_model
from tests.engine.decoders import native_decoder
from tests.engine.local_engines import (
    Gate,
    WatchedDecoder,
    generate,
    greedy,
    random_ids,
    serving,
    serving_model,
    token_ids,
    transformers_greedy,
    vocabulary,
)


@contextmanager
def gated(*, num_slots: int, **options: Any) -> Iterator[tuple[LocalEngine, Gate]]:
    gate = Gate()
    decoder = WatchedDecoder(native_decoder(tiny_model("gpt_neo"), num_slots=num_slots), gate)
    with serving(decoder, **options) as engine:
        try:
            yield engine, gate
        finally:
            gate.open()


def expected(prompt: tuple[int, ...], num_new: int) -> list[int]:
    return transformers_greedy(tiny_model("gpt_neo"), prompt, num_new)


def reason(generation: Generation) -> FinishReason | None:
    return None if generation.result is None else generation.result.reason


# -- cancelling --------------------------------------------------------------------------------------------------


def test_cancelling_while_waiting_leaves_the_queue_and_the_others_untouched() -> None:
    first, last = random_ids(10), random_ids(12, seed=1)
    with gated(num_slots=1) as (engine, gate):
        running, waiting, after = (engine.submit(greedy(ids, 5)) for ids in (first, (7, 7, 7), last))
        gate.wait_until_reached()
        waiting.cancel()
        gate.open()
        assert token_ids(running) == expected(first, 5)
        assert token_ids(after) == expected(last, 5)
        assert token_ids(waiting) == []
        assert reason(waiting) is FinishReason.CANCELLED
        assert waiting.result is not None
        assert waiting.result.timings.num_new_tokens == 0
        assert gate.passes.count(("prefill", (0,))) == 2


def test_cancelling_a_prompt_being_read_stops_after_its_chunk() -> None:
    other = random_ids(12, seed=1)
    with gated(num_slots=1, chunk_tokens=32) as (engine, gate):
        long, after = engine.submit(greedy(random_ids(200), 5)), engine.submit(greedy(other, 5))
        gate.wait_until_reached()
        gate.step()
        gate.wait_until_reached()
        long.cancel()
        gate.open()
        assert token_ids(long) == []
        assert reason(long) is FinishReason.CANCELLED
        assert token_ids(after) == expected(other, 5)
        assert gate.passes.count(("prefill", (0,))) == 3


def test_cancelling_while_decoding_stops_within_a_step_and_frees_the_slot() -> None:
    first, second = random_ids(10), random_ids(12, seed=1)
    with gated(num_slots=1) as (engine, gate):
        running, after = engine.submit(greedy(first, 400)), engine.submit(greedy(second, 5))
        for _ in range(4):
            gate.wait_until_reached()
            gate.step()
        gate.wait_until_reached()
        running.cancel()
        gate.open()
        tokens = token_ids(running)
        assert 4 <= len(tokens) <= 5
        assert tokens == expected(first, 5)[: len(tokens)]
        assert reason(running) is FinishReason.CANCELLED
        assert token_ids(after) == expected(second, 5)


def test_a_consumer_that_goes_away_frees_its_slot() -> None:
    with serving_model(tiny_model("gpt_neo"), num_slots=1) as engine:
        generation = engine.submit(greedy(random_ids(10), 500))
        for _ in generation:
            break
        assert generate(engine, greedy(random_ids(5), 3)) == expected(random_ids(5), 3)
        assert reason(generation) is FinishReason.CANCELLED


def test_cancelling_one_of_several_leaves_the_others_their_tokens() -> None:
    prompts = [random_ids(20, seed=seed) for seed in range(4)]
    with serving_model(tiny_model("gpt_neo")) as engine:
        generations = [engine.submit(greedy(ids, 60)) for ids in prompts]
        next(iter(generations[1]))
        for index in (0, 2, 3):
            assert token_ids(generations[index]) == expected(prompts[index], 60)
        assert reason(generations[1]) is FinishReason.CANCELLED


def test_a_long_prompt_does_not_stop_the_streams_of_others() -> None:
    with gated(num_slots=2, chunk_tokens=16) as (engine, gate):
        streaming = engine.submit(greedy(random_ids(5), 200))
        gate.wait_until_reached()
        long = engine.submit(greedy(random_ids(160, seed=1), 2))
        gate.open()
        token_ids(long)
        streaming.cancel()
        first = gate.passes.index(("prefill", (1,)))
        kinds = [kind for kind, _ in gate.passes[first : first + 20]]
        assert kinds == ["prefill", "decode"] * 10


# -- failing -----------------------------------------------------------------------------------------------------


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


def run_out_of_memory() -> None:
    raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")


def break_down() -> None:
    raise ValueError("something private")


def spoil(logits: torch.Tensor) -> torch.Tensor:
    spoiled = logits.clone()
    spoiled.view(-1)[0] = float("nan")
    return spoiled


@pytest.mark.parametrize(
    ("kind", "make", "message"),
    [
        ("prefill", run_out_of_memory, "ran out of memory"),
        ("decode", run_out_of_memory, "ran out of memory"),
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
        assert isinstance(caught.value, OutOfMemoryError) == (make is run_out_of_memory)
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
        monkeypatch.setattr(StepRunner, "give_back", explode)
        gate.open()
        token_ids(generations[0])
        for generation in generations[1:]:
            with pytest.raises(EngineStoppedError):
                generation.text()


# -- closing, being full, being idle -----------------------------------------------------------------------------


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


def engine_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "engine"]


def test_a_full_queue_refuses_and_takes_again_once_there_is_room() -> None:
    with gated(num_slots=1, max_waiting=2) as (engine, gate):
        running = engine.submit(greedy((1, 2), 5))
        gate.wait_until_reached()
        waiting = [engine.submit(greedy((3,), 5)) for _ in range(2)]
        with pytest.raises(EngineBusyError, match="2 requests"):
            engine.submit(greedy((4,), 5))
        gate.open()
        for generation in (running, *waiting):
            assert len(token_ids(generation)) == 5
        assert len(generate(engine, greedy((4,), 5))) == 5


def test_an_idle_engine_uses_no_processor_time() -> None:
    with serving_model(tiny_model("gpt_neo")) as engine:
        generate(engine, greedy((1, 2), 5))
        before = time.process_time()
        time.sleep(0.4)
        assert time.process_time() - before < 0.05


def test_threads_and_tasks_are_served_at_once() -> None:
    prompts = [random_ids(8, seed=seed) for seed in range(6)]

    async def consume(generation: Generation) -> list[int]:
        return [token_id async for chunk in generation for token_id in chunk.token_ids]

    async def main(engine: LocalEngine) -> list[list[int]]:
        generations = [engine.submit(greedy(ids, 12)) for ids in prompts]
        in_threads = [asyncio.to_thread(token_ids, generation) for generation in generations[:3]]
        return await asyncio.gather(*in_threads, *map(consume, generations[3:]))

    with serving_model(tiny_model("gpt_neo")) as engine:
        assert asyncio.run(main(engine)) == [expected(ids, 12) for ids in prompts]


def test_the_cache_keeps_its_account_through_a_random_workload() -> None:
    chooser, words = random.Random(1), vocabulary()
    model = tiny_model("gptj", context=128)
    model.lm_head.bias.data[words.end_of_text_id] = 2
    stops = tuple("aeiou .,")
    cache = SlotCache(native_decoder(model, num_slots=3))
    runner, scheduler = StepRunner(cache, chunk_tokens=16), Scheduler[Run](max_running=3, max_waiting=100)
    generations = []
    for seed in range(40):
        prompt = random_ids(chooser.choice((20, 60)), seed=seed % 3) + random_ids(chooser.randrange(20), seed=seed)
        parameters = SamplingParameters.neutral(max_new_tokens=chooser.randrange(1, 20), seed=seed)
        generation = Generation(GenerationRequest(prompt, parameters, stop=stops))
        row = SamplingRow(parameters, list(prompt), len(prompt), end_of_text_id=words.end_of_text_id)
        scheduler.add(Run(generation, row, TextStream(words.token_bytes, stops)))
        generations.append(generation)
    while (step := scheduler.next_step()) is not None:
        for run in runner.run(step):
            scheduler.remove(run)
        if chooser.random() < 0.1:
            run = chooser.choice(scheduler.all() or [None])
            if run is not None:
                scheduler.remove(run)
                runner.give_back(run)
                run.finish(FinishReason.CANCELLED)
        runner.check_integrity()
    assert cache.num_idle == 3
    assert {reason(generation) for generation in generations} == set(FinishReason)
    assert any(g.result and g.result.timings.num_cached_tokens for g in generations)
