"""What standing in the text does to a token: transformers' own classes, or the published definition."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers.generation import (
    MinNewTokensLengthLogitsProcessor,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    SequenceBiasLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
)

from pyg_ui.engine.parameters import TRANSFORMERS_ORDER, SamplingParameters
from pyg_ui.engine.sampling.sampler import sample
from tests.engine import sampler_references as reference
from tests.engine.sampling_rows import SHAPES, assert_same_distribution, distribution, random_logits, row

SIZES = ["small", "peaked", "tied", "padded", "gpt2"]


def looping_text(length: int, *, seed: int, vocabulary: int = 6) -> list[int]:
    """Token ids with many repeated runs."""
    chooser = random.Random(seed)
    tokens: list[int] = []
    while len(tokens) < length:
        if len(tokens) > 4 and chooser.random() < 0.4:
            start = chooser.randrange(len(tokens) - 3)
            tokens += tokens[start : start + chooser.randrange(2, 12)]
        else:
            tokens.append(chooser.randrange(vocabulary))
    return tokens[:length]


def random_text(length: int, vocabulary: int, *, seed: int = 0) -> list[int]:
    return random.Random(seed).choices(range(vocabulary), k=length)


def processed(logits: Tensor, tokens: list[int], *processors: Any) -> Tensor:
    scores = logits[None]
    for processor in processors:
        scores = processor(torch.tensor([tokens]), scores)
    return scores.softmax(-1)[0]


def as_distribution(logits: list[float]) -> Tensor:
    return torch.tensor(reference.softmax(logits), dtype=torch.float32)


# -- repetition penalty -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("penalty", [0.5, 1.05, 1.9, 10.0])
def test_repetition_penalty_equals_transformers_over_prompt_and_reply(shape: str, penalty: float) -> None:
    logits = SHAPES[shape]
    tokens = random_text(700, len(logits))
    actual = distribution(logits, row(tokens=tokens, num_prompt_tokens=650, repetition_penalty=penalty))
    assert_same_distribution(actual, processed(logits, tokens, RepetitionPenaltyLogitsProcessor(penalty)))


@pytest.mark.parametrize("size", [1, 5, 699, 700, 2048])
def test_repetition_penalty_looks_at_its_range_only(size: int) -> None:
    logits, tokens = SHAPES["small"], random_text(700, 300)
    actual = distribution(logits, row(tokens=tokens, repetition_penalty=1.4, repetition_penalty_range=size))
    expected = processed(logits, tokens[-size:], RepetitionPenaltyLogitsProcessor(1.4))
    assert_same_distribution(actual, expected)


@pytest.mark.parametrize("slope", [0.2, 0.9, 1.0, 4.0, 10.0])
@pytest.mark.parametrize("size", [1, 2, 64, 300, 1024])
def test_penalty_slope_follows_koboldais_curve(slope: float, size: int) -> None:
    logits, tokens = SHAPES["small"], random_text(400, 300, seed=3)
    changes = {"repetition_penalty": 1.17, "repetition_penalty_range": size, "repetition_penalty_slope": slope}
    expected = reference.sloped_repetition(logits.tolist(), tokens, SamplingParameters.neutral(**changes))
    assert_same_distribution(distribution(logits, row(tokens=tokens, **changes)), as_distribution(expected))


def test_penalty_slope_without_a_range_changes_nothing() -> None:
    logits, tokens = SHAPES["small"], random_text(400, 300, seed=4)
    sloped = distribution(logits, row(tokens=tokens, repetition_penalty=1.2, repetition_penalty_slope=3))
    assert torch.equal(sloped, distribution(logits, row(tokens=tokens, repetition_penalty=1.2)))


def test_the_history_follows_what_is_appended() -> None:
    logits = SHAPES["small"]
    growing = row(tokens=[1, 2, 3], num_prompt_tokens=3, repetition_penalty=1.5, max_new_tokens=4)
    for token in (7, 7, 250, 9, 11, 13):  # more than max_new_tokens, should anybody want that
        growing.append(token)
        expected = row(tokens=growing.token_ids, repetition_penalty=1.5)
        assert torch.equal(distribution(logits, growing), distribution(logits, expected))
    assert growing.num_new_tokens == 6


# -- frequency and presence ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize(("frequency", "presence"), [(0.3, 0.0), (0.0, 0.7), (-0.5, 1.2), (2.0, -2.0)])
def test_frequency_and_presence_penalise_the_reply_only(shape: str, frequency: float, presence: float) -> None:
    logits = SHAPES[shape]
    tokens = random_text(90, min(len(logits), 40))
    changes = {"frequency_penalty": frequency, "presence_penalty": presence}
    actual = distribution(logits, row(tokens=tokens, num_prompt_tokens=30, **changes))
    expected = reference.frequency_and_presence(logits.tolist(), tokens[30:], frequency, presence)
    assert_same_distribution(actual, as_distribution(expected))


def test_the_penalties_follow_the_reply_as_it_grows() -> None:
    logits, tokens = SHAPES["small"], random_text(60, 40)
    growing = row(tokens=tokens[:30], num_prompt_tokens=30, frequency_penalty=0.3, presence_penalty=0.2)
    for length in range(30, 60):
        grown = row(tokens=tokens[:length], num_prompt_tokens=30, frequency_penalty=0.3, presence_penalty=0.2)
        assert torch.equal(distribution(logits, growing), distribution(logits, grown))
        growing.append(tokens[length])


# -- no-repeat n-gram ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("length", [1, 2, 4, 120])
def test_no_repeat_ngram_equals_transformers(shape: str, size: int, length: int) -> None:
    logits = SHAPES[shape]
    tokens = looping_text(length, seed=size)
    actual = distribution(logits, row(tokens=tokens, no_repeat_ngram_size=size))
    assert_same_distribution(actual, processed(logits, tokens, NoRepeatNGramLogitsProcessor(size)))


def test_a_prohibition_that_would_leave_nothing_is_lifted() -> None:
    logits = random_logits(4)
    actual = distribution(logits, row(tokens=[0, 1, 2, 3], no_repeat_ngram_size=1))
    assert_same_distribution(actual, logits.softmax(-1))


# -- DRY ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("breakers", [(), (0,), (1, 4)])
def test_dry_follows_its_definition(seed: int, breakers: tuple[int, ...]) -> None:
    logits = random_logits(9, seed=seed)
    tokens = looping_text(60 + seed, seed=seed)
    allowed = 1 + seed % 4
    expected = reference.dry(
        logits.tolist(), tokens, multiplier=0.8, base=1.75, allowed_length=allowed, breakers=breakers
    )
    texts = [b"a*b" if token in breakers else b"a" for token in range(9)]
    dry = row(tokens=tokens, dry_multiplier=0.8, dry_allowed_length=allowed, token_bytes=texts)
    assert_same_distribution(distribution(logits, dry), as_distribution(expected))


def test_dry_counts_runs_up_to_fifty_tokens() -> None:
    logits, tokens = torch.zeros(100), [*range(70), *range(69)]
    expected = reference.dry(logits.tolist(), tokens, multiplier=0.01, base=1.1, allowed_length=2)
    actual = distribution(logits, row(tokens=tokens, dry_multiplier=0.01, dry_base=1.1))
    assert_same_distribution(actual, as_distribution(expected))
    assert expected[69] == pytest.approx(-0.01 * 1.1**48)


def test_dry_looks_at_the_penalty_range() -> None:
    logits, tokens = random_logits(9), [1, 2, 3, 4, 5, 1, 2, 3]
    near = distribution(logits, row(tokens=tokens, dry_multiplier=2, repetition_penalty_range=6))
    assert_same_distribution(near, logits.softmax(-1))
    far = distribution(logits, row(tokens=tokens, dry_multiplier=2, repetition_penalty_range=8))
    assert far[4] < near[4]


@pytest.mark.parametrize("tokens", [[], [3], [3, 3]])
def test_dry_and_ngrams_accept_texts_too_short_to_repeat(tokens: list[int]) -> None:
    logits = random_logits(9)
    actual = distribution(logits, row(tokens=tokens, dry_multiplier=1, no_repeat_ngram_size=4))
    assert_same_distribution(actual, logits.softmax(-1))


def test_the_strongest_dry_penalty_stays_a_number() -> None:
    tokens = [1] * 200
    probabilities = distribution(random_logits(4), row(tokens=tokens, dry_multiplier=100, dry_base=8))
    assert probabilities.isfinite().all()
    assert probabilities[1] == 0


# -- the request's bias -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("bias", [{0: 100.0}, {1: -100.0}, {3: 2.5, 17: -4.0, 250: 0.0}])
def test_a_bias_equals_transformers(shape: str, bias: dict[int, float]) -> None:
    logits = SHAPES[shape]
    biased = row(tokens=[5, 6], logit_bias=tuple(bias.items()))
    expected = processed(logits, [5, 6], SequenceBiasLogitsProcessor({(token,): add for token, add in bias.items()}))
    assert_same_distribution(distribution(logits, biased), expected)


def test_a_bias_acts_without_temperature_and_before_the_penalties() -> None:
    logits = torch.tensor([3.0, 2.0, 1.0])
    assert sample(logits[None], [row(temperature=0, logit_bias=((2, 5.0),))])[0].token_id == 2
    penalised = row(tokens=[2], temperature=0, repetition_penalty=4.0, logit_bias=((2, 5.0),))
    assert sample(logits[None], [penalised])[0].token_id == 0


def test_a_bias_of_a_token_beyond_the_logits_is_passed_over() -> None:
    logits = random_logits(4)
    assert_same_distribution(distribution(logits, row(logit_bias=((4, 100.0),))), logits.softmax(-1))


def test_a_token_that_is_biased_twice_gets_both() -> None:
    logits = random_logits(4)
    twice = distribution(logits, row(logit_bias=((2, 1.5), (0, -1.0), (2, 0.25))))
    assert torch.equal(twice, distribution(logits, row(logit_bias=((0, -1.0), (2, 1.75)))))


# -- the end of the text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("num_new", [0, 3, 4, 5])
def test_min_new_tokens_equals_transformers(num_new: int) -> None:
    logits, tokens = SHAPES["small"], random_text(10 + num_new, 300)
    actual = distribution(logits, row(tokens=tokens, num_prompt_tokens=10, min_new_tokens=4, end_ids={7}))
    expected = processed(logits, tokens, MinNewTokensLengthLogitsProcessor(10, 4, 7))
    assert_same_distribution(actual, expected)


def test_a_forbidden_end_of_text_is_never_sampled() -> None:
    logits = random_logits(5)
    logits[2] = 50
    forbidding = row(end_ids={2}, forbid_end_of_text=True, seed=1)
    assert distribution(logits, forbidding)[2] == 0
    assert all(token.token_id != 2 for _ in range(50) for token in sample(logits[None], [forbidding]))
    greedy = row(end_ids={2}, forbid_end_of_text=True, temperature=0)
    assert sample(logits[None], [greedy])[0].token_id != 2


# -- together -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SIZES)
def test_penalties_and_truncations_together_equal_transformers(shape: str) -> None:
    logits = SHAPES[shape]
    tokens = random_text(500, len(logits), seed=5) + looping_text(100, seed=5)
    parameters = {"repetition_penalty": 1.3, "no_repeat_ngram_size": 3, "temperature": 0.6, "top_k": 50}
    expected = processed(
        logits,
        tokens,
        RepetitionPenaltyLogitsProcessor(1.3),
        NoRepeatNGramLogitsProcessor(3),
        TemperatureLogitsWarper(0.6),
        TopKLogitsWarper(50),
    )
    assert_same_distribution(distribution(logits, row(tokens=tokens, **parameters)), expected)


@pytest.mark.parametrize("late", ["repetition", "penalties", "dry", "no_repeat_ngram"])
def test_penalties_can_come_after_truncation_and_temperature(late: str) -> None:
    logits, tokens = random_logits(200, seed=9), looping_text(80, seed=9, vocabulary=200)
    changes: dict[str, dict[str, float]] = {
        "repetition": {"repetition_penalty": 1.5},
        "penalties": {"frequency_penalty": 0.5, "presence_penalty": 0.2},
        "dry": {"dry_multiplier": 0.8},
        "no_repeat_ngram": {"no_repeat_ngram_size": 2},
    }
    order = (*(name for name in TRANSFORMERS_ORDER if name != late), late)
    both = row(tokens=tokens, temperature=0.7, top_k=60, sampler_order=order, **changes[late])
    first = TopKLogitsWarper(60)(None, TemperatureLogitsWarper(0.7)(None, logits[None]))[0]
    assert_same_distribution(distribution(logits, both), distribution(first, row(tokens=tokens, **changes[late])))


def test_greedy_takes_the_likeliest_after_the_penalties() -> None:
    for shape in SIZES:
        logits = SHAPES[shape]
        tokens = [*logits.topk(5).indices.tolist(), *random_text(50, len(logits))]
        penalties = {"repetition_penalty": 1.6, "no_repeat_ngram_size": 3}
        scores = NoRepeatNGramLogitsProcessor(3)(
            torch.tensor([tokens]), RepetitionPenaltyLogitsProcessor(1.6)(torch.tensor([tokens]), logits[None])
        )
        greedy = row(tokens=tokens, temperature=0, typical_p=0.1, xtc_probability=1, **penalties)
        assert sample(logits[None], [greedy])[0].token_id == int(scores.argmax())


def test_ids_beyond_the_logits_are_passed_over() -> None:
    logits, tokens = random_logits(10), [3, 9, 10, 11, 3, 9, 10]
    changes: dict[str, float] = {
        "repetition_penalty": 1.5, "repetition_penalty_range": 5, "repetition_penalty_slope": 2, "dry_multiplier": 1,
        "frequency_penalty": 1, "no_repeat_ngram_size": 2,
    }  # fmt: skip
    assert distribution(logits, row(tokens=tokens, **changes)).isfinite().all()
