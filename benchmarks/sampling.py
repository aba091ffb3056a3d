"""How long the choice of a token takes, per row, against transformers' processors in the same run.

    python benchmarks/sampling.py [--repeats 200]

Logits are random normal ones over GPT-2's vocabulary, the text is 2,048 tokens: a full context. Sampling reads the
logits a few times (0.2 MB a row) and sorts what may survive, so its time is memory and sorting, not arithmetic.
With top-k only k tokens are left after one pass; without it the first truncation that needs an order sorts those
that it may keep. Times are wall milliseconds of single calls, a token and row: the slowest of the fastest tenth, which
other work on the machine disturbs least, and the median beside it. The last line is one JSON object with both.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import repository  # noqa: F401
import torch
from torch import Tensor
from transformers import LogitsProcessorList
from transformers.generation import (
    EpsilonLogitsWarper,
    EtaLogitsWarper,
    MinPLogitsWarper,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.engine.sampling.sampler import sample

VOCABULARY, CONTEXT = 50257, 2048
SHARED_CHAIN = {
    "repetition_penalty": 1.1, "no_repeat_ngram_size": 4, "temperature": 0.8, "top_p": 0.95, "min_p": 0.01,
    "typical_p": 0.95, "epsilon_cutoff": 0.0002, "eta_cutoff": 0.0002,
}  # fmt: skip
OUR_CHAIN = SHARED_CHAIN | {
    "repetition_penalty_range": 1024, "repetition_penalty_slope": 0.9, "frequency_penalty": 0.1,
    "presence_penalty": 0.1, "dry_multiplier": 0.8, "top_a": 0.05, "tfs": 0.95, "xtc_probability": 0.5,
}  # fmt: skip
CASES: dict[str, dict[str, Any]] = {
    "greedy": {"temperature": 0},
    "neutral": {},
    "page default": {"temperature": 0.5, "top_p": 0.9, "repetition_penalty": 1.05},
    "tail-free only": {"tfs": 0.95},
    "typical only": {"typical_p": 0.9},
    "shared chain": SHARED_CHAIN,
    "shared chain, top_k 40": SHARED_CHAIN | {"top_k": 40},
    "full chain": OUR_CHAIN,
    "full chain, top_k 40": OUR_CHAIN | {"top_k": 40},
}
"""Parameters besides the neutral ones. Transformers has all of those in `SHARED_CHAIN`, and the shorter cases'."""
WARPERS: dict[str, Callable[[Any], Any]] = {
    "repetition_penalty": RepetitionPenaltyLogitsProcessor,
    "no_repeat_ngram_size": NoRepeatNGramLogitsProcessor,
    "temperature": TemperatureLogitsWarper,
    "top_k": TopKLogitsWarper,
    "top_p": TopPLogitsWarper,
    "min_p": MinPLogitsWarper,
    "typical_p": TypicalLogitsWarper,
    "epsilon_cutoff": EpsilonLogitsWarper,
    "eta_cutoff": EtaLogitsWarper,
}
"""In the order in which `generate` applies them."""


def main() -> None:
    options = argparse.ArgumentParser(description="Measure the sampler.")
    options.add_argument("--repeats", type=int, default=200)
    repeats = options.parse_args().repeats
    results = []
    print(f"{'ms a token and row: fastest tenth (median)':44}{'rows':>6}{'ours':>18}{'transformers':>18}")
    for name, changes in CASES.items():
        for num_rows in (1, 8):
            ours, theirs = measure(changes, num_rows, repeats)
            results.append({"case": name, "rows": num_rows, "ours": ours, "transformers": theirs})
            print(f"{name:44}{num_rows:6}{in_words(ours):>18}{in_words(theirs):>18}")
    print(json.dumps({"vocabulary": VOCABULARY, "context": CONTEXT, "threads": torch.get_num_threads(), "ms": results}))


def in_words(times: dict[str, float] | None) -> str:
    return "-" if times is None else f"{times['fastest_tenth']:.3f} ({times['median']:.3f})"


def measure(changes: dict[str, Any], num_rows: int, repeats: int) -> tuple[dict[str, float], dict[str, float] | None]:
    """The times of ours, and of transformers' where it has all these samplers."""
    logits = torch.randn(num_rows, VOCABULARY, generator=torch.Generator().manual_seed(0)) * 3
    tokens = torch.randint(VOCABULARY, (num_rows, CONTEXT), generator=torch.Generator().manual_seed(1))
    parameters = SamplingParameters.neutral(seed=1, **changes)
    rows = [SamplingRow(parameters, ids, CONTEXT - 200, end_ids=frozenset([0])) for ids in tokens.tolist()]
    ours = times_of(lambda: sample(logits, rows), num_rows, repeats)
    if not changes.keys() <= WARPERS.keys():
        return ours, None
    if parameters.is_greedy:
        return ours, times_of(lambda: logits.argmax(dim=-1).tolist(), num_rows, repeats)
    warpers = LogitsProcessorList([WARPERS[name](changes[name]) for name in WARPERS if name in changes])
    return ours, times_of(lambda: draw(warpers(tokens, logits)), num_rows, repeats)


def draw(scores: Tensor) -> list[list[int]]:
    return torch.multinomial(scores.softmax(dim=-1), num_samples=1).tolist()


def times_of(call: Callable[[], object], num_rows: int, repeats: int) -> dict[str, float]:
    times = []
    for attempt in range(-3, repeats):
        start = time.perf_counter()
        call()
        if attempt >= 0:
            times.append((time.perf_counter() - start) * 1000 / num_rows)
    times.sort()
    return {"fastest_tenth": round(times[len(times) // 10], 4), "median": round(statistics.median(times), 4)}


if __name__ == "__main__":
    main()
