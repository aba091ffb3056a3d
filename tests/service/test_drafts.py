"""Candidates, continuing, impersonating and repeating, with the record of how each text came to be."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.engine import FinishReason, Generation, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import KOBOLD_ORDER, SamplingParameters, declaration
from pyg_ui.errors import EngineBusyError, EngineError, InputError, NoModelError
from pyg_ui.service.replies import ChatService, ReplyUpdate
from tests.fakes import DEMO_INFO, FakeEngine

BOB = Character("Bob", greeting="Welcome.")
ASKED = Chat.start(BOB).say("hi")
SHORT = SamplingParameters(max_new_tokens=200)


class SeededEngine(FakeEngine):
    """Writes the seed, slowly; the lower the seed, the longer it takes. At most `room` at once."""

    def __init__(self, room: int = 8, delay_s: float = 0.0) -> None:
        super().__init__()
        self.room, self.delay_s = room, delay_s

    def submit(self, request: GenerationRequest) -> Generation:
        if len(self.generations) == self.room:
            raise EngineBusyError("The queue is full.")
        writer = FakeEngine(lambda _: f" {request.parameters.seed} is my seed.", delay_s=self.delay_s)
        self.requests.append(request)
        self.generations.append(writer.submit(request))
        return self.generations[-1]


def serving(engine: FakeEngine) -> ChatService:
    models = ModelManager(lambda choice, report: engine)
    models.start_loading(ModelChoice())
    models.wait(5)
    return ChatService(models)


def collect(updates: AsyncGenerator[ReplyUpdate, None]) -> list[ReplyUpdate]:
    async def run() -> list[ReplyUpdate]:
        return [update async for update in updates]

    return asyncio.run(run())


def versions(chat: Chat) -> list[str]:
    return [version.text for version in chat.turns[-1].versions]


def test_candidates_are_written_together_from_seeds_that_count_up() -> None:
    engine = SeededEngine(delay_s=0.002)
    updates = collect(serving(engine).regenerate(ASKED, replace(SHORT, seed=7), 3))
    assert versions(updates[-1].chat) == [f"{seed} is my seed." for seed in (7, 8, 9)]
    assert len({request.prompt_ids for request in engine.requests}) == 1
    assert any(all(draft.text for draft in update.drafts) for update in updates[1:-1]), "they grew side by side"
    for before, after in itertools.pairwise(updates[1:]):
        assert all(b.text.startswith(a.text) for a, b in zip(before.drafts, after.drafts, strict=True))
    assert all(text for update in updates[1:] for text in versions(update.chat))


def test_the_largest_seed_counts_up_to_zero() -> None:
    largest = int(declaration("seed").maximum)
    last = collect(serving(SeededEngine()).regenerate(ASKED, replace(SHORT, seed=largest), 3))[-1]
    assert versions(last.chat) == [f"{seed} is my seed." for seed in (largest, 0, 1)]


def test_candidates_stand_beside_the_replies_that_are_there() -> None:
    answered = ASKED.with_reply("Old.")
    last = collect(serving(SeededEngine()).regenerate(answered, replace(SHORT, seed=1), 2))[-1]
    assert versions(last.chat) == ["Old.", "1 is my seed.", "2 is my seed."]
    assert last.chat.turns[-1].index == 1


@pytest.mark.parametrize("number", [0, 9])
def test_too_many_candidates_are_an_error(number: int) -> None:
    with pytest.raises(InputError, match="from 1 to 8"):
        serving(FakeEngine()).regenerate(ASKED, SHORT, number)


def test_candidates_that_do_not_all_fit_leave_none_behind() -> None:
    engine = SeededEngine(room=2)
    with pytest.raises(EngineBusyError):
        collect(serving(engine).regenerate(ASKED, SHORT, 4))
    assert all(generation.is_cancelled for generation in engine.generations)


def test_leaving_cancels_every_candidate() -> None:
    engine = SeededEngine(delay_s=0.01)

    async def leave() -> ReplyUpdate:
        async with aclosing(serving_now.regenerate(ASKED, SHORT, 3)) as updates:
            async for update in updates:
                if update.drafts:
                    break
            return update

    serving_now = serving(engine)
    asyncio.run(leave())
    assert len(engine.generations) == 3
    assert all(generation.is_cancelled for generation in engine.generations)


def test_a_reply_records_how_it_came_to_be_also_where_it_is_cut_off() -> None:
    engine = SeededEngine(delay_s=0.002)
    updates = collect(serving(engine).regenerate(ASKED, SHORT))
    for update in updates[1:]:
        origin = update.chat.turns[-1].version.origin
        assert origin is not None
        assert (origin.model_id, origin.parameters["temperature"]) == ("demo-neo", SHORT.temperature)
        assert origin.seed == engine.requests[0].parameters.seed >= 0
        assert origin.parameters["seed"] == -1, "what was asked for stays known"
        assert origin.num_prompt_tokens == len(engine.requests[0].prompt_ids)
    numbers = [update.chat.turns[-1].version.origin.num_new_tokens for update in updates[1:]]  # type: ignore[union-attr]
    assert numbers == sorted(numbers)
    assert numbers[-1] == len(f" {origin.seed} is my seed.")


def test_a_reply_goes_on_from_where_it_ends() -> None:
    engine = FakeEngine(lambda prompt: " and on." if prompt.endswith("Bob: Once") else "?")
    chat = ASKED.with_reply("Never").with_reply("Once ")
    last = collect(serving(engine).continue_reply(chat, SHORT))[-1].chat
    assert versions(last) == ["Never", "Once and on."]
    assert last.turns[-1].version.origin is not None
    assert last.turns[-1].version.origin.num_given == len("Once")


def test_a_reply_with_nothing_to_add_stays_as_it_is() -> None:
    with pytest.raises(EngineError, match="Bob had nothing to add"):
        collect(serving(FakeEngine(lambda _: "\nYou: I")).continue_reply(ASKED.with_reply("Once"), SHORT))
    with pytest.raises(InputError, match="no reply to continue"):
        serving(FakeEngine()).continue_reply(ASKED, SHORT)


def test_the_persons_line_is_written_from_what_they_began_and_the_chat_stays() -> None:
    engine = FakeEngine(lambda prompt: " you?\nBob: Fine." if prompt.endswith("Bob: Hm.\nYou: How are") else "?")
    chat = ASKED.with_reply("Hm.")
    updates = collect(serving(engine).impersonate(chat, "How are ", SHORT))
    assert all(update.chat == chat for update in updates)
    assert updates[-1].drafts[0].text == "How are you?"


def test_a_reply_is_repeated_with_its_seed_and_parameters() -> None:
    engine = SeededEngine()
    chat = collect(serving(engine).regenerate(ASKED, replace(SHORT, temperature=0.3)))[-1].chat
    repeated = collect(serving(engine).repeat(chat))
    assert repeated[-1].chat == chat
    first, again = engine.requests
    assert again.parameters == replace(first.parameters, seed=first.parameters.seed)
    assert (again.prompt_ids, again.parameters.temperature) == (first.prompt_ids, 0.3)


def test_a_repeated_continuation_goes_on_from_the_same_beginning() -> None:
    engine = SeededEngine()
    service = serving(engine)
    chat = collect(service.continue_reply(ASKED.with_reply("Once"), SHORT))[-1].chat
    assert collect(service.repeat(chat))[-1].chat == chat
    assert engine.requests[0].prompt_ids == engine.requests[1].prompt_ids


def test_a_repetition_that_differs_is_a_further_version() -> None:
    texts = iter([" One.", " Two."])
    service = serving(FakeEngine(lambda _: next(texts)))
    chat = collect(service.regenerate(ASKED, SHORT))[-1].chat
    assert versions(collect(service.repeat(chat))[-1].chat) == ["One.", "Two."]


def test_what_nobody_generated_or_another_model_wrote_is_not_repeated() -> None:
    with pytest.raises(InputError, match="typed, edited or imported"):
        collect(serving(FakeEngine()).repeat(ASKED.with_reply("Hm.")))
    chat = collect(serving(FakeEngine()).regenerate(ASKED, SHORT))[-1].chat
    other = FakeEngine(model=replace(FakeEngine().model, id="demo-j"))
    with pytest.raises(NoModelError, match="demo-neo wrote this reply, but demo-j is loaded"):
        collect(serving(other).repeat(chat))


def test_a_limit_beyond_the_context_serves_candidates_continuation_and_repetition_alike() -> None:
    engine = FakeEngine(lambda prompt: " " + "word " * 400, model=replace(DEMO_INFO, context_length=300))
    service, beyond = serving(engine), SamplingParameters(max_new_tokens=2048, seed=7)
    first = collect(service.reply(Chat.start(BOB), "hi", beyond, num_candidates=2))[-1]
    assert first.finish is not None
    assert first.finish.reason is FinishReason.LENGTH
    assert len(versions(first.chat)) == 2
    assert all(len(request.prompt_ids) + request.parameters.max_new_tokens == 300 for request in engine.requests), (
        "it may go on to the context's end"
    )
    repeated = collect(service.repeat(first.chat))[-1]
    assert repeated.chat == first.chat
    asked = Chat.start(BOB).say("hi").with_reply("Well")
    continued = collect(service.continue_reply(asked, beyond))[-1].chat
    assert continued.turns[-1].text.startswith("Well word")
    (origin,) = {
        version.origin.parameters["max_new_tokens"] for version in first.chat.turns[-1].versions if version.origin
    }
    assert origin == 2048, "what was asked for is recorded"


def test_a_reply_that_was_recorded_before_samplers_were_added_can_be_repeated() -> None:
    engine = FakeEngine(lambda prompt: " Hello there.")
    service = serving(engine)
    first = collect(service.reply(Chat.start(BOB), "Hi", SHORT))[-1]
    version = first.chat.turns[-1].version
    assert version.origin is not None
    later = ("top_n_sigma", "smoothing", "mirostat")
    order = [name for name in KOBOLD_ORDER if name not in later]
    known = ("max_new_tokens", "temperature", "top_p")
    recorded = {name: version.origin.parameters[name] for name in known} | {"sampler_order": order}
    old = replace(version, origin=replace(version.origin, parameters=recorded))
    chat = first.chat.without_last_reply().with_replies([old])
    assert collect(service.repeat(chat))[-1].chat == chat
    repeated = engine.requests[-1].parameters
    assert [name for name in repeated.sampler_order if name not in later] == order
    assert repeated.with_changes({"sampler_order": SHORT.sampler_order}) == SHORT.with_changes({"seed": repeated.seed})
