"""What the engine asks of its sampler: the end of the text, and the likeliest tokens."""

from __future__ import annotations

from typing import Any

import pytest

from pyg_ui.engine.engine import FinishReason, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from tests.checkpoints import tiny_model
from tests.engine.local_engines import END_OF_TEXT_ID, greedy, serving_model, token_ids


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
