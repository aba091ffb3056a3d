"""What every engine does alike: the contract that `Engine`, `Generation` and `GenerationRequest` state."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from pyg_ui.engine.engine import Chunk, Engine, Finish, FinishReason, Generation, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import EngineStoppedError, InputError, PromptTooLongError
from tests.engine.contract.makers import CONTEXT_LENGTH, PROMPT, EngineMaker

SCRIPT = " Hé 🙂!\nYou: Fine\n\nYou are"
LONG = " word" * 80


def request_of(engine: Engine, num_new: int = 60, seed: int = -1, **options: Any) -> GenerationRequest:
    parameters = SamplingParameters.neutral(max_new_tokens=num_new, seed=seed)
    return GenerationRequest(tuple(engine.encode(PROMPT)), parameters, **options)


def written(engine: Engine, request: GenerationRequest) -> tuple[list[Chunk], Finish]:
    generation = engine.submit(request)
    chunks = list(generation)
    assert generation.result is not None
    return chunks, generation.result


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def ids_of(chunks: list[Chunk]) -> list[int]:
    return [token_id for chunk in chunks for token_id in chunk.token_ids]


# -- text --------------------------------------------------------------------------------------------------------


def test_the_pieces_add_up_to_the_decoding_of_all_tokens(maker: EngineMaker) -> None:
    with maker.serving(SCRIPT) as engine:
        chunks, finish = written(engine, request_of(engine))
        assert text_of(chunks) == SCRIPT == engine.decode(ids_of(chunks))
        assert finish.reason is FinishReason.END_OF_TEXT
        assert finish.stop is None
        assert finish.timings.num_new_tokens == len(ids_of(chunks)) == engine.count_tokens(SCRIPT)


def test_asyncio_reads_the_same_chunks(maker: EngineMaker) -> None:
    async def collect(generation: Generation) -> list[Chunk]:
        return [chunk async for chunk in generation]

    with maker.serving(SCRIPT) as engine:
        chunks, _ = written(engine, request_of(engine))
        assert asyncio.run(collect(engine.submit(request_of(engine)))) == chunks


def test_several_at_once_are_each_written_whole(maker: EngineMaker) -> None:
    with maker.serving(SCRIPT) as engine:
        generations = [engine.submit(request_of(engine)) for _ in range(6)]
        assert [generation.text() for generation in generations] == [SCRIPT] * 6


@pytest.mark.parametrize("num_new", [1, 5, 9])
def test_the_token_limit_ends_the_text_and_releases_what_was_held_back(maker: EngineMaker, num_new: int) -> None:
    with maker.serving("\nYou are" + LONG) as engine:
        chunks, finish = written(engine, request_of(engine, num_new, stop=("\nYou are here",)))
        assert (finish.reason, finish.stop) == (FinishReason.LENGTH, None)
        assert len(ids_of(chunks)) == finish.timings.num_new_tokens == num_new
        assert text_of(chunks) == engine.decode(ids_of(chunks))


def test_the_end_of_the_text_can_be_forbidden(maker: EngineMaker) -> None:
    with maker.serving("Ab") as engine:
        chunks, finish = written(engine, request_of(engine, 30, ignore_end_of_text=True))
        assert finish.reason is FinishReason.LENGTH
        assert len(ids_of(chunks)) == 30
        assert text_of(chunks).startswith("Ab")


# -- stop strings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("include_stop", [False, True])
@pytest.mark.parametrize(
    ("stops", "before", "stop"),
    [
        (("\nYou:",), " Hé 🙂!", "\nYou:"),
        (("never", "", "🙂!", "\nYou:"), " Hé ", "🙂!"),
        (("You: F", "\nYou: F"), " Hé 🙂!", "\nYou: F"),
        (("\nYou: Finer", "Fine"), " Hé 🙂!\nYou: ", "Fine"),
        ((" ",), "", " "),
    ],
)
def test_the_first_complete_stop_string_ends_the_text(
    maker: EngineMaker, stops: tuple[str, ...], before: str, stop: str, include_stop: bool
) -> None:
    with maker.serving(SCRIPT) as engine:
        chunks, finish = written(engine, request_of(engine, stop=stops, include_stop=include_stop))
        assert text_of(chunks) == before + (stop if include_stop else "")
        assert (finish.reason, finish.stop) == (FinishReason.STOP, stop)
        assert finish.timings.num_new_tokens == len(ids_of(chunks)) < engine.count_tokens(SCRIPT)


def test_a_piece_never_holds_text_that_a_stop_string_takes_back(maker: EngineMaker) -> None:
    with maker.serving(SCRIPT) as engine:
        shown = ""
        for chunk in engine.submit(request_of(engine, stop=("\nYou: Fine",))):
            shown += chunk.text
            assert " Hé 🙂!".startswith(shown)
        assert shown == " Hé 🙂!"


# -- cancelling --------------------------------------------------------------------------------------------------


def test_cancelling_ends_it_soon_and_leaves_what_was_written(maker: EngineMaker) -> None:
    with maker.serving(LONG) as engine:
        generation = engine.submit(request_of(engine, 400))
        chunks = iter(generation)
        first = [next(chunks) for _ in range(3)]
        generation.cancel()
        everything = first + list(chunks)
        assert generation.result is not None
        assert generation.result.reason is FinishReason.CANCELLED
        assert 3 <= generation.result.timings.num_new_tokens == len(ids_of(everything)) < 400
        assert LONG.startswith(text_of(everything))


def test_leaving_the_iteration_cancels(maker: EngineMaker) -> None:
    with maker.serving(LONG) as engine:
        generation = engine.submit(request_of(engine, 400))
        for _ in generation:
            break
        assert generation.is_cancelled
        wait_until_over(generation)
        assert generation.result is not None
        assert generation.result.reason is FinishReason.CANCELLED


def test_cancelling_after_the_end_changes_nothing(maker: EngineMaker) -> None:
    with maker.serving(SCRIPT) as engine:
        generation = engine.submit(request_of(engine))
        wait_until_over(generation)
        generation.cancel()
        assert generation.text() == SCRIPT
        assert generation.result is not None
        assert generation.result.reason is FinishReason.END_OF_TEXT


def wait_until_over(generation: Generation) -> None:
    over = threading.Event()
    generation.when_over(over.set)
    assert over.wait(20)
    assert generation.is_over


# -- seeds, usage, choices ---------------------------------------------------------------------------------------


def test_a_seed_is_reported_and_gives_the_same_text_again(maker: EngineMaker) -> None:
    with maker.serving(SCRIPT) as engine:
        drawn, finish = written(engine, request_of(engine, 10))
        assert finish.seed >= 0
        again, repeated = written(engine, request_of(engine, 10, seed=finish.seed))
        assert (text_of(again), repeated.seed) == (text_of(drawn), finish.seed)


def test_usage_and_timings_are_reported(maker: EngineMaker) -> None:
    with maker.serving(SCRIPT) as engine:
        _, finish = written(engine, request_of(engine, 5))
        timings = finish.timings
        assert timings.num_prompt_tokens == engine.count_tokens(PROMPT)
        assert timings.num_new_tokens == 5
        assert 0 <= timings.num_cached_tokens < timings.num_prompt_tokens
        assert min(timings.queued_s, timings.prefill_s, timings.decode_s, timings.tokens_per_s) >= 0


def test_the_likeliest_tokens_are_reported_where_they_are_asked_for(maker: EngineMaker) -> None:
    if not maker.has_token_choices:
        pytest.skip(f"{maker.name} reports no log-probabilities")
    with maker.serving(SCRIPT) as engine:
        plain, _ = written(engine, request_of(engine, 5))
        assert not any(chunk.choices or chunk.prompt_choices for chunk in plain)
        chunks, _ = written(engine, request_of(engine, 5, num_top_choices=3))
        assert [choices[0].token_id for chunk in chunks for choices in chunk.choices] == ids_of(chunks)
        for choices in (choices for chunk in chunks for choices in chunk.choices):
            assert len(choices) == 1 + 3
            assert all(choice.logprob <= 0 for choice in choices)


def test_the_prompts_tokens_are_reported_where_they_are_asked_for(maker: EngineMaker) -> None:
    if not maker.has_prompt_choices:
        pytest.skip(f"{maker.name} reports no log-probabilities of the prompt")
    with maker.serving(SCRIPT) as engine:
        request = request_of(engine, 5, num_top_choices=3, with_prompt_choices=True)
        first, *_ = written(engine, request)[0]
        assert [choices[0].token_id for choices in first.prompt_choices] == list(request.prompt_ids[1:])
        for choices in first.prompt_choices:
            assert len(choices) == 1 + 3
            assert all(choice.logprob <= 0 for choice in choices)


def test_the_next_tokens_logits_come_instead_of_text(maker: EngineMaker) -> None:
    if not maker.has_logits:
        pytest.skip(f"{maker.name} hands out no logits")
    with maker.serving("!") as engine:
        (chunk,), finish = written(engine, request_of(engine, 1, wants_logits=True))
        assert chunk.next_token is not None
        assert (chunk.text, chunk.token_ids, finish.reason) == ("", (), FinishReason.LENGTH)
        assert [int(chunk.next_token.logits.argmax())] == engine.encode("!")
        assert finish.timings.num_new_tokens == 0


# -- what is refused ---------------------------------------------------------------------------------------------


def test_an_empty_prompt_and_an_unknown_token_are_refused(maker: EngineMaker) -> None:
    with maker.serving(SCRIPT) as engine:
        for prompt_ids in ((), (1, -1), (1, maker.first_invalid_id)):
            with pytest.raises(InputError):
                engine.submit(GenerationRequest(prompt_ids, SamplingParameters(max_new_tokens=5)))


def test_prompt_and_new_tokens_may_fill_the_context_and_no_more(maker: EngineMaker) -> None:
    with maker.serving(SCRIPT) as engine:
        room = CONTEXT_LENGTH - engine.count_tokens(PROMPT)
        with pytest.raises(PromptTooLongError) as caught:
            engine.submit(request_of(engine, room + 1))
        assert (caught.value.num_tokens, caught.value.limit) == (CONTEXT_LENGTH + 1, CONTEXT_LENGTH)
        assert engine.submit(request_of(engine, room)).text() == SCRIPT


# -- closing -----------------------------------------------------------------------------------------------------


def test_closing_fails_what_runs_after_what_it_already_had_and_refuses_more(maker: EngineMaker) -> None:
    with maker.serving(LONG) as engine:
        generation = engine.submit(request_of(engine, 400))
        chunks = iter(generation)
        next(chunks)
        engine.close()
        engine.close()
        with pytest.raises(EngineStoppedError):
            list(chunks)
        assert generation.is_over
        assert generation.result is None
        with pytest.raises(EngineStoppedError):
            engine.submit(request_of(engine))
        assert engine.decode(engine.encode("a")) == "a"


def test_closing_with_patience_lets_what_runs_end(maker: EngineMaker) -> None:
    with maker.serving(SCRIPT) as engine:
        generation, began = engine.submit(request_of(engine)), time.monotonic()
        engine.close(patience_s=20)
        assert time.monotonic() - began < 15, "it waits no longer than for the last one"
        assert generation.text() == SCRIPT


def test_patience_ends(maker: EngineMaker) -> None:
    with maker.serving(LONG) as engine:
        generation = engine.submit(request_of(engine, 400, ignore_end_of_text=True))
        engine.close(patience_s=0.01)
        with pytest.raises(EngineStoppedError):
            generation.text()


# -- the tokenizer -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "Hello", SCRIPT, "\r\n\t  ", "🙂" * 3])
def test_text_ids_and_bytes_agree(maker: EngineMaker, text: str) -> None:
    with maker.serving("") as engine:
        ids = engine.encode(text)
        assert engine.decode(ids) == text
        assert b"".join(map(engine.token_bytes, ids)) == text.encode()
        assert engine.count_tokens(text) == len(ids)


def test_the_model_says_what_it_is(maker: EngineMaker) -> None:
    with maker.serving("") as engine:
        assert engine.model.context_length == CONTEXT_LENGTH
        assert engine.model.id
