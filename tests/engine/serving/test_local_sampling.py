"""What the engine asks of its sampler: the end of the text, and the likeliest tokens."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pyg_ui.engine.engine import FinishReason, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError
from tests.checkpoints import tiny_model
from tests.engine.local_engines import (
    END_OF_TEXT_ID,
    generate,
    greedy,
    random_ids,
    serving_model,
    token_ids,
    transformers_greedy,
)


def ending_model() -> Any:
    """A model that always wants to end its text."""
    model = tiny_model("gptj")
    model.lm_head.bias.data[END_OF_TEXT_ID] = 1e4
    return model


@pytest.mark.parametrize("num_before", [0, 3])
def test_the_end_of_text_ends_a_reply_and_is_not_shown(num_before: int) -> None:
    parameters = SamplingParameters.neutral(temperature=0, max_new_tokens=20, min_new_tokens=num_before)
    with serving_model(ending_model()) as engine:
        generation = engine.submit(GenerationRequest((1, 2, 3), parameters))
        tokens = token_ids(generation)
        assert len(tokens) == num_before
        assert END_OF_TEXT_ID not in tokens
        assert generation.result is not None
        assert generation.result.reason is FinishReason.END_OF_TEXT
        assert generation.result.timings.num_new_tokens == num_before


def test_the_end_of_text_can_be_ignored() -> None:
    with serving_model(ending_model()) as engine:
        generation = engine.submit(greedy((1, 2, 3), 20))
        tokens = token_ids(generation)
        assert len(tokens) == 20
        assert END_OF_TEXT_ID not in tokens
        assert generation.result is not None
        assert generation.result.reason is FinishReason.LENGTH


def test_top_choices_are_reported_where_asked_for() -> None:
    with serving_model(tiny_model("gptj")) as engine:
        chunks = list(engine.submit(greedy((1, 2), 4, num_top_choices=3)))
        for chunk in chunks:
            (choices,) = chunk.choices
            assert choices[0].token_id == chunk.token_ids[0]
            assert choices[0].logprob <= 0
        assert all(chunk.choices == () for chunk in engine.submit(greedy((1, 2), 4)))


def test_a_bias_holds_for_every_token_of_its_own_request_only() -> None:
    ids, forced = random_ids(30), 77
    with serving_model(tiny_model("gptj")) as engine:
        plain = engine.submit(greedy(ids, 12))
        biased = engine.submit(greedy(ids, 12, logit_bias=((forced, 100.0),)))
        assert token_ids(biased) == [forced] * 12
        assert token_ids(plain) == transformers_greedy(tiny_model("gptj"), ids, 12)


def test_a_bias_gives_the_same_tokens_with_drafts() -> None:
    ids = random_ids(8) * 6
    replies = []
    for speculates in (False, True):
        with serving_model(tiny_model("gptj"), speculates=speculates) as engine:
            replies.append(generate(engine, greedy(ids, 30, logit_bias=((ids[3], 1.5), (ids[4], -100.0)))))
    assert replies[0] == replies[1]
    assert ids[4] not in replies[0]


@pytest.mark.parametrize("bias", [(-1, 1.0), (END_OF_TEXT_ID + 1000, 1.0), (3, 100.5), (3, -101.0), (3, math.nan)])
def test_a_bias_that_cannot_be_is_refused(bias: tuple[int, float]) -> None:
    with serving_model(tiny_model("gptj")) as engine, pytest.raises(InputError, match="logit_bias"):
        engine.submit(greedy((1, 2), 3, logit_bias=(bias,)))
