"""Dynamic temperature, smoothing, top-n-sigma and mirostat: their published definitions, and their own order."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from pyg_ui.engine.parameters import KOBOLD_ORDER, TRANSFORMERS_ORDER
from pyg_ui.engine.sampling.sampler import sample
from tests.engine import sampler_references as reference
from tests.engine.sampling_rows import SHAPES, assert_same_distribution, distribution, random_logits, row

SIZES = ["tiny", "small", "nearly flat", "peaked", "tied", "padded"]
some_logits = st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=30)


def as_distribution(logits: list[float]) -> Tensor:
    return torch.tensor(reference.softmax(logits), dtype=torch.float32)


# -- dynamic temperature ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize(
    ("temperature", "reach", "exponent"), [(1, 0.5, 1), (0.7, 0.6, 2.5), (0.4, 1.5, 0.3), (1, 1, 0)]
)
def test_dynamic_temperature_follows_the_entropy(shape: str, temperature: float, reach: float, exponent: float) -> None:
    logits = SHAPES[shape]
    changes = {"temperature": temperature, "dynatemp_range": reach, "dynatemp_exponent": exponent}
    expected = reference.dynamic_temperature(logits.tolist(), temperature, reach, exponent)
    assert_same_distribution(distribution(logits, row(**changes)), as_distribution(expected))


@given(some_logits, st.floats(0.01, 2), st.floats(0.01, 5), st.floats(0, 10))
def test_dynamic_temperature_takes_any_values(
    logits: list[float], temperature: float, reach: float, exponent: float
) -> None:
    line = torch.tensor(logits)
    changed = row(temperature=temperature, dynatemp_range=reach, dynatemp_exponent=exponent)
    probabilities = distribution(line, changed)
    assert probabilities.isfinite().all()
    assert float(probabilities.sum()) == pytest.approx(1, abs=1e-4)
    assert float(probabilities[line.argmax()]) == pytest.approx(float(probabilities.max()))


def test_where_truncation_comes_first_the_entropy_is_that_of_what_it_left() -> None:
    logits = SHAPES["small"]
    left = distribution(logits, row(top_k=9)).log()
    changes = {"temperature": 0.8, "dynatemp_range": 0.5, "dynatemp_exponent": 1.5}
    expected = reference.dynamic_temperature(left.tolist(), 0.8, 0.5, 1.5)
    actual = distribution(logits, row(top_k=9, sampler_order=KOBOLD_ORDER, **changes))
    assert_same_distribution(actual, as_distribution(expected))


def test_temperature_zero_takes_the_likeliest_token_with_a_range_too() -> None:
    logits = random_logits(40)
    assert sample(logits[None], [row(temperature=0, dynatemp_range=1.0)])[0].token_id == int(logits.argmax())


# -- smoothing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize(("factor", "curve"), [(0.2, 1), (1.5, 1), (0.3, 2.5), (0.05, 5)])
def test_smoothing_bends_the_logits_around_the_largest(shape: str, factor: float, curve: float) -> None:
    logits = SHAPES[shape]
    expected = reference.smoothed(logits.tolist(), factor, curve)
    actual = distribution(logits, row(smoothing_factor=factor, smoothing_curve=curve))
    assert_same_distribution(actual, as_distribution(expected))


def test_smoothing_acts_after_the_temperature() -> None:
    logits = random_logits(60, seed=3)
    expected = reference.smoothed((logits / 0.7).tolist(), 0.4, 1.0)
    for order in (TRANSFORMERS_ORDER, KOBOLD_ORDER):
        actual = distribution(logits, row(temperature=0.7, smoothing_factor=0.4, sampler_order=order))
        assert_same_distribution(actual, as_distribution(expected))


def test_smoothing_of_the_largest_numbers_stays_a_number() -> None:
    logits = torch.tensor([3e38, -3e38, 0.0, -math.inf])
    assert distribution(logits, row(smoothing_factor=10, smoothing_curve=10)).isfinite().all()


# -- top-n-sigma --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [*SIZES, "gpt2"])
@pytest.mark.parametrize("n", [0.05, 1.0, 1.7, 3.0])
def test_top_n_sigma_keeps_what_is_near_the_largest(shape: str, n: float) -> None:
    logits = SHAPES[shape]
    expected = reference.top_n_sigma(logits.tolist(), n)
    assert_same_distribution(distribution(logits, row(top_n_sigma=n)), as_distribution(expected))


@given(some_logits, st.floats(0.001, 100))
def test_top_n_sigma_always_leaves_the_likeliest(logits: list[float], n: float) -> None:
    line = torch.tensor(logits)
    assert float(distribution(line, row(top_n_sigma=n))[line.argmax()]) > 0


# -- mirostat -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [1, 2])
@pytest.mark.parametrize(("tau", "eta"), [(5.0, 0.1), (1.5, 0.9), (3.0, 0.3), (0.0, 0.5)])
def test_mirostat_follows_what_was_drawn(mode: int, tau: float, eta: float) -> None:
    mirostat = reference.Mirostat(tau, eta)
    one = row(mirostat_mode=mode, mirostat_tau=tau, mirostat_eta=eta, temperature=1, seed=7)
    for step in range(40):
        logits = random_logits(120, seed=step)
        assert_same_distribution(distribution(logits, one), as_distribution(mirostat.left(logits.tolist())))
        (token,) = sample(logits[None], [one])
        one.append(token.token_id)
        mirostat.drew(logits.tolist(), token.token_id)
        assert one.most_bits == pytest.approx(mirostat.most, abs=1e-3)


def test_mirostat_keeps_text_about_as_surprising_as_it_is_told() -> None:
    for tau in (1.0, 3.0, 5.0):
        one, bits = row(mirostat_mode=2, mirostat_tau=tau, mirostat_eta=0.2, seed=3), []
        for step in range(300):
            logits = random_logits(2000, seed=step % 60)
            before = one.most_bits
            one.append(sample(logits[None], [one])[0].token_id)
            bits.append(tau + (before - one.most_bits) / 0.2)
        assert sum(bits[100:]) / 200 == pytest.approx(tau, abs=0.4)


@pytest.mark.parametrize(
    "changes",
    [{"top_k": 2}, {"top_p": 0.1}, {"typical_p": 0.1}, {"min_p": 0.9}, {"xtc_probability": 1.0}, {"top_n_sigma": 0.1}],
    ids=lambda changes: next(iter(changes)),
)
def test_mirostat_takes_the_place_of_all_truncation(changes: dict[str, Any]) -> None:
    logits = random_logits(300)
    alone = distribution(logits, row(mirostat_mode=2, mirostat_tau=4))
    assert torch.equal(distribution(logits, row(mirostat_mode=2, mirostat_tau=4, **changes)), alone)


def test_mirostat_acts_after_penalties_temperature_and_smoothing() -> None:
    logits = random_logits(300)
    changes: dict[str, Any] = {"tokens": [1, 5], "repetition_penalty": 1.4, "temperature": 0.7, "smoothing_factor": 0.1}
    shaped = distribution(logits, row(**changes)).log()
    expected = reference.Mirostat(2.0, 0.1).left(shaped.tolist())
    actual = distribution(logits, row(mirostat_mode=2, mirostat_tau=2.0, **changes))
    assert_same_distribution(actual, as_distribution(expected))
