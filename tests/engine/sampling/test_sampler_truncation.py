"""What each truncation leaves: transformers' own classes where they exist, the published definition elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import LogitsProcessorList
from transformers.generation import (
    EpsilonLogitsWarper,
    EtaLogitsWarper,
    MinPLogitsWarper,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from pyg_ui.engine.parameters import KOBOLD_ORDER, TRANSFORMERS_ORDER
from tests.engine import sampler_references as reference
from tests.engine.sampling_rows import SHAPES, assert_same_distribution, distribution, random_logits, row

WARPERS: dict[str, Callable[[Any], Any]] = {
    "temperature": TemperatureLogitsWarper,
    "top_k": TopKLogitsWarper,
    "top_p": TopPLogitsWarper,
    "min_p": MinPLogitsWarper,
    "typical_p": TypicalLogitsWarper,
    "epsilon_cutoff": EpsilonLogitsWarper,
    "eta_cutoff": EtaLogitsWarper,
}
VALUES: dict[str, tuple[float, ...]] = {
    "temperature": (0.1, 0.7, 1.3, 2.0),
    "top_k": (1, 2, 40, 1000),
    "top_p": (0.0, 0.13, 0.5, 0.93, 0.999),
    "min_p": (0.003, 0.05, 0.5, 1.0),
    "typical_p": (0.03, 0.21, 0.87, 0.97),
    "epsilon_cutoff": (0.0003, 0.009, 0.3),
    "eta_cutoff": (0.0003, 0.004, 0.3),
}
CASES = [(name, value) for name, values in VALUES.items() for value in values]


def warped(logits: Tensor, *warpers: Any) -> Tensor:
    scores: Tensor = LogitsProcessorList(warpers)(torch.zeros(1, 1, dtype=torch.long), logits[None])
    return scores.softmax(-1)[0]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_sampler_leaves_what_transformers_leaves(shape: str, name: str, value: float) -> None:
    logits = SHAPES[shape]
    actual = distribution(logits, row(**{name: value}))
    assert_same_distribution(actual, warped(logits, WARPERS[name](value)))


@pytest.mark.parametrize("shape", ["small", "peaked", "gpt2", "gpt2, sure"])
@pytest.mark.parametrize("seed", range(5))
def test_samplers_together_leave_what_transformers_leaves(shape: str, seed: int) -> None:
    changes = {
        name: values[seed % len(values)]
        for name, values in VALUES.items()
        if name not in {"top_k", "top_p"} or seed != 3  # 1000 tokens of top-k hide the rest, a top-p of 0 too
    }
    changes["top_p"] = 0.91 + seed / 100
    warpers = [WARPERS[name](changes[name]) for name in TRANSFORMERS_ORDER if name in WARPERS and name in changes]
    actual = distribution(SHAPES[shape], row(**changes))
    assert_same_distribution(actual, warped(SHAPES[shape], *warpers))


@pytest.mark.parametrize("pair", list(itertools.permutations(WARPERS, 2)), ids="-".join)
def test_any_order_equals_the_composition_in_that_order(pair: tuple[str, str]) -> None:
    logits, rest = random_logits(500, seed=11), [name for name in TRANSFORMERS_ORDER if name not in pair]
    changes = {name: VALUES[name][1] for name in pair}
    actual = distribution(logits, row(sampler_order=(*pair, *rest), **changes))
    assert_same_distribution(actual, warped(logits, *(WARPERS[name](changes[name]) for name in pair)))


def test_kobolds_order_truncates_before_the_temperature() -> None:
    logits = random_logits(500, seed=12)
    actual = distribution(logits, row(sampler_order=KOBOLD_ORDER, temperature=1.7, top_p=0.8, typical_p=0.9))
    expected = warped(logits, TopPLogitsWarper(0.8), TypicalLogitsWarper(0.9), TemperatureLogitsWarper(1.7))
    assert_same_distribution(actual, expected)


def as_distribution(logits: list[float]) -> Tensor:
    return torch.tensor(reference.softmax(logits), dtype=torch.float32)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("z", [0.0, 0.3, 0.68, 0.95, 0.999])
def test_tail_free_sampling_follows_its_definition(shape: str, z: float) -> None:
    logits = SHAPES[shape]
    assert_same_distribution(distribution(logits, row(tfs=z)), as_distribution(reference.tail_free(logits.tolist(), z)))


@pytest.mark.parametrize("k", [1, 2, 3, 30, 298, 299])
def test_tail_free_sampling_sees_tokens_dropped_before_as_impossible_ones(k: int) -> None:
    logits = SHAPES["small"]
    kept = logits.topk(k).values[-1]
    cut = [logit if logit >= kept else reference.NEVER for logit in logits.tolist()]
    expected = as_distribution(reference.tail_free(cut, 0.7))
    assert_same_distribution(distribution(logits, row(top_k=k, tfs=0.7)), expected)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_tail_free_sampling_keeps_a_flat_distribution_but_for_its_last_token(size: int) -> None:
    kept = distribution(torch.zeros(size), row(tfs=0.5)) > 0
    assert kept.tolist() == [True] * max(size - 1, 1) + [False] * (size > 1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("a", [0.01, 0.2, 1.0])
def test_top_a_follows_its_definition(shape: str, a: float) -> None:
    logits = SHAPES[shape]
    assert_same_distribution(distribution(logits, row(top_a=a)), as_distribution(reference.top_a(logits.tolist(), a)))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("threshold", [0.0003, 0.01, 0.1, 0.4])
def test_xtc_follows_its_definition(shape: str, threshold: float) -> None:
    logits = SHAPES[shape]
    expected = as_distribution(reference.exclude_top_choices(logits.tolist(), threshold))
    actual = distribution(logits, row(xtc_probability=1, xtc_threshold=threshold))
    assert_same_distribution(actual, expected)


def test_xtc_lets_a_step_pass_in_which_a_protected_token_would_go() -> None:
    logits = torch.tensor([3.0, 2.9, 2.8, 0.0])
    parameters: dict[str, Any] = {"xtc_probability": 1, "xtc_threshold": 0.1}
    for protected in (0, 1):
        actual = distribution(logits, row(protected_ids=frozenset([protected]), **parameters))
        assert_same_distribution(actual, logits.softmax(-1))
    for unaffected in (2, 3):
        actual = distribution(logits, row(protected_ids=frozenset([unaffected]), **parameters))
        assert (actual > 0).tolist() == [False, False, True, True]


def test_the_distribution_with_xtc_averages_over_its_acting() -> None:
    logits = torch.tensor([3.0, 2.9, 0.0])
    always = distribution(logits, row(xtc_probability=1, xtc_threshold=0.1))
    actual = distribution(logits, row(xtc_probability=0.3, xtc_threshold=0.1))
    assert_same_distribution(actual, 0.7 * logits.softmax(-1) + 0.3 * always)


@pytest.mark.parametrize("shape", SHAPES)
def test_at_least_one_token_survives_the_strictest_truncations(shape: str) -> None:
    strictest = {"top_k": 1, "top_p": 0, "typical_p": 1e-9, "min_p": 1, "tfs": 0, "top_a": 1}
    strictest |= {"epsilon_cutoff": 1, "eta_cutoff": 1, "xtc_probability": 1, "xtc_threshold": 0}
    for changes in (*({name: value} for name, value in strictest.items()), strictest):
        probabilities = distribution(SHAPES[shape], row(**changes))
        assert probabilities.isfinite().all()
        assert abs(float(probabilities.sum()) - 1) < 1e-4


def test_of_tied_tokens_the_lowest_ids_stay() -> None:
    kept = distribution(torch.zeros(10), row(top_p=0.35)) > 0
    assert kept.tolist() == [True] * 4 + [False] * 6


def test_neutral_parameters_leave_the_models_own_distribution() -> None:
    for logits in SHAPES.values():
        torch.testing.assert_close(distribution(logits, row()), logits.softmax(-1), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("k", [1, 40, 600, 1000])
@pytest.mark.parametrize("num_other", [0, 5])
def test_top_k_of_a_large_vocabulary_full_of_ties_equals_transformers(k: int, num_other: int) -> None:
    logits = torch.zeros(60_000)
    logits[:num_other] = torch.arange(num_other) + 1.0
    assert_same_distribution(distribution(logits, row(top_k=k)), warped(logits, TopKLogitsWarper(k)))
    logits[num_other:] = -torch.inf
    logits[0] = 1.0
    assert_same_distribution(distribution(logits, row(top_k=k)), warped(logits, TopKLogitsWarper(k)))
