"""What the sampler's tests share: rows, logits of many shapes, and a comparison of distributions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pyg_ui.engine.engine import NextTokenLogits
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling.chain import run_chain
from pyg_ui.engine.sampling.row import SamplingRow

GPT2_VOCABULARY = 50257


def row(*, tokens: Sequence[int] = (), num_prompt_tokens: int = 0, **changes: Any) -> SamplingRow:
    """A row whose parameters are neutral but for `changes`; fields of the row itself may stand among them."""
    names = {"end_ids", "forbid_end_of_text", "num_top_choices", "token_bytes", "protected_ids", "logit_bias"}
    own = {name: changes.pop(name) for name in names & changes.keys()}
    return SamplingRow(SamplingParameters.neutral(**changes), list(tokens), num_prompt_tokens, **own)


def next_token_of(logits: Sequence[float], *tokens: int) -> NextTokenLogits:
    """The logits after these tokens."""
    return NextTokenLogits(np.array(logits, dtype=np.float32), tokens)


def distribution(logits: Tensor, row: SamplingRow) -> Tensor:
    """The probabilities (V,) with which the row's next token is drawn from logits (V,), by the chain that samples.

    With XTC it is the average over the steps in which it acts and those in which it does not.
    """
    line = logits.detach().to(dtype=torch.float32).numpy()
    with np.errstate(all="ignore"):
        plain = run_chain(line, row, excludes_top_choices=False)
        if row.parameters.is_greedy:
            return torch.nn.functional.one_hot(torch.tensor(plain.likeliest()), len(line)).float()
        share, average = row.parameters.xtc_probability, plain.probabilities()
        if share > 0:
            with_xtc = run_chain(line, row, excludes_top_choices=True)
            average = (1 - share) * average + share * with_xtc.probabilities()
        return torch.from_numpy(average)


def of_probabilities(*shares: float) -> list[float]:
    """Logits with these probabilities."""
    return [math.log(share) for share in shares]


def random_logits(size: int, *, seed: int = 0, spread: float = 3.0) -> Tensor:
    return torch.randn(size, generator=torch.Generator().manual_seed(seed)) * spread


def logits_of_many_shapes() -> dict[str, Tensor]:
    """Random ones small and large, flat and peaked ones, ties, impossible tokens."""
    peaked = random_logits(1000, seed=4, spread=1.0)
    peaked[123] = 25.0
    padded = random_logits(600, seed=6)
    padded[500:] = -math.inf
    return {
        "tiny": random_logits(5, seed=1),
        "small": random_logits(300, seed=2),
        "nearly flat": random_logits(2000, seed=3, spread=0.1),
        "peaked": peaked,
        "tied": random_logits(400, seed=5).round(),
        "padded": padded,
        "gpt2": random_logits(GPT2_VOCABULARY, seed=7),
        "gpt2, sure": random_logits(GPT2_VOCABULARY, seed=8, spread=6.0),
    }


SHAPES = logits_of_many_shapes()


def assert_same_distribution(actual: Tensor, expected: Tensor) -> None:
    """Equal within rounding.

    Where only some of several tied tokens were kept it may be either of them. Among a thousand tokens and more,
    whose probabilities differ by little more than rounding, the last one kept may be the next or the one before.
    """
    assert actual.shape == expected.shape
    actual, expected = without_swaps_of_ties(actual, expected)
    if len(actual) >= 1000 and int(((actual > 0) != (expected > 0)).sum()) == 1:
        is_in_both = (actual > 0) & (expected > 0)
        assert float(torch.maximum(actual, expected)[~is_in_both].max()) < 0.002
        actual, expected = actual * is_in_both, expected * is_in_both
        actual, expected = actual / actual.sum(), expected / expected.sum()
    torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-7)


def without_swaps_of_ties(actual: Tensor, expected: Tensor) -> tuple[Tensor, Tensor]:
    only_actual, only_expected = (actual > 0) & (expected == 0), (expected > 0) & (actual == 0)
    swapped = torch.cat([actual[only_actual], expected[only_expected]])
    if int(only_actual.sum()) == int(only_expected.sum()) and len(swapped):
        torch.testing.assert_close(swapped, swapped[:1].expand_as(swapped), rtol=1e-4, atol=0)
        return actual * ~only_actual, expected * ~only_expected
    return actual, expected
