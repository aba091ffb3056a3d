"""Generations that nobody wants any more, and what the others notice: nothing."""

from __future__ import annotations

from pyg_ui.engine.engine import FinishReason
from tests.checkpoints import tiny_model
from tests.engine.local_engines import (
    expected,
    gated,
    generate,
    greedy,
    random_ids,
    reason,
    serving_model,
    token_ids,
)


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
