"""A prompt costs what its context holds, however long the chat is."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.dialogue.prompt import Prompt, build_prompt

BUDGET = 2_000


def chat_of(num_turns: int) -> Chat:
    """A chat that ends with the person's message."""
    roles = (Role.CHARACTER, Role.PERSON) if num_turns % 2 == 0 else (Role.PERSON, Role.CHARACTER)
    turns = tuple(Turn.of(roles[i % 2], f"message {i:06}") for i in range(num_turns))
    return Chat(Character("Bob", persona="Kind."), turns=turns)


def built(chat: Chat) -> tuple[Prompt, list[int]]:
    """The prompt, and the size of each text whose tokens were counted for it."""
    counted: list[int] = []

    def count(text: str) -> int:
        counted.append(len(text))
        return len(text)

    return build_prompt(chat, count, BUDGET), counted


def test_each_turn_is_counted_once_and_the_whole_once() -> None:
    _, counted = built(chat_of(251))
    assert len(counted) == 251 + 3 + 1  # turns; persona, <START>, cue; whole
    assert sum(size > 100 for size in counted) == 1


@pytest.mark.parametrize("num_turns", [2_000, 25_000])
def test_turns_out_of_reach_are_not_looked_at(num_turns: int) -> None:
    prompt, counted = built(chat_of(num_turns))
    _, as_counted = built(chat_of(400 + (num_turns - 400) % 256))
    assert len(counted) == len(as_counted) < 400
    assert prompt.num_dropped_turns > num_turns - 256
    assert prompt.text.endswith(f"Bob: message {num_turns - 2:06}\nYou: message {num_turns - 1:06}\nBob:")


def test_a_long_chat_fills_its_context_as_a_short_one_does() -> None:
    for num_turns in range(200, 1_000, 7):
        chat = chat_of(num_turns)
        prompt, _ = built(chat)
        assert BUDGET * 0.3 < prompt.num_tokens <= BUDGET
        kept = [segment.text for segment in prompt.segments if segment.is_kept][2:-1]
        assert len(kept) == num_turns - prompt.num_dropped_turns


def test_the_beginning_of_a_growing_chat_seldom_changes() -> None:
    dropped = [built(chat_of(num_turns))[0].num_dropped_turns for num_turns in range(300, 1_324)]
    # A block is 1,164 of 1,970 tokens, a turn 20 or 21, and what is looked at begins four times with another turn.
    assert sum(before != after for before, after in pairwise(dropped)) <= 1_024 // 55 + 4 + 1
