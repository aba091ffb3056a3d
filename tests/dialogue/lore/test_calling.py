"""Which entries a conversation calls, and in which order they stand."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyg_ui.dialogue.lorebook import KeyLogic, Lorebook, LorebookEntry, Source
from tests.dialogue.lore.books import ODO, called, chat_of, entered, is_called

RIVER = LorebookEntry("The river runs north.", keys=("river", "water"))
MOON = LorebookEntry("The moon is called Sill.", keys=("moon",))


def test_any_key_calls_an_entry_in_any_letter_case_and_within_words() -> None:
    assert is_called(RIVER, "What a RIVERBED!")
    assert is_called(RIVER, "Cold water.")
    assert not is_called(RIVER, "What a road!")


def test_letter_case_counts_where_the_entry_says_so() -> None:
    entry = replace(RIVER, is_case_sensitive=True)
    assert is_called(entry, "the river")
    assert not is_called(entry, "The River")


@pytest.mark.parametrize("keys", [(), ("",), (" ", "\n")])
def test_an_entry_without_keys_is_never_called(keys: tuple[str, ...]) -> None:
    assert not is_called(replace(RIVER, keys=keys), "river")


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (KeyLogic.AND_ANY, {"one", "both"}),
        (KeyLogic.NOT_ALL, {"none", "one"}),
        (KeyLogic.NOT_ANY, {"none"}),
        (KeyLogic.AND_ALL, {"both"}),
    ],
)
def test_the_logic_says_which_secondary_keys_must_be_found(logic: KeyLogic, expected: set[str]) -> None:
    entry = replace(RIVER, is_selective=True, secondary_keys=("deep", "cold"), logic=logic)
    said = {"none": "a river", "one": "a cold river", "both": "a deep, cold river"}
    assert {name for name, text in said.items() if is_called(entry, text)} == expected
    assert not is_called(entry, "so deep and cold")


def test_secondary_keys_count_for_selective_entries_alone() -> None:
    entry = replace(RIVER, is_selective=True, secondary_keys=("deep",))
    assert not is_called(entry, "a river")
    assert is_called(replace(entry, is_selective=False), "a river")
    assert is_called(replace(entry, secondary_keys=()), "a river")


def test_macros_in_keys_stand_for_the_names() -> None:
    entry = LorebookEntry("{{char}} trusts {{user}}.", keys=("dear {{char}}",))
    assert called(Lorebook((entry,)), "Well, dear odo?") == ["{{char}} trusts {{user}}."]


def test_the_speakers_names_are_searched_too() -> None:
    assert is_called(LorebookEntry("x", keys=("{{user}}",)), "Hi.")
    assert is_called(LorebookEntry("x", keys=("odo",)), "Hm.", "Hi.")
    assert not is_called(LorebookEntry("x", keys=("odo",)), "Hi.")


def test_constant_entries_need_no_call_and_disabled_or_empty_ones_never_enter() -> None:
    constant = LorebookEntry("Autumn.", is_constant=True)
    book = Lorebook((constant, replace(RIVER, is_enabled=False), LorebookEntry(" ", keys=("river",))))
    assert called(book, "river") == ["Autumn."]
    assert called(book) == ["Autumn."]


def test_an_entry_without_text_lets_delayed_ones_be_called() -> None:
    delayed = replace(RIVER, recursion_level=1)
    silent = LorebookEntry("", is_constant=True)
    assert called(Lorebook((delayed,), is_recursive=True), "river") == []
    assert called(Lorebook((delayed, silent), is_recursive=True), "river") == [RIVER.content]


def test_only_the_newest_turns_are_searched() -> None:
    turns = "the river", "a road", "a house"
    assert called(Lorebook((RIVER,)), *turns) == []
    assert called(Lorebook((RIVER,), scan_depth=3), *turns) != []
    assert called(Lorebook((RIVER,), scan_depth=99), *turns) != []
    assert called(Lorebook((RIVER,), scan_depth=0), "the river") == []


def test_an_entrys_own_scan_depth_counts_rather_than_the_books() -> None:
    turns = "the river", "a road", "a house"
    assert called(Lorebook((replace(RIVER, scan_depth=3),), scan_depth=1), *turns) != []
    assert called(Lorebook((replace(RIVER, scan_depth=0),), scan_depth=9), "the river") == []


def test_other_texts_are_searched_where_the_entry_asks_for_it() -> None:
    chat = replace(chat_of("Hi."), character=replace(ODO, persona="{{char}} loves the river."))
    entry = replace(RIVER, sources=(Source.CHARACTER,))
    assert entered(replace(chat, lorebooks=(Lorebook((entry,)),))) != ()
    assert entered(replace(chat, lorebooks=(Lorebook((RIVER,)),))) == ()


def test_entries_stand_by_order_and_equal_ones_in_reverse() -> None:
    late, early = replace(RIVER, insertion_order=9), replace(MOON, insertion_order=-1)
    equal = LorebookEntry("Equal.", is_constant=True, insertion_order=9)
    assert called(Lorebook((late, early, equal)), "moon over the river") == [MOON.content, "Equal.", RIVER.content]


def test_the_budget_leaves_out_low_priorities_then_low_orders() -> None:
    constant = LorebookEntry("c" * 10, is_constant=True)
    low, high = LorebookEntry("l" * 10, ("x",), insertion_order=3), LorebookEntry("h" * 10, ("x",), priority=5)
    assert called(Lorebook((constant, low, high), token_budget=22), "x") == ["h" * 10, "l" * 10]
    assert called(Lorebook((constant, low, high), token_budget=11), "x") == ["h" * 10]
    assert called(Lorebook((constant, low, high)), "x") == ["c" * 10, "h" * 10, "l" * 10]


def test_no_entry_takes_the_room_of_one_that_did_not_fit() -> None:
    long, short = LorebookEntry("l" * 20, ("x",), priority=5), LorebookEntry("s" * 10, ("x",))
    assert called(Lorebook((long, short), token_budget=15), "x") == []
    assert called(Lorebook((long, replace(short, ignores_budget=True)), token_budget=15), "x") == ["s" * 10]


def test_books_with_a_share_of_the_prompt_share_it() -> None:
    book = Lorebook((LorebookEntry("a" * 20, is_constant=True),), budget_share=0.25)
    chat = chat_of("Hi.", books=(book, book, Lorebook(book.entries)))
    assert len(entered(chat, 100)) == 2
    assert len(entered(chat, 200)) == 3


def test_entries_call_others_only_where_the_book_asks_for_it() -> None:
    chain = tuple(LorebookEntry(f"word{i + 1}", keys=(f"word{i}",)) for i in range(5))
    assert called(Lorebook(chain), "word0") == ["word1"]
    assert len(called(Lorebook(chain, is_recursive=True), "word0")) == 5
    ring = LorebookEntry("a", keys=("b",)), LorebookEntry("b", keys=("a",))
    assert sorted(called(Lorebook(ring, is_recursive=True), "a")) == ["a", "b"]


def test_entries_stop_recursion_as_they_say() -> None:
    first, second, third = (LorebookEntry(f"word{i + 1}", keys=(f"word{i}",)) for i in range(3))

    def found(*entries: LorebookEntry) -> list[str]:
        return called(Lorebook(entries, is_recursive=True), "word0")[::-1]

    assert found(first, second, third) == ["word1", "word2", "word3"]
    assert found(first, replace(second, ends_recursion=True), third) == ["word1", "word2"]
    assert found(first, replace(second, ignores_recursion=True), third) == ["word1"]
    assert found(replace(first, recursion_level=1), second, third) == []
    assert found(first, replace(second, keys=("word0",), recursion_level=1)) == ["word1", "word2"]


def test_levels_of_recursion_come_one_after_the_other() -> None:
    first = LorebookEntry("first", is_constant=True)
    second = LorebookEntry("second", keys=("first",), recursion_level=2)
    third = LorebookEntry("third", keys=("first",), recursion_level=5)
    taker = LorebookEntry("taker", keys=("third",), recursion_level=2)
    assert called(Lorebook((third, second, first, taker), is_recursive=True), "hi")[::-1] == [
        "first", "second", "third", "taker",
    ]  # fmt: skip


def test_books_call_entries_of_recursive_books_alone() -> None:
    caller, target = LorebookEntry("moon", is_constant=True), MOON
    for is_recursive in (True, False):
        books = Lorebook((caller,)), Lorebook((target,), is_recursive=is_recursive)
        assert len(entered(chat_of("Hi.", books=books), 99)) == 1 + is_recursive


def test_chance_decides_for_each_turn_and_always_the_same() -> None:
    book = Lorebook((replace(RIVER, probability=30),))
    turns = [("x", "the river " * i) for i in range(1, 400)]
    drawn = [called(book, *each) != [] for each in turns]
    assert drawn == [called(book, *each) != [] for each in turns]
    assert 0.2 < sum(drawn) / len(drawn) < 0.4
    assert called(Lorebook((replace(RIVER, probability=0),)), "the river") == []


@pytest.mark.parametrize(
    "key",
    [
        "/(unclosed/",
        "/(a+)+$/",
        "/(a|aa)+$/",
        "/((a{1000}){1000}){1000}/",
        "/a{100000000}/",
        "/" + "(?:" * 400 + "a" + ")" * 400 + "/",
        "/" + "[a-z" * 100 + "/",
        "/" + "x" * 5_000 + "/",
    ],
)
def test_a_pattern_that_is_broken_or_endless_costs_little_and_is_not_found(key: str) -> None:
    book = Lorebook((LorebookEntry("x", keys=(key,)), RIVER))
    start = time.process_time()
    lore = called(book, "a" * 40_000 + "b river")
    assert time.process_time() - start < 1
    assert lore in ([RIVER.content], [RIVER.content, "x"])
    assert lore == [RIVER.content] or key.startswith("/(?:")  # long, but sound


def test_many_endless_patterns_share_one_deadline() -> None:
    keys = tuple(f"/(a+)+${i}/" for i in range(200))
    book = Lorebook((LorebookEntry("x", keys=keys),))
    start = time.process_time()
    assert called(book, "a" * 40_000 + "b") == []
    assert time.process_time() - start < 2


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
def test_called_entries_never_exceed_the_budget(
    several: list[LorebookEntry], budget: int, is_recursive: bool, text: str
) -> None:
    lore = called(Lorebook(tuple(several), token_budget=budget, is_recursive=is_recursive), text)
    assert sum(len(each) + 1 for each in lore) <= budget


def test_hidden_keys_call_other_entries_and_comments_do_not() -> None:
    chain = (
        LorebookEntry("Sea.{{hidden_key:moon}}{{// river}}", keys=("sea",)),
        LorebookEntry("{{hidden_key:road}}", keys=("moon",)),
        LorebookEntry("Road.", keys=("road",)),
        RIVER,
    )
    texts = called(Lorebook(chain, is_recursive=True), "sea")
    assert [text for text in texts if not text.startswith("{{")] == ["Road.", "Sea.{{hidden_key:moon}}{{// river}}"]
    assert len(called(Lorebook(chain), "sea")) == 1
