"""How much of a prompt is read again: over turns, regenerations, edits, users and overflow, with a real model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.serving.local import load_engine
from pyg_ui.service.replies import ChatService, ReplyUpdate

MIRA = Character(
    "Mira",
    persona="Mira keeps the lighthouse on the northern cape. She is patient, curious and fond of stormy weather.",
    greeting="Oh! A visitor, in this weather? Come in, sit by the fire and tell me who you are.",
)
BOB = Character("Bob", persona="Bob bakes bread in the village and talks of little else.", greeting="Fresh rye today!")
PARAMETERS = SamplingParameters.neutral(max_new_tokens=24, seed=1)


@pytest.fixture(scope="module")
def models() -> Iterator[ModelManager]:
    manager = ModelManager(load_engine)
    manager.start_loading(ModelChoice("demo-neo"))
    assert manager.wait(60).is_ready
    yield manager
    manager.close()


@pytest.fixture
def service(models: ModelManager) -> ChatService:
    return ChatService(models)


def finish(updates: AsyncGenerator[ReplyUpdate, None]) -> tuple[Chat, int, int]:
    """The chat after a reply, and how many tokens of its prompt were read, and how many it had."""

    async def last() -> ReplyUpdate:
        return [update async for update in updates][-1]

    update = asyncio.run(last())
    assert update.finish is not None
    timings = update.finish.timings
    return update.chat, timings.num_prompt_tokens - timings.num_cached_tokens, timings.num_prompt_tokens


def test_each_turn_reads_what_was_said_and_no_more(service: ChatService, models: ModelManager) -> None:
    chat, num_read, num_tokens = finish(service.reply(Chat.start(MIRA), "I am Ada, and I am lost.", PARAMETERS))
    assert num_read == num_tokens
    for text in ("The road is flooded.", "Do you live here all alone?", "May I stay until the morning?"):
        chat, num_read, num_tokens = finish(service.reply(chat, text, PARAMETERS))
        said = models.engine.count_tokens(f"\nYou: {text}\nMira:")
        assert num_read <= said + 4 < num_tokens / 3


def test_a_regeneration_reads_one_token(service: ChatService) -> None:
    chat, _, _ = finish(service.reply(Chat.start(MIRA), "What do you see from up there?", PARAMETERS))
    for seed in (2, 3):
        chat, num_read, _ = finish(service.regenerate(chat, replace(PARAMETERS, seed=seed)))
        assert num_read == 1


def test_an_edit_is_read_from_where_it_begins(service: ChatService, models: ModelManager) -> None:
    chat = Chat.start(MIRA)
    for text in ("Hello.", "What is your name?", "Do you like the sea?", "And the gulls?"):
        chat, _, _ = finish(service.reply(chat, text, PARAMETERS))
    edited = chat.edit(5, "Do you like storms?")
    _, num_read, num_tokens = finish(service.reply(edited, "And the wind?", PARAMETERS))
    rest = "\n".join(f"Mira: {turn.text}" for turn in edited.turns[5:]) + "\nYou: And the wind?\nMira:"
    assert num_read <= models.engine.count_tokens(rest) + 4 < num_tokens
    _, num_read, _ = finish(service.reply(chat, "And the wind?", PARAMETERS))
    assert num_read <= models.engine.count_tokens(rest) + 4


def test_another_user_with_the_same_character_reads_their_own_words_only(
    service: ChatService, models: ModelManager
) -> None:
    for text in ("Is it far to the village?", "Who built this tower?", "I brought you some bread."):
        _, num_read, _ = finish(service.reply(Chat.start(MIRA, "Ben"), text, PARAMETERS))
        assert num_read <= models.engine.count_tokens(f"You: {text}\nMira:") + 4


def test_chats_that_alternate_keep_their_slots(service: ChatService, models: ModelManager) -> None:
    chats = [Chat.start(MIRA), Chat.start(BOB), Chat.start(MIRA)]
    for number in range(4):
        for index, word in enumerate(("storm ", "bread ", "night ")):
            text = f"Listen ({number}): " + word * 100
            chats[index], num_read, _ = finish(service.reply(chats[index], text, PARAMETERS))
            # The reply's tokens may be other ones in the prompt than those it was written in.
            assert number == 0 or num_read <= models.engine.count_tokens(f"\nYou: {text}\nMira:") + 24


def test_a_chat_that_overflows_reads_little_on_average(service: ChatService) -> None:
    parameters = replace(PARAMETERS, max_new_tokens=4)
    chat, num_read, num_tokens = Chat.start(MIRA), [], []
    for number in range(40):
        text = f"Tell me story number {number}, about the {('sea', 'wind', 'gulls')[number % 3]}, " + "please " * 80
        chat, read, tokens = finish(service.reply(chat, text, parameters))
        num_read.append(read)
        num_tokens.append(tokens)
    assert max(num_tokens) > 1900, "it overflows"
    assert sum(read > 200 for read in num_read) == sum(b < a for a, b in pairwise(num_tokens)) == 2, "blocks dropped"
    assert sum(num_read) / len(num_read) <= 150
