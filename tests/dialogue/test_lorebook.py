"""Which entries a conversation calls, and in which order they stand."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyg_ui.dialogue.lorebook import CalledLore, Lorebook, LorebookEntry, Position, call_lore
from pyg_ui.dialogue.macros.expansion import Macros

RIVER = LorebookEntry("The river runs north.", keys=("river", "water"))
MOON = LorebookEntry("The moon is called Sill.", keys=("moon",))


def call(book: Lorebook, *turns: str) -> CalledLore:
    return call_lore(book, turns, len, Macros("Odo", "You"))


def called(entry: LorebookEntry, text: str) -> bool:
    return call(Lorebook((entry,)), text).before != ()


def test_any_key_calls_an_entry_in_any_letter_case_and_within_words() -> None:
    assert called(RIVER, "What a RIVERBED!")
    assert called(RIVER, "Cold water.")
    assert not called(RIVER, "What a road!")


def test_letter_case_counts_where_the_entry_says_so() -> None:
    entry = replace(RIVER, is_case_sensitive=True)
    assert called(entry, "the river")
    assert not called(entry, "The River")


@pytest.mark.parametrize("keys", [(), ("",), (" ", "\n")])
def test_an_entry_without_keys_is_never_called(keys: tuple[str, ...]) -> None:
    assert not called(replace(RIVER, keys=keys), "river")


def test_a_selective_entry_needs_both_kinds_of_keys() -> None:
    entry = replace(RIVER, is_selective=True, secondary_keys=("deep", "cold"))
    assert called(entry, "a cold river")
    assert not called(entry, "a river")
    assert not called(entry, "so cold")
    assert called(replace(entry, is_selective=False), "a river")
    assert called(replace(entry, secondary_keys=()), "a river")


def test_macros_in_keys_and_contents_stand_for_the_names() -> None:
    entry = LorebookEntry("{{char}} trusts {{user}}.", keys=("{{char}}",))
    assert call(Lorebook((entry,)), "Well, Odo?").before == ("Odo trusts You.",)


def test_constant_entries_need_no_call_and_disabled_or_empty_ones_never_enter() -> None:
    constant = LorebookEntry("Autumn.", is_constant=True)
    book = Lorebook((constant, replace(RIVER, is_enabled=False), LorebookEntry(" ", keys=("river",))))
    assert call(book, "river").before == ("Autumn.",)
    assert call(book).before == ("Autumn.",)


def test_only_the_newest_turns_are_searched() -> None:
    turns = "the river", "a road", "a house"
    assert call(Lorebook((RIVER,)), *turns).before == ()
    assert call(Lorebook((RIVER,), scan_depth=3), *turns).before != ()
    assert call(Lorebook((RIVER,), scan_depth=99), *turns).before != ()
    assert call(Lorebook((RIVER,), scan_depth=0), "the river").before == ()


def test_entries_stand_by_position_and_order() -> None:
    late, early = replace(RIVER, insertion_order=9), replace(MOON, insertion_order=-1)
    after = LorebookEntry("After.", is_constant=True, position=Position.AFTER)
    lore = call(Lorebook((late, after, early)), "moon over the river")
    assert lore.before == (MOON.content, RIVER.content)
    assert lore.after == ("After.",)


def test_the_budget_leaves_out_low_priorities_and_never_constants() -> None:
    constant = LorebookEntry("c" * 100, is_constant=True)
    low, high = LorebookEntry("l" * 10, ("x",)), LorebookEntry("h" * 10, ("x",), priority=5, insertion_order=7)
    lore = call(Lorebook((constant, low, high), token_budget=15), "x")
    assert lore.before == ("c" * 100, "h" * 10)
    assert call(Lorebook((constant, low, high)), "x").before == ("c" * 100, "l" * 10, "h" * 10)


def test_a_shorter_entry_may_take_the_room_that_a_longer_one_cannot() -> None:
    long, short = LorebookEntry("l" * 20, ("x",), priority=5), LorebookEntry("s" * 10, ("x",))
    assert call(Lorebook((long, short), token_budget=15), "x").before == ("s" * 10,)


def test_entries_call_others_only_where_the_book_asks_for_it() -> None:
    chain = tuple(LorebookEntry(f"word{i + 1}", keys=(f"word{i}",)) for i in range(5))
    assert call(Lorebook(chain), "word0").before == ("word1",)
    assert len(call(Lorebook(chain, is_recursive=True), "word0").before) == 5
    ring = LorebookEntry("a", keys=("b",)), LorebookEntry("b", keys=("a",))
    assert sorted(call(Lorebook(ring, is_recursive=True), "a").before) == ["a", "b"]


def test_hidden_keys_call_other_entries_and_comments_do_not() -> None:
    chain = (
        LorebookEntry("Sea.{{hidden_key:moon}}{{// river}}", keys=("sea",)),
        LorebookEntry("{{hidden_key:road}}", keys=("moon",)),
        LorebookEntry("Road.", keys=("road",)),
        RIVER,
    )
    assert call(Lorebook(chain, is_recursive=True), "sea").before == ("Sea.", "Road.")
    assert call(Lorebook(chain), "sea").before == ("Sea.",)


def test_directions_to_other_programs_stay_out_of_the_prompt() -> None:
    entry = LorebookEntry("@@depth 4\n@@role system\nSill is round. @@not this\n@@nor this", keys=("moon",))
    assert call(Lorebook((entry,)), "moon").before == ("Sill is round. @@not this\n@@nor this",)
    assert not called(LorebookEntry("@@depth 4", keys=("moon",)), "moon")


@pytest.mark.parametrize(
    ("key", "text", "is_found"),
    [
        ("moo+n", "Mooooon", True),
        ("/moo+n/", "Moon", True),
        ("/^moon$/m", "sun\nmoon", True),
        ("/a.b/s", "a\nb", True),
        ("/a.b/", "a\nb", False),
        ("/moon", "/moon", True),
        (r"\bmoon\b", "moons", False),
        ("", "moon", False),
    ],
)
def test_patterns_as_keys(key: str, text: str, is_found: bool) -> None:
    assert called(LorebookEntry("x", keys=(key,), use_regex=True), text) is is_found


def test_a_pattern_heeds_letter_case_where_the_entry_says_so() -> None:
    entry = LorebookEntry("x", keys=("Moon",), use_regex=True, is_case_sensitive=True)
    assert not called(entry, "moon")
    assert called(replace(entry, keys=("/Moon/i",)), "moon")


@pytest.mark.parametrize(
    "key",
    [
        "(unclosed",
        "(a+)+$",
        "(a|aa)+$",
        "((a{1000}){1000}){1000}",
        "a{100000000}",
        "(?:" * 400 + "a" + ")" * 400,
        "[a-z" * 100,
        "x" * 5_000,
    ],
)
def test_a_pattern_that_is_broken_or_endless_costs_little_and_is_not_found(key: str) -> None:
    book = Lorebook((LorebookEntry("x", keys=(key,), use_regex=True), RIVER))
    start = time.perf_counter()
    lore = call(book, "a" * 40_000 + "b river")
    assert time.perf_counter() - start < 1
    assert lore == CalledLore(before=(RIVER.content,))


def test_many_endless_patterns_share_one_deadline() -> None:
    keys = tuple(f"(a+)+${i}" for i in range(200))
    book = Lorebook((LorebookEntry("x", keys=keys, use_regex=True),))
    start = time.perf_counter()
    lore = call(book, "a" * 40_000 + "b")
    assert time.perf_counter() - start < 2
    assert lore == CalledLore()


words = st.sampled_from(["river", "moon", "road", ""])
entries = st.builds(
    LorebookEntry,
    content=words,
    keys=st.lists(words, max_size=2).map(tuple),
    is_constant=st.booleans(),
    is_enabled=st.booleans(),
    priority=st.integers(0, 3),
    insertion_order=st.integers(0, 3),
)


@settings(deadline=None)
@given(st.lists(entries, max_size=6), st.integers(0, 20), st.booleans(), words)
def test_called_entries_never_exceed_the_budget_beside_the_constants(
    several: list[LorebookEntry], budget: int, is_recursive: bool, text: str
) -> None:
    lore = call(Lorebook(tuple(several), token_budget=budget, is_recursive=is_recursive), text)
    constants = [entry for entry in several if entry.is_constant and entry.is_enabled and entry.content]
    total = sum(map(len, lore.before))
    assert sum(len(entry.content) for entry in constants) <= total
    assert total <= budget + sum(len(entry.content) for entry in constants)
