"""Where memory runs out in a pass, only what does not fit by itself fails, and the cache stays right."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
import torch

from pyg_ui.engine.engine import Generation
from pyg_ui.engine.serving.local import LocalEngine
from pyg_ui.errors import OutOfMemoryError
from tests.checkpoints import tiny_model
from tests.engine.decoders import native_decoder
from tests.engine.local_engines import Gate, WatchedDecoder, expected, greedy, random_ids, serving, token_ids

PROMPTS = [random_ids(20, seed=seed) for seed in range(3)]
Fits = Callable[[str, Sequence[int]], bool]
SHORTAGES = (
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    torch.AcceleratorError("CUDA error: out of memory"),
)
"""What torch raises on a processor and on a GPU."""


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


@contextmanager
def engine_where(fits: Fits, **options: bool) -> Iterator[tuple[LocalEngine, Gate]]:
    """An engine of three slots. Its passes wait at a gate, and memory runs out in those that do not fit."""
    gate = Gate()

    def before(kind: str, slots: Sequence[int]) -> None:
        gate(kind, slots)
        if not fits(kind, slots):
            raise SHORTAGES[len(gate.passes) % 2]

    with serving(WatchedDecoder(native_decoder(tiny_model("gpt_neo"), num_slots=3), before), **options) as engine:
        yield engine, gate


def three_at_once(engine: LocalEngine, gate: Gate) -> list[Generation]:
    generations = [engine.submit(greedy(prompt, 12)) for prompt in PROMPTS]
    gate.open()
    return generations


def assert_cache_is_right(engine: LocalEngine, number: int) -> None:
    """What a generation left in the cache is used, and continues as if it had been read now."""
    prompt = (*PROMPTS[number], *expected(PROMPTS[number], 12))
    again = engine.submit(greedy(prompt, 5))
    assert token_ids(again) == expected(prompt, 5)
    assert again.result is not None
    assert again.result.timings.num_cached_tokens == len(prompt) - 1


def test_rows_that_do_not_fit_together_are_decoded_one_by_one() -> None:
    with engine_where(lambda kind, slots: kind == "prefill" or len(slots) == 1) as (engine, gate):
        for prompt, generation in zip(PROMPTS, three_at_once(engine, gate), strict=True):
            assert token_ids(generation) == expected(prompt, 12)
        assert_cache_is_right(engine, 2)


@pytest.mark.parametrize("kind", ["prefill", "decode"])
def test_only_the_one_that_does_not_fit_by_itself_fails(kind: str) -> None:
    is_second = iter([False, True, True])  # of the prompts that are read: the second one is tried again

    def fits(kind_now: str, slots: Sequence[int]) -> bool:
        if kind_now != kind:
            return True
        return not next(is_second, False) if kind == "prefill" else 1 not in slots

    with engine_where(fits) as (engine, gate):
        first, second, third = three_at_once(engine, gate)
        with pytest.raises(OutOfMemoryError, match="ran out of memory"):
            second.text()
        assert token_ids(first) == expected(PROMPTS[0], 12)
        assert token_ids(third) == expected(PROMPTS[2], 12)
        assert_cache_is_right(engine, 2)


@pytest.mark.parametrize("kind", ["prefill", "decode"])
@pytest.mark.parametrize("speculates", [False, True])
def test_nobody_notices_a_pass_for_which_the_idle_slots_had_to_be_emptied(kind: str, speculates: bool) -> None:
    failing = 0

    def fits(kind_now: str, slots: Sequence[int]) -> bool:
        nonlocal failing
        failing -= (fails := kind_now == kind and failing > 0)
        return not fails

    with engine_where(fits, speculates=speculates) as (engine, gate):
        gate.open()
        assert token_ids(engine.submit(greedy(PROMPTS[0], 12))) == expected(PROMPTS[0], 12)
        failing = 1
        assert token_ids(engine.submit(greedy(PROMPTS[1], 12))) == expected(PROMPTS[1], 12)
        assert failing == 0
        assert_cache_is_right(engine, 1)
        emptied = engine.submit(greedy(PROMPTS[0], 1))
        emptied.text()
        assert emptied.result is not None
        assert emptied.result.timings.num_cached_tokens == 0


class FailsOnceInScoring(WatchedDecoder):
    """Memory runs out after the first prompt was read, of which every token is scored."""

    num_scored = 0

    def prefill_all(self, slot: int, ids: Sequence[int]) -> torch.Tensor:
        logits = self._inner.prefill_all(slot, ids)
        self.num_scored += 1
        if self.num_scored == 1:
            raise MemoryError
        return logits


def test_a_prompt_that_is_scored_again_has_each_score_once() -> None:
    decoder = FailsOnceInScoring(native_decoder(tiny_model("gpt_neo"), num_slots=1), lambda kind, slots: None)
    with serving(decoder) as engine:
        request = greedy(PROMPTS[0], 1, num_top_choices=1, with_prompt_choices=True)
        scored = [choices[0].token_id for chunk in engine.submit(request) for choices in chunk.prompt_choices]
    assert scored == list(PROMPTS[0][1:])
