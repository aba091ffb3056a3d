"""Several people at our engine at once: how much faster than one after another, and what nobody should notice."""

from __future__ import annotations

import itertools
import statistics
import threading
import time
from typing import Any

import repository  # noqa: F401
from peers import request
from shapes import random_prompt

from pyg_ui.engine.engine import Generation
from pyg_ui.engine.serving.local import LocalEngine

NUM_USERS, NUM_NEW = 8, 32


def measure_crowd(engine: LocalEngine, longest: int) -> dict[str, Any]:
    """Eight prompts of up to `longest` tokens: tokens a second of all together over one alone, and same tokens.

    All were read before, so that alone and together begin with the same cache.
    """
    prompts = [random_prompt(longest * (index + 1) // NUM_USERS, index) for index in range(NUM_USERS)]
    alone, expected = [], []
    for prompt in prompts:
        engine.submit(request(prompt, 1)).text()
        generation = engine.submit(request(prompt, NUM_NEW, is_greedy=True))
        expected.append([token for chunk in generation for token in chunk.token_ids])
        assert generation.result is not None
        alone.append(generation.result.timings.tokens_per_s)
    readers = [_Reader(engine.submit(request(prompt, NUM_NEW, is_greedy=True))) for prompt in prompts]
    for reader in readers:
        reader.join()
    start = max(reader.moments[0] for reader in readers)
    end = min(reader.moments[-1] for reader in readers)
    num_tokens = sum(start < moment <= end for reader in readers for moment in reader.moments)
    together = num_tokens / (end - start)
    return {
        "ratio": together / statistics.median(alone), "together_tokens_per_s": together,
        "alone_tokens_per_s": statistics.median(alone),
        "same_tokens": [reader.token_ids for reader in readers] == expected,
    }  # fmt: skip


def measure_stall(engine: LocalEngine) -> dict[str, Any]:
    """The times between one person's tokens, with and without another one's prompt of 1,500 tokens being read."""
    first = _Reader(engine.submit(request(random_prompt(64, 1), 120)))
    while len(first.moments) < 10:
        time.sleep(0.01)
    begin = time.perf_counter()
    second = _Reader(engine.submit(request(random_prompt(1500, 2), 1)))
    first.join()
    second.join()
    end = second.moments[0]
    gaps = {later: later - earlier for earlier, later in itertools.pairwise(first.moments)}
    calm = [gap for moment, gap in gaps.items() if moment <= begin or moment > end + 1]
    busy = [gap for moment, gap in gaps.items() if begin < moment <= end]
    return {
        "usual_gap_s": statistics.median(calm), "median_gap_s": statistics.median(busy), "longest_gap_s": max(busy),
        "others_first_token_s": end - begin,
    }  # fmt: skip


class _Reader(threading.Thread):
    """Reads a generation to its end, and notes when each token came."""

    def __init__(self, generation: Generation) -> None:
        super().__init__()
        self._generation = generation
        self.moments: list[float] = []
        self.token_ids: list[int] = []
        self.start()

    def run(self) -> None:
        for chunk in self._generation:
            self.token_ids += chunk.token_ids
            self.moments += [time.perf_counter()] * len(chunk.token_ids)
