"""The engine's answers: equal to transformers' own, alone, together, streamed, reused."""

from __future__ import annotations

import weakref
from typing import Any

import pytest
import torch

from pyg_ui.engine.decoding.native.decoder import NativeModel
from pyg_ui.engine.engine import Chunk, FinishReason, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling.sampler import SampledToken
from pyg_ui.engine.serving.local import LocalEngine, warm_up
from pyg_ui.errors import EngineStoppedError, InputError, PromptTooLongError
from tests.checkpoints import ARCHITECTURES, byte_tokenizer, tiny_model
from tests.engine.decoders import transformer_of
from tests.engine.local_engines import (
    END_OF_TEXT_ID,
    generate,
    greedy,
    info_of,
    random_ids,
    serving_model,
    token_ids,
    transformers_greedy,
    vocabulary,
)


@pytest.fixture(params=ARCHITECTURES)
def model(request: pytest.FixtureRequest) -> Any:
    """A model of either architecture whose context and window are short, so that every test goes beyond them."""
    return tiny_model(request.param, context=96, window=24)


def sampling(prompt_ids: tuple[int, ...], num_new: int, *, seed: int) -> GenerationRequest:
    parameters = SamplingParameters.neutral(
        temperature=0.9, top_p=0.95, repetition_penalty=1.1, max_new_tokens=num_new, seed=seed
    )
    return GenerationRequest(prompt_ids, parameters, ignore_end_of_text=True)


# -- the same tokens ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("num_prompt", [1, 23, 60])
def test_greedy_equals_transformers_to_the_end_of_the_context(model: Any, num_prompt: int) -> None:
    ids = random_ids(num_prompt)
    num_new = 96 - num_prompt
    with serving_model(model) as engine:
        assert generate(engine, greedy(ids, num_new)) == transformers_greedy(model, ids, num_new)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("num_prompt", "num_new"), [(250, 20), (2030, 18)])
def test_greedy_equals_transformers_at_the_real_window_and_up_to_position_2047(
    architecture: str, num_prompt: int, num_new: int
) -> None:
    model, ids = tiny_model(architecture, context=2048, window=256), random_ids(num_prompt)
    with serving_model(model) as engine:
        assert generate(engine, greedy(ids, num_new)) == transformers_greedy(model, ids, num_new)


@pytest.mark.parametrize("chunk_tokens", [1, 7, 32, 256])
def test_a_prompt_read_in_chunks_gives_the_same_tokens(model: Any, chunk_tokens: int) -> None:
    ids = random_ids(70)
    with serving_model(model, chunk_tokens=chunk_tokens) as engine:
        assert generate(engine, greedy(ids, 20)) == transformers_greedy(model, ids, 20)


def test_a_reused_prefix_gives_the_same_tokens_as_a_fresh_engine(model: Any) -> None:
    history, with_history, from_scratch = random_ids(60), [], []
    turns = [history, history + random_ids(20, seed=1), history + random_ids(9, seed=2), history[:30], history]
    with serving_model(model) as engine:
        for turn in turns:
            generation = engine.submit(greedy(turn, 16))
            with_history.append(token_ids(generation))
            assert generation.result is not None
            is_first = turn is turns[0] and len(with_history) == 1
            assert (generation.result.timings.num_cached_tokens > 0) != is_first
    for turn in turns:
        with serving_model(model) as engine:
            from_scratch.append(generate(engine, greedy(turn, 16)))
    assert with_history == from_scratch


def test_several_at_once_get_what_each_gets_alone(model: Any) -> None:
    requests = [
        sampling(random_ids(length, seed=length), 20, seed=seed) for seed, length in enumerate((5, 76, 60, 1, 33, 25))
    ]
    with serving_model(model, num_slots=3, chunk_tokens=16) as engine:
        together = [token_ids(generation) for generation in [engine.submit(request) for request in requests]]
    for request, tokens in zip(requests, together, strict=True):
        with serving_model(model, num_slots=1, chunk_tokens=16) as engine:
            assert generate(engine, request) == tokens


def test_a_seed_repeats_a_reply_and_an_open_one_is_drawn_and_reported(model: Any) -> None:
    ids = random_ids(20)
    with serving_model(model) as engine:
        drawn = engine.submit(sampling(ids, 30, seed=-1))
        tokens = token_ids(drawn)
        assert drawn.result is not None
        assert drawn.result.seed >= 0
        assert generate(engine, sampling(ids, 30, seed=drawn.result.seed)) == tokens
        assert generate(engine, sampling(ids, 30, seed=drawn.result.seed + 1)) != tokens


# -- text --------------------------------------------------------------------------------------------------------


