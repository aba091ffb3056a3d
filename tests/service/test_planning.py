"""How much of the context is kept for a reply, and how long the reply may become."""

import asyncio
from dataclasses import replace

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import PromptTooLongError
from pyg_ui.service.drafts import start_drafts
from pyg_ui.service.planning import PlannedReply, plan_reply
from tests.fakes import DEMO_INFO, FakeEngine

CONTEXT = 400
BOB = Character("Bob")


def plan(chat: Chat, num_new_tokens: int) -> PlannedReply:
    engine = FakeEngine(model=replace(DEMO_INFO, context_length=CONTEXT))
    return asyncio.run(plan_reply(engine, chat, SamplingParameters(max_new_tokens=num_new_tokens)))


def chat_of_length(num_turns: int) -> Chat:
    chat = Chat(BOB)
    for index in range(num_turns):
        chat = chat.say(f"message {index:3}")
    return chat


@pytest.mark.parametrize("num_new_tokens", [100, 399, 400, 2048])
def test_what_is_kept_for_the_reply_never_empties_the_history(num_new_tokens: int) -> None:
    planned = plan(chat_of_length(60), num_new_tokens)
    assert planned.prompt == plan(chat_of_length(60), 100).prompt, "at most a quarter of the context is kept"
    assert 60 - planned.prompt.num_dropped_turns > 5


@pytest.mark.parametrize("num_turns", [1, 10, 15])
def test_a_reply_may_go_on_to_the_contexts_end(num_turns: int) -> None:
    planned = plan(chat_of_length(num_turns), 2048)
    assert planned.prompt.num_dropped_turns == 0
    assert planned.request.parameters.max_new_tokens == CONTEXT - planned.prompt.num_tokens


def test_a_short_limit_keeps_no_more_than_it_needs() -> None:
    planned = plan(chat_of_length(18), 20)
    assert planned.prompt.num_dropped_turns == 0
    assert planned.request.parameters.max_new_tokens == 20


@pytest.mark.parametrize("num_left", [1, 2, 50, 99])
def test_a_prompt_that_fits_by_itself_gets_what_is_left(num_left: int) -> None:
    chat = chat_of_length(10).say("m" * (CONTEXT - num_left - len("<START>\nYou: \nBob:")))
    planned = plan(chat, 150)
    assert planned.prompt.num_dropped_turns == 10
    assert planned.room == planned.request.parameters.max_new_tokens == num_left


def test_only_a_prompt_that_fits_by_no_means_is_refused() -> None:
    chat = Chat(BOB).say("m" * (CONTEXT - len("<START>\nYou: \nBob:")))
    with pytest.raises(PromptTooLongError, match=r"only 399 fit in front of the reply\. Shorten it\.$"):
        plan(chat, 150)


def test_other_parameters_for_the_same_prompt_keep_to_the_context_too() -> None:
    planned, engine = plan(chat_of_length(15), 30), FakeEngine(model=replace(DEMO_INFO, context_length=CONTEXT))
    settings = [SamplingParameters(max_new_tokens=number, min_new_tokens=number) for number in (30, 2048)]
    lengths = [draft.generation.request.parameters.max_new_tokens for draft in start_drafts(engine, planned, settings)]
    assert lengths == [30, planned.room]
