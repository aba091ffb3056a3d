"""A long prompt is read in parts: between them the others get their tokens, and nothing else changes."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.decoding.decoder import Decoder, finish
from pyg_ui.engine.decoding.loading import load_checkpoint
from pyg_ui.engine.engine import FinishReason
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.precision import Precision
from pyg_ui.engine.serving.local import LocalEngine
from pyg_ui.engine.serving.scheduler import chunk_end
from pyg_ui.engine.serving.slots import SlotCache
from pyg_ui.engine.serving.step_runner import CHUNK_TOKENS, SHARED_CHUNK_TOKENS
from pyg_ui.errors import EngineError
from tests.checkpoints import tiny_model
from tests.engine.decoders import native_decoder, prefill
from tests.engine.local_engines import check_integrity, expected, generate, greedy, random_ids, serving, token_ids

PART_S = 0.03


class PausingDecoder:
    """A decoder that pauses `num_parts` times in each chunk of a prompt; each part takes PART_S."""

    def __init__(self, inner: Decoder, num_parts: int) -> None:
        self._inner = inner
        self._num_parts = num_parts
        self.work: list[str] = []
        self.fails_in_part: int | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def prefill_parts(self, slot: int, token_ids: Sequence[int]) -> Generator[None, None, Tensor]:
        for part in range(self._num_parts):
            if part == self.fails_in_part:
                raise ValueError("something private")
            self.work.append("part")
            time.sleep(PART_S)
            yield
        return finish(self._inner.prefill_parts(slot, token_ids))

    def decode(self, slots: Sequence[int], token_ids: Sequence[int]) -> Tensor:
        self.work.append("decode")
        return self._inner.decode(slots, token_ids)


@contextmanager
def pausing(num_parts: int, *, num_slots: int = 2, **options: Any) -> Iterator[tuple[LocalEngine, PausingDecoder]]:
    decoder = PausingDecoder(native_decoder(tiny_model("gpt_neo"), num_slots=num_slots), num_parts)
    with serving(decoder, **options) as engine:
        yield engine, decoder


def test_a_stream_waits_for_the_next_pause_and_not_for_the_whole_chunk() -> None:
    with pausing(20) as (engine, _):
        streaming = iter(engine.submit(greedy(random_ids(5), 500)))
        next(streaming)
        long = engine.submit(greedy(random_ids(250, seed=1), 2))
        gaps, before = [], time.perf_counter()
        while long.result is None:
            next(streaming)
            gaps.append(time.perf_counter() - before)
            before = time.perf_counter()
        streaming.close()
    assert sorted(gaps)[len(gaps) // 2] < 0.3, "a chunk takes 0.6 s, 0.2 of them may pass at once"
    assert len(gaps) >= 6


@pytest.mark.parametrize("source", ["demo-neo", "demo-j"])
@pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8])
def test_small_chunks_fill_the_cache_with_what_large_ones_do(source: str, precision: Precision) -> None:
    model = load_checkpoint(ModelChoice(source, precision), lambda progress: None).model
    ids, logits = random_ids(700), []
    for chunk_tokens in (SHARED_CHUNK_TOKENS, CHUNK_TOKENS):
        decoder, start = model.make_decoder(1), 0
        with torch.inference_mode():
            while start < len(ids):
                stop = chunk_end(start, len(ids), chunk_tokens)
                last, start = prefill(decoder, 0, ids[start:stop]), stop
        logits.append(last)
    torch.testing.assert_close(logits[0], logits[1], rtol=0, atol=0 if precision is Precision.INT8 else 1e-5)


def test_pauses_and_company_change_no_token() -> None:
    first, second = random_ids(40), random_ids(300, seed=1)
    with pausing(9, prefill_s=PART_S) as (engine, decoder):
        together = [engine.submit(greedy(first, 60)), engine.submit(greedy(second, 10))]
        assert [token_ids(generation) for generation in together] == [expected(first, 60), expected(second, 10)]
    assert "part decode part decode" in " ".join(decoder.work)


def test_a_request_that_is_given_up_within_a_chunk_leaves_its_slot_as_it_was() -> None:
    history = random_ids(60)
    with pausing(200, num_slots=1) as (engine, decoder):
        decoder._num_parts = 1
        generate(engine, greedy(history, 2))
        decoder._num_parts = 200
        abandoned = engine.submit(greedy((*history, *random_ids(50, seed=1)), 5))
        time.sleep(3 * PART_S)
        started = time.perf_counter()
        abandoned.cancel()
        assert token_ids(abandoned) == []
        assert time.perf_counter() - started < 1, "the chunk would take 6 s"
        assert abandoned.result is not None
        assert abandoned.result.reason is FinishReason.CANCELLED
        decoder._num_parts = 1
        again = engine.submit(greedy((*history, 7), 5))
        assert token_ids(again) == expected((*history, 7), 5)
        assert again.result is not None
        assert again.result.timings.num_cached_tokens == 60


def test_a_part_that_fails_takes_its_slot_with_it_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")
    first, second = random_ids(40), random_ids(50, seed=1)
    with pausing(3) as (engine, decoder):
        streaming = engine.submit(greedy(first, 100))
        chunks = iter(streaming)
        tokens = list(next(chunks).token_ids)
        decoder.fails_in_part = 2
        with pytest.raises(EngineError, match="model failed"):
            engine.submit(greedy(second, 5)).text()
        decoder.fails_in_part = None
        retried = engine.submit(greedy(second, 5))
        assert token_ids(retried) == expected(second, 5)
        assert retried.result is not None
        assert retried.result.timings.num_cached_tokens == 0
        tokens += [token_id for chunk in chunks for token_id in chunk.token_ids]
    assert tokens == expected(first, 100)


def test_the_cache_accounts_for_a_chunk_when_it_is_complete() -> None:
    cache = SlotCache(PausingDecoder(native_decoder(tiny_model("gpt_neo"), num_slots=1), 2))
    ids = random_ids(20)
    lease = cache.acquire(ids)
    parts = cache.prefill_parts(lease.slot, ids)
    next(parts)
    check_integrity(cache)
    parts.close()
    cache.release(lease.slot)
    assert cache.acquire(ids).num_cached_tokens == 0