def test_streamed_text_is_the_decoding_of_all_tokens(model: Any) -> None:
    with serving_model(model) as engine:
        chunks = list(engine.submit(sampling(random_ids(20), 70, seed=3)))
        ids = [token_id for chunk in chunks for token_id in chunk.token_ids]
        assert all(len(chunk.token_ids) == 1 for chunk in chunks)
        text = byte_tokenizer().decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        assert "".join(chunk.text for chunk in chunks) == engine.decode(ids) == text


@pytest.mark.parametrize("include_stop", [False, True])
def test_a_stop_string_across_tokens_ends_the_text_and_the_work(include_stop: bool) -> None:
    model, ids = tiny_model("gpt_neo"), random_ids(20)
    with serving_model(model) as engine:
        whole = engine.submit(greedy(ids, 60)).text()
        stop = whole[10:13]
        generation = engine.submit(greedy(ids, 60, stop=("\x00never", stop), include_stop=include_stop))
        text = generation.text()
    assert text == whole[: whole.index(stop) + (len(stop) if include_stop else 0)]
    assert generation.result is not None
    assert (generation.result.reason, generation.result.stop) == (FinishReason.STOP, stop)
    assert generation.result.timings.num_new_tokens < 60


def test_what_was_held_back_is_released_with_the_last_token() -> None:
    model, ids = tiny_model("gpt_neo"), random_ids(20)
    with serving_model(model) as engine:
        whole = list(engine.submit(greedy(ids, 30)))
        text = "".join(chunk.text for chunk in whole)
        held = engine.submit(greedy(ids, 30, stop=(text[-1] + "\x00",)))
        chunks = list(held)
    assert "".join(chunk.text for chunk in chunks) == text
    assert held.result is not None
    assert held.result.reason is FinishReason.LENGTH


def test_an_unfinished_character_is_released_before_the_end_of_text(monkeypatch: pytest.MonkeyPatch) -> None:
    smile = vocabulary().encode("🙂")
    script = [*smile, *smile[:2], END_OF_TEXT_ID]

    def forced(logits: torch.Tensor, rows: Any) -> list[SampledToken]:
        return [SampledToken(script[row.num_new_tokens]) for row in rows]

    monkeypatch.setattr("pyg_ui.engine.serving.step_runner.sample", forced)
    with serving_model(tiny_model("gptj")) as engine:
        generation = engine.submit(greedy((1,), 20, ignore_end_of_text=False))
        assert list(generation)[-1] == Chunk("\ufffd", ())
        assert generation.result is not None
        assert generation.result.reason is FinishReason.END_OF_TEXT


# -- what is reported and refused --------------------------------------------------------------------------------


def test_timings_count_what_happened() -> None:
    with serving_model(tiny_model("gptj")) as engine:
        for expected_cached in (0, 39):
            generation = engine.submit(greedy(random_ids(40), 10))
            generation.text()
            assert generation.result is not None
            timings = generation.result.timings
            assert (timings.num_prompt_tokens, timings.num_new_tokens) == (40, 10)
            assert timings.num_cached_tokens == expected_cached
            assert min(timings.queued_s, timings.prefill_s, timings.decode_s) >= 0
            assert timings.prefill_s > 0
            assert timings.tokens_per_s > 0


def test_requests_that_cannot_be_served_say_what_to_change() -> None:
    with serving_model(tiny_model("gptj")) as engine:
        with pytest.raises(InputError, match="empty"):
            engine.submit(greedy((), 5))
        for bad in (-1, 257):
            with pytest.raises(InputError, match="vocabulary of 257"):
                engine.submit(greedy((1, bad), 5))
        with pytest.raises(PromptTooLongError, match=r"500 tokens and 13 more.*512") as caught:
            engine.submit(greedy(random_ids(500), 13))
        assert (caught.value.num_tokens, caught.value.limit) == (513, 512)
        assert len(generate(engine, greedy(random_ids(500), 12))) == 12


def test_text_and_ids_are_the_tokenizers() -> None:
    with serving_model(tiny_model("gptj")) as engine:
        assert engine.encode("Hé") == byte_tokenizer().encode("Hé", add_special_tokens=False)
        assert engine.count_tokens("Hé") == 3
        assert engine.decode([*engine.encode("Hé"), END_OF_TEXT_ID]) == "Hé"
        assert engine.model.id == "tiny"


def test_closing_returns_the_model_and_refuses_more() -> None:
    transformer = transformer_of(tiny_model("gptj"))
    decoder = NativeModel(transformer).make_decoder(2)
    engine = LocalEngine(info_of(decoder), decoder, vocabulary())
    warm_up(engine)
    remembered = weakref.ref(transformer)
    del transformer, decoder
    engine.close()
    engine.close()
    assert remembered() is None
    with pytest.raises(EngineStoppedError, match="unloaded"):
        engine.submit(greedy((1,), 5))
    assert engine.encode("a")
