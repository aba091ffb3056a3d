"""Speculation in the engine: fewer passes, and not a token, a word or a number that is another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from pyg_ui.engine.engine import Chunk, Finish, FinishReason, GenerationRequest
from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.precision import Precision
from pyg_ui.engine.serving.local import LocalEngine, load_engine
from pyg_ui.engine.serving.slots import SlotCache
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.decoders import native_decoder
from tests.engine.local_engines import (
    WatchedDecoder,
    generate,
    greedy,
    random_ids,
    serving,
    token_ids,
)

NUM_NEW = 100


@pytest.fixture(scope="module", params=ARCHITECTURES)
def model(request: pytest.FixtureRequest) -> Any:
    """A model of either architecture with a short window, that soon goes round in circles."""
    model = tiny_model(request.param, context=384, window=64)
    if request.param == "gpt_neo":
        model.transformer.wpe.weight.data *= 0.1  # what it says depends little on where it is
    return model


@pytest.fixture(scope="module")
def prompt(model: Any) -> tuple[int, ...]:
    """What the model goes on to say again and again."""
    with serving(native_decoder(model, num_slots=1)) as engine:
        return (*random_ids(20), *generate(engine, greedy(random_ids(20), 200)))


@dataclass
class Passes:
    """What a decoder was asked for."""

    rows: list[int] = field(default_factory=list)
    """How many rows each step of decoding had."""

    def __call__(self, kind: str, slots: Sequence[int]) -> None:
        if kind == "decode":
            self.rows.append(len(slots))

    @property
    def have_drafts(self) -> bool:
        return max(self.rows) > 1


@contextmanager
def watched(model: Any, *, speculates: bool = True, num_slots: int = 2) -> Iterator[tuple[LocalEngine, Passes]]:
    passes = Passes()
    decoder = WatchedDecoder(native_decoder(model, num_slots=num_slots), passes)
    with serving(decoder, speculates=speculates) as engine:
        yield engine, passes


def said(engine: LocalEngine, request: GenerationRequest) -> tuple[list[Chunk], Finish]:
    generation = engine.submit(request)
    chunks = list(generation)
    assert generation.result is not None
    return chunks, generation.result


def sampled(prompt: tuple[int, ...], num_new: int = NUM_NEW, **options: Any) -> GenerationRequest:
    settings = {"temperature": 0.1, "seed": 3, "max_new_tokens": num_new, **options}
    return GenerationRequest(prompt, SamplingParameters.neutral(**settings), ignore_end_of_text=True)


SETTINGS: dict[str, dict[str, Any]] = {
    "greedy": {"temperature": 0},
    "sampled": {},
    "penalised": {"repetition_penalty": 1.02, "frequency_penalty": 0.01, "presence_penalty": 0.01},
    "truncated": {"temperature": 0.5, "top_k": 5, "top_p": 0.5, "xtc_probability": 0.02},
    "without loops": {"dry_multiplier": 0.1, "dry_allowed_length": 20},
    "without repeated runs": {"no_repeat_ngram_size": 60},
    "to the end of the context": {"temperature": 0, "num_new": 384 - 220},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_text_is_the_same_in_fewer_passes(model: Any, prompt: tuple[int, ...], name: str) -> None:
    request = sampled(prompt, **SETTINGS[name])
    with watched(model, speculates=False) as (engine, passes):
        expected, finish = said(engine, request)
        assert not passes.have_drafts
    with watched(model) as (engine, passes):
        chunks, end = said(engine, request)
    assert chunks == expected
    assert all(len(chunk.token_ids) == 1 for chunk in chunks)
    assert (end.reason, end.timings.num_new_tokens) == (finish.reason, finish.timings.num_new_tokens)
    assert passes.have_drafts
    assert len(passes.rows) < 0.9 * len(chunks)


def test_the_choices_of_each_token_are_its_own(model: Any, prompt: tuple[int, ...]) -> None:
    request = greedy(prompt, NUM_NEW, num_top_choices=3, with_prompt_choices=True)
    with watched(model, speculates=False) as (engine, _):
        expected, _ = said(engine, request)
    with watched(model) as (engine, passes):
        chunks, _ = said(engine, request)
    assert passes.have_drafts
    for chunk, other in zip(chunks, expected, strict=True):
        assert chunk.prompt_choices == other.prompt_choices
        for choice, of_other in zip(chunk.choices, other.choices, strict=True):
            assert [token.token_id for token in choice] == [token.token_id for token in of_other]
            assert [token.logprob for token in choice] == pytest.approx([t.logprob for t in of_other], abs=1e-3)


@pytest.mark.parametrize("num_new", [30, 31, 33])
def test_a_text_ends_at_the_same_token_and_leaves_the_same_behind(
    model: Any, prompt: tuple[int, ...], num_new: int
) -> None:
    """At its length and at a stop string; the next turn finds what it would have found."""
    with watched(model, speculates=False) as (engine, _):
        stop = engine.decode(generate(engine, greedy(prompt, num_new)))[-12:]
    endings = [greedy(prompt, num_new), greedy(prompt, 2 * num_new, stop=(stop,))]
    outcomes = []
    for speculates in (False, True):
        outcome = []
        with watched(model, speculates=speculates, num_slots=1) as (engine, passes):
            for ending in endings:
                chunks, finish = said(engine, ending)
                ids = [token_id for chunk in chunks for token_id in chunk.token_ids]
                next_turn, end = said(engine, greedy((*prompt, *ids, *random_ids(9)), 20))
                outcome += [(chunks, finish.reason, finish.stop), (next_turn, end.timings.num_cached_tokens)]
            assert passes.have_drafts is speculates
        outcomes.append(outcome)
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][2][1] is FinishReason.STOP


@pytest.mark.parametrize("min_new_tokens", [0, 20])
def test_the_end_of_the_text_among_drafted_tokens_ends_it(
    model: Any, prompt: tuple[int, ...], min_new_tokens: int
) -> None:
    """What ends the text here is the token that would come as the 16th."""
    parameters = SamplingParameters.neutral(temperature=0, max_new_tokens=60, min_new_tokens=min_new_tokens)
    with watched(model, speculates=False) as (engine, _):
        ending = generate(engine, greedy(prompt, 16))[-1]
    outcomes = []
    for speculates in (False, True):
        with watched(model, speculates=speculates) as (engine, _):
            engine._vocabulary.end_ids = frozenset([ending])
            chunks, finish = said(engine, GenerationRequest(prompt, parameters))
            again, end = said(engine, GenerationRequest(prompt, parameters))
            assert chunks == again
            outcomes.append((chunks, finish.reason, end.timings.num_cached_tokens))
    assert outcomes[0] == outcomes[1]
    assert min_new_tokens or outcomes[0][1] is FinishReason.END_OF_TEXT


def test_several_texts_at_once_are_what_each_is_alone(model: Any, prompt: tuple[int, ...]) -> None:
    other = prompt[:150]
    with watched(model, speculates=False) as (engine, _):
        expected = [generate(engine, greedy(ids, NUM_NEW)) for ids in (prompt, other)]
    with watched(model) as (engine, passes):
        first = engine.submit(greedy(prompt, NUM_NEW))
        chunks = iter(first)
        begun = [next(chunks) for _ in range(40)]
        assert generate(engine, greedy(other, NUM_NEW)) == expected[1]
        assert [token for chunk in (*begun, *chunks) for token in chunk.token_ids] == expected[0]
        assert passes.have_drafts


def test_drafts_rest_while_a_prompt_is_read_and_while_somebody_else_is_answered(
    model: Any, prompt: tuple[int, ...]
) -> None:
    steps: list[tuple[str, tuple[int, ...]]] = []
    decoder = WatchedDecoder(native_decoder(model, num_slots=2), lambda kind, slots: steps.append((kind, tuple(slots))))
    with serving(decoder, speculates=True, chunk_tokens=32) as engine:
        generations = [engine.submit(greedy(ids, NUM_NEW)) for ids in (prompt, random_ids(200))]
        for generation in generations:
            token_ids(generation)
    company = [index for index, (_, slots) in enumerate(steps) if slots == (0, 1)]
    begins = next(index for index, step in enumerate(steps) if step == ("prefill", (1,)))
    assert company
    for kind, slots in steps[begins : company[-1]]:
        assert kind == "prefill" or len(set(slots)) == len(slots)
    assert any(len(slots) > len(set(slots)) for _, slots in steps)


def test_cancelling_leaves_a_beginning_of_the_text_and_an_engine_that_serves(
    model: Any, prompt: tuple[int, ...]
) -> None:
    with watched(model, speculates=False) as (engine, _):
        expected = generate(engine, greedy(prompt, NUM_NEW))
    with watched(model, num_slots=1) as (engine, passes):
        for num_read in (1, 30, 31, 33):
            generation = engine.submit(greedy(prompt, NUM_NEW))
            chunks = iter(generation)
            begun = [token for _ in range(num_read) for token in next(chunks).token_ids]
            generation.cancel()
            begun += [token for chunk in chunks for token in chunk.token_ids]
            assert begun == expected[: len(begun)]
        assert generate(engine, greedy(prompt, NUM_NEW)) == expected
        assert passes.have_drafts


@pytest.mark.parametrize("name", ["demo-neo", "demo-j"])
def test_in_8_bit_every_number_is_the_same_to_the_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    passes, decode = Passes(), SlotCache.decode

    def watched_decode(cache: SlotCache, slots: Sequence[int], token_ids: Sequence[int]) -> Any:
        passes("decode", slots)
        return decode(cache, slots, token_ids)

    monkeypatch.setattr(SlotCache, "decode", watched_decode)
    outcomes = []
    for speculates in (False, True):
        choice = ModelChoice(name, Precision.INT8, Device.CPU)
        engine = load_engine(choice, lambda progress: None, max_concurrency=1, speculates=speculates)
        try:
            prompt = tuple(engine.encode("You: Hi! Who are you?\nMira: I am Mira, and who are you?\nYou: Hi!\nMira:"))
            parameters = SamplingParameters.neutral(temperature=0.5, seed=1, max_new_tokens=150)
            request = GenerationRequest(prompt, parameters, ignore_end_of_text=True, num_top_choices=5)
            outcomes.append(said(engine, request)[0])
        finally:
            engine.close()
        assert passes.have_drafts is speculates
    assert outcomes[0] == outcomes[1]
