"""What the engine reports of a prompt's tokens and of a generation's end, beside the generated tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pyg_ui.engine.decoding.transformers_decoder import TransformersDecoder
from pyg_ui.engine.engine import Finish, FinishReason, Generation, Timings
from pyg_ui.engine.serving.local import LocalEngine
from pyg_ui.errors import EngineStoppedError
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.local_engines import (
    END_OF_TEXT_ID,
    generate,
    greedy,
    random_ids,
    serving,
    serving_model,
    transformers_greedy,
)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_scored_prompt_is_reported_whole_and_continued_as_ever(architecture: str) -> None:
    model, ids = tiny_model(architecture), random_ids(40)
    with serving_model(model) as engine:
        plain = engine.submit(greedy(ids, 6))
        plain.text()
        scored = engine.submit(replace(greedy(ids, 6), num_top_choices=2, with_prompt_choices=True))
        chunks = list(scored)
        assert [len(choices) for choices in chunks[0].prompt_choices] == [3] * 39
        assert [choices[0].token_id for choices in chunks[0].prompt_choices] == list(ids[1:])
        assert not any(chunk.prompt_choices for chunk in chunks[1:])
        assert [i for chunk in chunks for i in chunk.token_ids] == transformers_greedy(model, ids, 6)
        assert scored.result is not None
        assert scored.result.timings.num_cached_tokens == 0, "the cache has no logits"
        again = engine.submit(greedy((*ids, 1), 4))
        again.text()
        assert again.result is not None
        assert again.result.timings.num_cached_tokens == 40, "what was scored can be reused"


def prompt_logprobs(engine: LocalEngine, ids: Sequence[int]) -> list[float]:
    request = replace(greedy(ids, 1), num_top_choices=1, with_prompt_choices=True)
    return [
        choice.logprob for chunk in engine.submit(request) for choices in chunk.prompt_choices for choice in choices
    ]


def test_the_score_does_not_depend_on_how_the_prompt_was_read() -> None:
    model, ids = tiny_model("gpt_neo", window=16), random_ids(50)
    with serving_model(model) as whole, serving_model(model, chunk_tokens=16) as chunked:
        expected = prompt_logprobs(whole, ids)
        assert len(expected) == 98
        assert prompt_logprobs(chunked, ids) == pytest.approx(expected, abs=1e-4)
    with serving(TransformersDecoder(model, num_slots=1)) as theirs:
        assert prompt_logprobs(theirs, ids) == pytest.approx(expected, abs=1e-4)


def test_a_prompt_is_not_reported_unless_it_is_asked_for() -> None:
    with serving_model(tiny_model("gptj")) as engine:
        assert not any(chunk.prompt_choices for chunk in engine.submit(greedy(random_ids(9), 2, num_top_choices=1)))
        assert generate(engine, greedy(random_ids(1), 2, num_top_choices=1, with_prompt_choices=True))


def test_tokens_stand_for_bytes() -> None:
    with serving_model(tiny_model("gptj", vocab_size=300)) as engine:
        assert b"".join(engine.token_bytes(token_id) for token_id in engine.encode("ü💜\n")) == "ü💜\n".encode()
        assert engine.token_bytes(END_OF_TEXT_ID) == engine.token_bytes(299) == b""


def ended(generation: Generation) -> Finish:
    finish = Finish(FinishReason.LENGTH, Timings(0, 0, 0, 1, 0, 1), seed=0)
    generation.finish(finish)
    return finish


def test_whoever_waits_for_the_end_is_called_once() -> None:
    for end in (ended, lambda generation: generation.fail(EngineStoppedError("x"))):
        for is_early in (True, False):
            calls: list[str] = []
            generation = Generation(greedy([1], 1))
            if is_early:
                generation.when_over(lambda calls=calls: calls.append("over"))
                assert not calls
            end(generation)
            if not is_early:
                generation.when_over(lambda calls=calls: calls.append("over"))
            ended(generation)
            assert calls == ["over"]
