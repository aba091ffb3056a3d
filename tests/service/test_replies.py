import asyncio
import random
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role
from pyg_ui.engine.engine import Chunk, FinishReason, Generation, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import LoadProgress, ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import (
    CheckpointNotFoundError,
    EngineError,
    EngineStoppedError,
    InputError,
    NoModelError,
    PromptTooLongError,
)
from pyg_ui.service.replies import ChatService, ReplyUpdate
from tests.fakes import DEMO_INFO, FakeEngine

BOB = Character("Bob", persona="Kind.", greeting="Welcome, {{user}}.")
SHORT = SamplingParameters(max_new_tokens=200)


class SeededEngine(FakeEngine):
    """Writes the digits of the seed; draws one where the request leaves it open."""

    def submit(self, request: GenerationRequest) -> Generation:
        seed = request.parameters.seed if request.parameters.seed >= 0 else random.randrange(10**9)
        return FakeEngine(lambda prompt: f" {seed}").submit(request)


class FailingEngine(FakeEngine):
    """Fails after `text`."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.text = text

    def submit(self, request: GenerationRequest) -> Generation:
        generation = Generation(request)
        if self.text:
            generation.emit(Chunk(self.text, (1,)))
        generation.fail(EngineStoppedError("The model was unloaded."))
        return generation


def serving(engine: FakeEngine) -> ChatService:
    models = ModelManager(lambda choice, report: engine)
    models.start_loading(ModelChoice())
    models.wait(5)
    return ChatService(models)


def writing(text: str) -> FakeEngine:
    return FakeEngine(lambda prompt: text)


def collect(updates: AsyncIterator[ReplyUpdate]) -> list[ReplyUpdate]:
    async def run() -> list[ReplyUpdate]:
        return [update async for update in updates]

    return asyncio.run(run())


def collect_until_error(updates: AsyncIterator[ReplyUpdate], error: type[Exception]) -> tuple[list[ReplyUpdate], str]:
    seen: list[ReplyUpdate] = []

    async def run() -> None:
        async for update in updates:
            seen.append(update)  # what came before the error counts

    with pytest.raises(error) as caught:
        asyncio.run(run())
    return seen, str(caught.value)


def texts(chat: Chat) -> list[str]:
    return [turn.text for turn in chat.turns]


def versions(chat: Chat) -> list[str]:
    return [version.text for version in chat.turns[-1].versions]


def answered(engine: FakeEngine) -> Chat:
    return collect(serving(engine).reply(Chat.start(BOB), "hi", SHORT))[-1].chat


def test_a_reply_grows_and_ends_with_its_finish() -> None:
    updates = collect(serving(writing(" Hello!")).reply(Chat.start(BOB), "hi", SHORT))
    assert texts(updates[0].chat) == [BOB.greeting, "hi"]
    replies = [update.chat.turns[-1].text for update in updates[1:]]
    assert replies == ["H", "He", "Hel", "Hell", "Hello", "Hello!", "Hello!"]
    assert [update.finish for update in updates[:-1]] == [None] * 7
    assert updates[-1].finish is not None
    assert updates[-1].finish.reason is FinishReason.END_OF_TEXT
    assert updates[0].model is None
    assert all(update.model == DEMO_INFO for update in updates[1:])


def test_the_engine_reads_the_prompt_and_stops_at_the_next_label() -> None:
    engine = writing(" Hello!\nYou: and I say")
    chat = answered(engine)
    (request,) = engine.requests
    assert engine.decode(request.prompt_ids) == ("Bob's Persona: Kind.\n<START>\nBob: Welcome, You.\nYou: hi\nBob:")
    assert {"\nYou:", "\nBob:", "<START>"} <= set(request.stop)
    assert texts(chat)[-1] == "Hello!", "nothing of the person's next turn leaks into the reply"


def test_text_held_back_until_the_end_is_part_of_the_reply() -> None:
    assert texts(answered(writing(" I am half a <us")))[-1] == "I am half a <us"


def test_what_the_person_typed_is_stored_before_anything_else_happens() -> None:
    service = ChatService(ModelManager(lambda choice, report: FakeEngine()))
    updates, message = collect_until_error(service.reply(Chat.start(BOB), "hi", SHORT), NoModelError)
    assert [texts(update.chat) for update in updates] == [[BOB.greeting, "hi"]]
    assert "Load one" in message


def test_a_blank_message_is_sent_as_dots() -> None:
    engine = FakeEngine()
    collect(serving(engine).reply(Chat.start(BOB), " \n", SHORT))
    assert engine.decode(engine.requests[0].prompt_ids).endswith("\nYou: ...\nBob:")


def test_a_message_sent_while_a_model_loads_waits_for_it() -> None:
    may_load = threading.Event()

    def load(choice: ModelChoice, report: Callable[[LoadProgress], None]) -> FakeEngine:
        assert may_load.wait(10)
        return FakeEngine()

    models = ModelManager(load)
    models.start_loading(ModelChoice())

    async def run() -> list[ReplyUpdate]:
        updates = []
        async for update in ChatService(models).reply(Chat.start(BOB), "hi", SHORT):
            updates.append(update)
            may_load.set()
        return updates

    assert texts(asyncio.run(run())[-1].chat)[-1] == "Hello there!"


def test_a_load_that_fails_while_a_message_waits_gives_its_reason() -> None:
    may_fail = threading.Event()

    def load(choice: ModelChoice, report: Callable[[LoadProgress], None]) -> FakeEngine:
        assert may_fail.wait(10)
        raise CheckpointNotFoundError("There is no checkpoint at /nowhere.")

    models = ModelManager(load)
    models.start_loading(ModelChoice())

    async def run() -> None:
        async for _ in ChatService(models).reply(Chat.start(BOB), "hi", SHORT):
            may_fail.set()

    with pytest.raises(NoModelError, match="no checkpoint at /nowhere"):
        asyncio.run(run())


def test_prompt_and_reply_share_the_models_context() -> None:
    engine = FakeEngine(model=replace(DEMO_INFO, context_length=500))
    service, chat = serving(engine), Chat.start(BOB)
    for i in range(20):
        update = collect(service.reply(chat, f"message {i}", SHORT))[-1]
        chat = update.chat
    assert update.num_dropped_turns > 0
    assert len(chat.turns) == 41, "the chat itself keeps every turn"
    assert all(len(request.prompt_ids) <= 375 for request in engine.requests), "a quarter is kept for the reply"


def test_a_persona_that_does_not_fit_is_an_error_and_the_engine_is_not_asked() -> None:
    engine = FakeEngine()
    chat = Chat.start(Character("Bob", persona="p" * 3000))
    _, message = collect_until_error(serving(engine).reply(chat, "hi", SHORT), PromptTooLongError)
    assert message == "Persona needs 3,024 tokens, but only 2,047 fit in front of the reply. Shorten it."
    assert engine.requests == []


def test_closing_the_reply_cancels_the_generation_and_keeps_what_was_written() -> None:
    engine = FakeEngine(lambda prompt: " word" * 30, delay_s=0.005)

    async def run() -> Chat:
        async with aclosing(serving(engine).reply(Chat.start(BOB), "hi", SHORT)) as updates:
            async for update in updates:
                if update.chat.turns[-1].text == "word word":
                    return update.chat
        raise AssertionError("the reply ended early")

    chat = asyncio.run(run())
    assert texts(chat) == [BOB.greeting, "hi", "word word"]
    assert engine.generations[0].is_cancelled


def test_cancelling_the_task_cancels_the_generation() -> None:
    engine = FakeEngine(lambda prompt: " word" * 30, delay_s=0.005)

    async def run() -> None:
        service, has_begun = serving(engine), asyncio.Event()

        async def read() -> None:
            async for update in service.reply(Chat.start(BOB), "hi", SHORT):
                if update.chat.turns[-1].role is Role.CHARACTER:
                    has_begun.set()

        task = asyncio.create_task(read())
        await has_begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert engine.generations[0].is_cancelled

    asyncio.run(run())


def test_a_generation_cancelled_elsewhere_ends_with_what_was_written() -> None:
    engine = FakeEngine(lambda prompt: " word" * 30, delay_s=0.005)

    async def run() -> ReplyUpdate:
        async for update in serving(engine).reply(Chat.start(BOB), "hi", SHORT):
            if update.model is not None:
                engine.generations[0].cancel()
        return update

    last = asyncio.run(run())
    assert last.finish is not None
    assert last.finish.reason is FinishReason.CANCELLED
    assert 0 < len(last.chat.turns[-1].text) < len("word " * 30)


@pytest.mark.parametrize("written", ["", "  \n", "\nYou: hello"])
def test_a_model_that_says_nothing_leaves_no_blank_reply(written: str) -> None:
    service = serving(writing(written))
    updates, message = collect_until_error(service.reply(Chat.start(BOB), "hi", SHORT), EngineError)
    assert [texts(update.chat) for update in updates] == [[BOB.greeting, "hi"]]
    assert message == "Bob said nothing. Try again, or write something else."


def test_regenerating_adds_a_version_and_reads_the_same_prompt() -> None:
    replies = iter([" Old.", " New."])
    engine = FakeEngine(lambda prompt: next(replies))
    service = serving(engine)
    chat = collect(service.reply(Chat.start(BOB), "hi", SHORT))[-1].chat
    updates = collect(service.regenerate(chat, SHORT))
    assert texts(chat) == [BOB.greeting, "hi", "Old."]
    assert texts(updates[-1].chat) == [BOB.greeting, "hi", "New."]
    assert versions(updates[-1].chat) == ["Old.", "New."]
    assert engine.requests[0].prompt_ids == engine.requests[1].prompt_ids
    assert updates[-1].finish is not None


def test_the_previous_reply_stays_until_the_first_new_word() -> None:
    updates = collect(serving(writing(" New.")).regenerate(answered(FakeEngine()), SHORT))
    assert [update.chat.turns[-1].text for update in updates[:2]] == ["Hello there!", "N"]


@pytest.mark.parametrize("engine", [FailingEngine(), writing("")])
def test_a_regeneration_that_fails_before_the_first_word_loses_nothing(engine: FakeEngine) -> None:
    chat = answered(FakeEngine())
    updates, _ = collect_until_error(serving(engine).regenerate(chat, SHORT), EngineError)
    assert updates[-1].chat == chat


def test_a_failure_amid_a_reply_leaves_what_was_written() -> None:
    updates, message = collect_until_error(
        serving(FailingEngine(" Well")).reply(Chat.start(BOB), "hi", SHORT), EngineStoppedError
    )
    assert texts(updates[-1].chat)[-1] == "Well"
    assert message == "The model was unloaded."


def test_a_seed_gives_the_same_reply_again_and_an_open_one_another() -> None:
    service = serving(SeededEngine())
    fixed, open_seed = replace(SHORT, seed=42), replace(SHORT, seed=-1)
    first = collect(service.reply(Chat.start(BOB), "hi", fixed))[-1].chat
    again = collect(service.regenerate(first, fixed))[-1].chat
    assert versions(again) == [first.turns[-1].text] * 2
    assert collect(service.regenerate(first, open_seed))[-1].chat.turns[-1].text != first.turns[-1].text


def test_a_failed_message_can_be_tried_again() -> None:
    failed, _ = collect_until_error(serving(FailingEngine()).reply(Chat.start(BOB), "hi", SHORT), EngineStoppedError)
    retried = collect(serving(FakeEngine()).regenerate(failed[-1].chat, SHORT))[-1].chat
    assert texts(retried) == [BOB.greeting, "hi", "Hello there!"]


def test_a_greeting_cannot_be_regenerated() -> None:
    engine = FakeEngine()
    with pytest.raises(InputError, match="Say something first"):
        serving(engine).regenerate(Chat.start(BOB), SHORT)
    assert engine.requests == []


def test_the_prompt_is_built_beside_the_event_loop() -> None:
    threads: set[threading.Thread] = set()

    class Counter(FakeEngine):
        def count_tokens(self, text: str) -> int:
            threads.add(threading.current_thread())
            return super().count_tokens(text)

    answered(Counter())
    assert threads
    assert threading.current_thread() not in threads, "a long chat must not hold up the replies of others"


def test_a_rewritten_reply_goes_on_from_its_new_beginning_as_a_further_version() -> None:
    engine = writing(" goes on.")
    chat = Chat.start(BOB).say("Hi!").with_reply("He stays.")
    updates = collect(serving(engine).rewrite(chat, "He", SHORT))
    assert engine.decode(engine.requests[0].prompt_ids).endswith("You: Hi!\nBob: He")
    turn = updates[-1].chat.turns[-1]
    assert [version.text for version in turn.versions] == ["He stays.", "He goes on."]
    assert turn.index == 1
    assert turn.version.origin is not None
    assert turn.version.origin.num_given == len("He")


def test_only_a_reply_can_be_rewritten() -> None:
    with pytest.raises(InputError, match="no reply"):
        collect(serving(FakeEngine()).rewrite(Chat.start(BOB), "He", SHORT))
