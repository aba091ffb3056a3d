"""V3's decorators: what they change, and that none of them reaches the prompt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyg_ui.dialogue.chat import Chat, Version
from pyg_ui.dialogue.lore.decorators import FOR_EVER, decorated
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry, Position, Voice
from tests.dialogue.lore.books import ODO, called, chat_of, entered, is_called


def entry(*lines: str) -> LorebookEntry:
    return LorebookEntry("\n".join((*lines, "Text.")), keys=("moon",))


def change(*lines: str) -> LorebookEntry:
    return decorated(entry(*lines))[0]


@pytest.mark.parametrize(
    "lines",
    [
        ("@@depth 4", "@@role system"),
        ("@@unknown_thing 1,2", "@@@also_unknown"),
        ("@@instruct_depth 4", ""),
        ("@@depth nonsense",),
        ("@@depth 4", "", "@@role user", " "),
        ("@@",),
    ],
)
def test_decorators_stay_out_of_the_prompt(lines: tuple[str, ...]) -> None:
    assert change(*lines).content == "Text."


def test_only_the_lines_at_the_beginning_are_decorators() -> None:
    text = "Sill is round. @@not this\n@@nor this"
    assert decorated(LorebookEntry("\n@@depth 4\n" + text))[0].content == text
    assert not is_called(LorebookEntry("@@depth 4", keys=("moon",)), "moon")


def test_decorators_change_the_entry() -> None:
    assert (change("@@depth 3").position, change("@@depth 3").depth) == (Position.AT_DEPTH, 3)
    assert change("@@depth -1").depth == 0
    assert change("@@role user").voice is Voice.PERSON
    assert change("@@scan_depth 7").scan_depth == 7
    assert change("@@position before_desc").position is Position.BEFORE
    assert change("@@depth 3", "@@position after_desc").position is Position.AFTER
    assert change("@@position after_desc", "@@depth 3").position is Position.AFTER
    assert change("@@position the_moon").position is Position.BEFORE
    assert change("@@keep_activate_after_match").sticky == FOR_EVER
    assert change("@@dont_activate_after_match").cooldown == FOR_EVER


def test_empty_lines_and_tabs_may_stand_between_the_parts() -> None:
    changed = change("@@depth\t0", "", "@@role  user")
    assert (changed.position, changed.depth, changed.voice) == (Position.AT_DEPTH, 0, Voice.PERSON)


def test_of_two_with_one_name_the_first_counts() -> None:
    assert change("@@depth 3", "@@depth 5").depth == 3


def test_a_fallback_counts_where_the_decorator_before_it_does_not() -> None:
    assert change("@@unknown 1", "@@@depth 5").depth == 5
    assert change("@@depth x", "@@@depth 5", "@@@depth 6").depth == 5
    assert change("@@unknown 1", "@@@stranger 2", "@@@depth 5").depth == 5
    assert change("@@role user", "@@@depth 5").position is Position.BEFORE
    assert change("@@@depth 5").position is Position.BEFORE


def test_entries_may_be_forced_in_or_out() -> None:
    assert is_called(entry("@@activate"), "hi")
    assert is_called(entry("@@dont_activate", "@@activate"), "hi")
    assert not is_called(replace(entry("@@dont_activate"), is_constant=True), "moon")
    assert not is_called(replace(entry("@@activate"), is_enabled=False), "moon")


def test_additional_keys_must_be_found_and_excluded_ones_not() -> None:
    demanding = entry("@@additional_keys oil, wick", "@@additional_keys lamp")
    assert is_called(demanding, "moon, wick and lamp")
    assert not is_called(demanding, "moon and lamp")
    assert not is_called(demanding, "moon, oil and wick")
    assert is_called(entry("@@exclude_keys sun,star"), "moon")
    assert not is_called(entry("@@exclude_keys sun,star"), "moon and star")
    assert not is_called(replace(entry("@@exclude_keys sun"), is_constant=True), "the sun")


def test_replies_are_counted() -> None:
    turns = ["moon", "Hm.", "moon", "Hm.", "moon"]
    assert not is_called(entry("@@activate_only_after 3"), *turns)
    assert is_called(entry("@@activate_only_after 2"), *turns)
    assert is_called(entry("@@activate_only_every 2"), *turns)
    assert not is_called(entry("@@activate_only_every 2"), *turns[2:])
    assert is_called(entry("@@activate_only_every 0"), *turns[2:])


def test_an_entry_may_belong_to_one_greeting() -> None:
    book = Lorebook((entry("@@is_greeting 1"),))
    chat = replace(Chat.start(replace(ODO, greeting="Hm."), alternate_greetings=["Moon!"]), lorebooks=(book,))
    assert entered(chat.say("moon"), 99) == ()
    assert len(entered(chat.choose_version(0, 1).say("moon"), 99)) == 1
    assert called(book, "moon") == ["Text."]


def test_an_entry_may_stay_or_go_once_it_was_called() -> None:
    turns = ["moon", "Hm.", "a", "Hm.", "b", "Hm.", "moon"]
    assert not is_called(entry(), *turns[:5])
    assert is_called(entry("@@keep_activate_after_match"), *turns[:5])
    assert not is_called(entry("@@dont_activate_after_match"), *turns)
    assert is_called(entry("@@dont_activate_after_match"), turns[0])


def test_a_chat_with_versions_counts_its_turns_alone() -> None:
    chat = chat_of("moon", books=(Lorebook((entry("@@activate_only_after 2"),)),))
    chat = chat.with_replies([Version("a"), Version("b"), Version("c")]).say("moon")
    assert entered(chat, 99) == ()
