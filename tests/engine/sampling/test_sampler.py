"""Drawing a token: reproducible, in the right proportions, the same alone and in a batch, never from garbage."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.parameters import KOBOLD_ORDER
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.engine.sampling.sampler import sample
from tests.engine.sampling_rows import GPT2_VOCABULARY, distribution, random_logits, row

MIXED: tuple[dict[str, Any], ...] = (
    {"temperature": 0, "repetition_penalty": 1.1, "num_top_choices": 3},
    {},
    {"temperature": 0.5, "top_p": 0.9, "repetition_penalty": 1.05},
    {"top_k": 40, "typical_p": 0.9, "min_p": 0.02, "num_top_choices": 5},
    {"tfs": 0.9, "top_a": 0.1, "sampler_order": KOBOLD_ORDER, "temperature": 1.4},
    {"xtc_probability": 0.5, "xtc_threshold": 0.01, "dry_multiplier": 0.8, "frequency_penalty": 0.3},
    {"eta_cutoff": 0.001, "epsilon_cutoff": 0.0002, "no_repeat_ngram_size": 2, "min_new_tokens": 5},
    {"repetition_penalty": 1.2, "repetition_penalty_range": 30, "repetition_penalty_slope": 0.9, "top_k": 300},
)


def mixed_rows() -> list[SamplingRow]:
    return [
        row(tokens=[i, 5, 6, 5], num_prompt_tokens=2, seed=i, end_ids={0}, **changes) for i, changes in enumerate(MIXED)
    ]


@pytest.mark.parametrize("vocabulary", [7, 1000, GPT2_VOCABULARY])
def test_a_row_is_the_same_alone_and_in_a_batch(vocabulary: int) -> None:
    steps = [random_logits(len(MIXED) * vocabulary, seed=step).view(-1, vocabulary) for step in range(4)]
    batched, alone = mixed_rows(), mixed_rows()
    for logits in steps:
        together = sample(logits, batched)
        separate = [sample(line[None], [one])[0] for line, one in zip(logits, alone, strict=True)]
        assert together == separate
        for rows in (batched, alone):
            for one, token in zip(rows, together, strict=True):
                one.append(token.token_id)


def test_a_row_does_not_depend_on_the_order_of_the_batch() -> None:
    logits = random_logits(len(MIXED) * 900).view(-1, 900)
    forwards = sample(logits, mixed_rows())
    backwards = sample(logits.flip(0), mixed_rows()[::-1])
    assert forwards == backwards[::-1]


def tokens_with(seed: int, num_tokens: int = 30) -> list[int]:
    one, drawn = row(seed=seed, temperature=1.2, top_p=0.95), []
    for step in range(num_tokens):
        (token,) = sample(random_logits(800, seed=step)[None], [one])
        one.append(token.token_id)
        drawn.append(token.token_id)
    return drawn


def test_a_seed_repeats_a_reply_and_another_one_does_not() -> None:
    assert tokens_with(5) == tokens_with(5)
    assert tokens_with(5) != tokens_with(6)
    assert tokens_with(2**53 - 1) == tokens_with(2**53 - 1)


def test_an_open_seed_is_drawn_and_repeats_the_reply_when_typed_in() -> None:
    logits = random_logits(500)
    first, other = row(seed=-1), row(seed=-1)
    assert first.seed != other.seed
    assert 0 <= first.seed < 2**31
    again = row(seed=first.seed)
    assert [sample(logits[None], [first]) for _ in range(5)] == [sample(logits[None], [again]) for _ in range(5)]


def test_the_global_random_state_is_neither_used_nor_moved() -> None:
    torch.manual_seed(1)
    first = tokens_with(5)
    state = torch.get_rng_state()
    torch.manual_seed(2)
    assert tokens_with(5) == first
    torch.manual_seed(1)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("changes", [{}, {"top_k": 6}, {"temperature": 0.6, "typical_p": 0.9}, {"tfs": 0.9}])
def test_tokens_come_as_often_as_the_distribution_says(changes: dict[str, Any]) -> None:
    assert_frequencies(random_logits(12, seed=3, spread=1.0), row(seed=11, **changes))


def test_xtc_acts_as_often_as_its_probability_says() -> None:
    logits = torch.tensor([2.0, 1.9, 1.0, 0.5])
    assert_frequencies(logits, row(seed=4, xtc_probability=0.3, xtc_threshold=0.2))


def assert_frequencies(logits: Tensor, one: SamplingRow) -> None:
    num_draws = 4000
    expected = distribution(logits, one) * num_draws
    counts = torch.zeros(len(logits))
    for _ in range(num_draws):
        counts[sample(logits[None], [one])[0].token_id] += 1
    assert (counts[expected == 0] == 0).all()
    possible = expected > 0
    chi_square = float(((counts - expected)[possible] ** 2 / expected[possible]).sum())
    degrees = int(possible.sum()) - 1
    assert chi_square < degrees + 4 * math.sqrt(2 * degrees)


def test_a_greedy_distribution_is_certain_and_ties_go_to_the_lowest_id() -> None:
    logits = torch.tensor([1.0, 4.0, 4.0, 2.0])
    assert sample(logits[None], [row(temperature=0)])[0].token_id == 1
    assert distribution(logits, row(temperature=0)).tolist() == [0, 1, 0, 0]


def test_a_very_low_temperature_takes_the_likeliest() -> None:
    logits = random_logits(1000)
    for temperature in (1e-3, 1e-30, 5e-324):
        assert sample(logits[None], [row(temperature=temperature, seed=1)])[0].token_id == int(logits.argmax())


# -- the likeliest tokens -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 5, 300, 1000])
def test_choices_are_the_token_and_the_likeliest_under_the_model_itself(count: int) -> None:
    logits = random_logits(300, seed=9)
    changed = row(num_top_choices=count, temperature=1.7, top_k=9, tokens=[4], repetition_penalty=3, seed=2)
    (token,) = sample(logits[None], [changed])
    logprobs = logits.log_softmax(-1)
    best = logprobs.topk(min(count, 300))
    assert [choice.token_id for choice in token.choices] == [token.token_id, *best.indices.tolist()]
    expected = torch.cat([logprobs[[token.token_id]], best.values])
    torch.testing.assert_close(torch.tensor([choice.logprob for choice in token.choices]), expected)


def test_tied_choices_are_ranked_by_id_and_none_are_given_unasked() -> None:
    (token,) = sample(torch.zeros(1, 6), [row(num_top_choices=3, seed=1)])
    assert [choice.token_id for choice in token.choices][1:] == [0, 1, 2]
    assert sample(torch.zeros(1, 6), [row(seed=1)])[0].choices == ()


# -- what comes from the model ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_any_float_type_is_computed_in_single_precision(dtype: torch.dtype) -> None:
    logits = random_logits(400).to(dtype)
    torch.testing.assert_close(distribution(logits, row(top_p=0.9)), distribution(logits.float(), row(top_p=0.9)))


@pytest.mark.parametrize("changes", MIXED)
def test_the_logits_are_not_modified(changes: dict[str, Any]) -> None:
    logits = random_logits(2 * 600).view(2, 600)
    before = logits.clone()
    rows = [row(tokens=[1, 2, 1, 2, 3], end_ids={0}, seed=1, **changes) for _ in range(2)]
    sample(logits, rows)
    distribution(logits[0], rows[0])
    assert torch.equal(logits, before)


def test_logits_may_need_gradients_lie_scattered_and_come_from_inference() -> None:
    scattered = random_logits(600).view(300, 2).t()
    with torch.inference_mode():
        inferred = scattered * 1
    for logits in (scattered, scattered.clone().requires_grad_(), inferred):
        tokens = sample(logits, [row(temperature=0), row(temperature=0, tokens=[3], repetition_penalty=1.2)])
        assert tokens[0].token_id == int(scattered[0].argmax())


@pytest.mark.parametrize("garbage", [math.nan, math.inf])
@pytest.mark.parametrize("temperature", [0, 1])
def test_a_row_whose_logits_are_no_numbers_gets_no_token(garbage: float, temperature: float) -> None:
    logits = random_logits(50)
    logits[20] = garbage
    assert sample(logits[None], [row(temperature=temperature)]) == [None]


def test_a_row_without_any_possible_token_gets_none() -> None:
    assert sample(torch.full((1, 50), -math.inf), [row()]) == [None]


def test_the_only_possible_token_is_taken() -> None:
    logits = torch.full((50,), -math.inf)
    logits[7] = -3.0
    strict = {"top_k": 5, "top_p": 0.5, "typical_p": 0.5, "tfs": 0.5, "eta_cutoff": 0.1, "min_p": 0.1, "top_a": 0.5}
    assert sample(logits[None], [row(**strict)])[0].token_id == 7
