"""The lens shows what is sampled from: whatever the parameters, the very distribution of the sampler."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

from pyg_ui.engine.engine import FinishReason, GenerationRequest, NextTokenLogits
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling.lens import Lens, look_through
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.engine.serving.local import LocalEngine
from pyg_ui.errors import PromptTooLongError
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.local_engines import END_OF_TEXT_ID, generate, greedy, random_ids, serving_model
from tests.engine.sampling.test_sampler_properties import steps
from tests.engine.sampling_rows import distribution, next_token_of, of_probabilities


def look(logits: list[float], *tokens: int, count: int = 24, **changes: Any) -> Lens:
    parameters = SamplingParameters.neutral(**changes)
    return look_through(next_token_of(logits, *tokens), parameters, count=count)


@settings(max_examples=150)
@given(steps())
def test_the_lens_shows_the_samplers_own_distribution(step: tuple[Tensor, dict[str, Any]]) -> None:
    logits, fields = step
    expected = distribution(logits, SamplingRow(**fields))
    size = len(logits)
    known = {name: fields[name] for name in fields if name in NextTokenLogits.__slots__}
    next_token = NextTokenLogits(logits.numpy(), tuple(fields["token_ids"]), **known)
    lens = look_through(next_token, fields["parameters"], num_prompt_tokens=fields["num_prompt_tokens"], count=size)
    shown = torch.zeros(size)
    for token in lens.tokens:
        shown[token.token_id] = token.after
        assert all(0 <= share <= 1.0001 for share in (token.before, token.after, *token.stages))
        if token.removed_by is not None and not fields["parameters"].xtc_probability:
            assert token.after == 0
    torch.testing.assert_close(shown, expected, rtol=0, atol=0)
    assert lens.num_after == int((expected > 0).sum())
    assert lens.others_after < 1e-4
    names = [stage.sampler for stage in lens.stages if stage.sampler != "end_of_text"]
    assert {token.removed_by for token in lens.tokens} <= {None, *names, "end_of_text", "temperature"}


def test_each_sampler_answers_for_what_it_removes() -> None:
    lens = look(of_probabilities(0.5, 0.3, 0.15, 0.04, 0.01), top_k=4, top_p=0.9, min_p=0.5)
    assert {token.token_id: token.removed_by for token in lens.tokens} == {
        0: None, 1: None, 2: "min_p", 3: "top_p", 4: "top_k",
    }  # fmt: skip
    assert [(stage.sampler, stage.num_left) for stage in lens.stages] == [("top_k", 4), ("top_p", 3), ("min_p", 2)]
    assert [stage.removed for stage in lens.stages] == pytest.approx([0.01, 0.04, 0.15], abs=1e-6)
    first = lens.tokens[0]
    assert (first.before, first.after) == pytest.approx((0.5, 0.625), abs=1e-5)
    assert first.stages == pytest.approx((0.5 / 0.99, 0.5 / 0.95, 0.625), abs=1e-5)
    assert (lens.num_before, lens.num_after) == (5, 2)


def test_entropies_are_in_bits() -> None:
    lens = look(of_probabilities(*[1 / 8] * 8), top_k=0, temperature=0.5)
    assert (lens.entropy_before, lens.entropy_after) == pytest.approx((3, 3), abs=1e-5)
    assert lens.stages[0].entropy == pytest.approx(3, abs=1e-5)


def test_the_bias_of_a_request_is_a_stage_of_its_own() -> None:
    next_token = replace(next_token_of(of_probabilities(0.5, 0.5)), logit_bias=((0, -math.log(3)),))
    lens = look_through(next_token, SamplingParameters.neutral())
    assert [stage.sampler for stage in lens.stages] == ["logit_bias"]
    assert {token.token_id: pytest.approx(token.after, abs=1e-5) for token in lens.tokens} == {0: 0.25, 1: 0.75}


def test_without_temperature_one_token_is_left() -> None:
    lens = look(of_probabilities(0.2, 0.5, 0.3), 1, temperature=0, repetition_penalty=10.0, top_k=1)
    assert [stage.sampler for stage in lens.stages] == ["repetition", "temperature"]
    assert {token.token_id: (token.after, token.removed_by) for token in lens.tokens} == {
        1: (0, "temperature"), 2: (1, None), 0: (0, "temperature"),
    }  # fmt: skip


def test_xtc_is_shown_with_the_share_of_the_steps_in_which_it_acts() -> None:
    lens = look(of_probabilities(0.5, 0.3, 0.2), xtc_probability=0.4, xtc_threshold=0.25, min_p=0.5)
    fates = {token.token_id: (token.removed_by, pytest.approx(token.after, abs=1e-5)) for token in lens.tokens}
    assert fates == {0: ("xtc", 0.6 * 0.625), 1: (None, 0.6 * 0.375 + 0.4), 2: ("min_p", 0)}
    assert [stage.sampler for stage in lens.stages] == ["min_p", "xtc"]


def test_only_the_likeliest_are_listed_and_the_others_added_up() -> None:
    lens = look(of_probabilities(0.4, 0.3, 0.2, 0.1), count=2)
    assert [token.token_id for token in lens.tokens] == [0, 1]
    assert (lens.others_before, lens.others_after) == pytest.approx((0.3, 0.3), abs=1e-5)


def test_what_counts_as_generated_decides_about_the_penalties() -> None:
    next_token, parameters = next_token_of([0.0] * 4, 1, 2), SamplingParameters.neutral(presence_penalty=2.0)
    assert look_through(next_token, parameters).entropy_after == pytest.approx(2, abs=1e-5)
    spoken = look_through(next_token, parameters, num_prompt_tokens=1)
    assert [token.token_id for token in spoken.tokens if token.after < 0.1] == [2]


def next_token_after(engine: LocalEngine, ids: tuple[int, ...]) -> NextTokenLogits:
    request = GenerationRequest(ids, SamplingParameters(max_new_tokens=1), wants_logits=True)
    generation = engine.submit(request)
    (chunk,) = generation
    finish = generation.result
    assert finish is not None
    assert (finish.reason, finish.timings.num_new_tokens) == (FinishReason.LENGTH, 0)
    assert (chunk.text, chunk.token_ids) == ("", ())
    assert chunk.next_token is not None
    return chunk.next_token


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_logits_are_those_that_the_next_token_is_sampled_from(architecture: str) -> None:
    ids = random_ids(40)
    with serving_model(tiny_model(architecture)) as engine:
        seen = next_token_after(engine, ids)
        assert seen.prompt_ids == ids
        assert seen.end_ids == {END_OF_TEXT_ID}
        seen.logits[END_OF_TEXT_ID] = -np.inf
        assert generate(engine, greedy(ids, 1)) == [int(seen.logits.argmax())]
        assert seen.logits.dtype == np.float32


def test_asking_for_logits_takes_nothing_from_the_cache_of_a_chat() -> None:
    ids = random_ids(60)
    with serving_model(tiny_model("gptj"), num_slots=3) as engine:
        reply = generate(engine, greedy(ids, 8))
        for place in (0, 5, 2):
            next_token_after(engine, (*ids, *reply[:place]))
        again = engine.submit(greedy((*ids, *reply), 1))
        list(again)
        assert again.result is not None
        # All but the last token, which was sampled and never read.
        assert again.result.timings.num_cached_tokens == len(ids) + len(reply) - 1


def test_logits_are_given_up_to_the_end_of_the_context() -> None:
    with serving_model(tiny_model("gptj")) as engine:
        ids = random_ids(engine.model.context_length + 1)
        assert np.isfinite(next_token_after(engine, ids[:-1]).logits).all()
        with pytest.raises(PromptTooLongError):
            next_token_after(engine, ids)
