"""The engine as a server to many at once: being full, being idle, and its account of who holds what."""

from __future__ import annotations

import asyncio
import random
import time
from functools import partial

import pytest

from pyg_ui.engine.engine import FinishReason, Generation, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.engine.serving.local import LocalEngine
from pyg_ui.engine.serving.run import Run
from pyg_ui.engine.serving.scheduler import Queueing, Scheduler
from pyg_ui.engine.serving.slots import SlotCache
from pyg_ui.engine.serving.step_runner import StepRunner
from pyg_ui.engine.serving.text_stream import TextStream
from pyg_ui.errors import EngineBusyError
from tests.checkpoints import tiny_model
from tests.engine.decoders import native_decoder
from tests.engine.local_engines import (
    check_integrity,
    expected,
    gated,
    generate,
    greedy,
    random_ids,
    reason,
    serving_model,
    token_ids,
    vocabulary,
)


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


def test_a_full_queue_refuses_and_takes_again_once_there_is_room() -> None:
    with gated(num_slots=1, queueing=Queueing(2)) as (engine, gate):
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


def test_what_makes_the_model_quicker_waits_while_a_prompt_is_read() -> None:
    done: list[str] = []
    with gated(num_slots=1) as (engine, gate):
        generation = engine.submit(greedy(random_ids(10), 2))
        gate.wait_until_reached()
        engine.improve([lambda: done.append("packed")])
        assert not engine.wait_until_improved(0.1)
        assert done == []
        gate.step()
        gate.wait_until_reached()
        assert engine.wait_until_improved(20), "decoding goes on beside it"
        gate.open()
        assert token_ids(generation) == expected(random_ids(10), 2)
    assert done == ["packed"]


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
    model.lm_head.bias.data[list(words.end_ids)] = 2
    stops = tuple("aeiou .,")
    cache = SlotCache(native_decoder(model, num_slots=3))
    runner, scheduler = StepRunner(cache, chunk_tokens=16), Scheduler[Run](Queueing(100), max_running=3)
    generations = []
    for seed in range(40):
        prompt = random_ids(chooser.choice((20, 60)), seed=seed % 3) + random_ids(chooser.randrange(20), seed=seed)
        parameters = SamplingParameters.neutral(max_new_tokens=chooser.randrange(1, 20), seed=seed)
        generation = Generation(GenerationRequest(prompt, parameters, stop=stops))
        row = SamplingRow(parameters, list(prompt), len(prompt), end_ids=words.end_ids)
        scheduler.add(Run(generation, row, TextStream(words.token_bytes, stops)))
        generations.append(generation)
    while (step := scheduler.next_step()) is not None:
        for run in runner.run(step):
            scheduler.remove(run)
        if chooser.random() < 0.1:
            run = chooser.choice(scheduler.all() or [None])
            if run is not None:
                scheduler.remove(run)
                runner.release(run)
                run.finish(FinishReason.CANCELLED)
        check_integrity(cache)
    assert not any(slot.is_taken for slot in cache._slots)
    assert {reason(generation) for generation in generations} == set(FinishReason)
    assert any(g.result and g.result.timings.num_cached_tokens for g in generations)


def test_where_strangers_share_it_one_of_them_cannot_have_all_places() -> None:
    over: list[str] = []
    with gated(num_slots=2, queueing=Queueing(8, is_shared=True)) as (engine, gate):
        flood = [engine.submit(greedy((1, 2), 200, client="ann"))]
        gate.wait_until_reached()
        flood += [engine.submit(greedy((1, 2), 200, client="ann")) for _ in range(2)]
        with pytest.raises(EngineBusyError, match="2 of your requests"):
            engine.submit(greedy((3,), 5, client="ann"))
        other = engine.submit(greedy((4,), 5, client="bob"))
        for generation in (*flood, other):
            generation.when_over(partial(over.append, generation.request.client))
        gate.open()
        assert token_ids(other) == expected((4,), 5)
        for generation in flood:
            assert len(token_ids(generation)) == 200
    assert over == ["bob", "ann", "ann", "ann"]
