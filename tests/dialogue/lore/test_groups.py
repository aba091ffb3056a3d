"""Of the entries of a group, one enters."""

from __future__ import annotations

from dataclasses import replace

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from tests.dialogue.lore.books import called

SUN, RAIN, SNOW = (
    LorebookEntry(name, keys=("weather",), groups=("weather",), insertion_order=i)
    for i, name in enumerate(("sun", "rain", "snow"))
)


def test_one_entry_enters_by_chance_and_always_the_same() -> None:
    book = Lorebook((SUN, RAIN, replace(SNOW, group_weight=0)))
    said = [f"weather {i}" for i in range(60)]
    drawn = [called(book, text) for text in said]
    assert drawn == [called(book, text) for text in said]
    assert {tuple(each) for each in drawn} == {("sun",), ("rain",)}


def test_weights_are_chances() -> None:
    book = Lorebook((replace(SUN, group_weight=300), RAIN))
    num_sunny = sum(called(book, f"weather {i}") == ["sun"] for i in range(400))
    assert 250 < num_sunny < 350


def test_an_entry_that_is_made_to_win_wins() -> None:
    book = Lorebook((SUN, replace(RAIN, wins_group=True), SNOW))
    assert all(called(book, f"weather {i}") == ["rain"] for i in range(20))
    both = Lorebook((SUN, replace(RAIN, wins_group=True), replace(SNOW, wins_group=True)))
    assert called(both, "weather") == ["snow"]


def test_more_keys_win_where_an_entry_asks_for_scores() -> None:
    scored = Lorebook((replace(SUN, uses_group_scores=True), replace(RAIN, keys=("weather", "wet"))))
    assert all(called(scored, f"wet weather {i}") == ["rain"] for i in range(20))


def test_no_second_entry_of_a_group_is_called_by_the_first() -> None:
    caller = LorebookEntry("rain now", keys=("weather",), groups=("weather",))
    book = Lorebook((caller, replace(RAIN, keys=("rain",))), is_recursive=True)
    assert called(book, "weather") == ["rain now"]


def test_an_entry_that_stays_keeps_others_of_its_groups_out() -> None:
    sticky = replace(SUN, keys=("sunny",), sticky=9)
    book = Lorebook((sticky, replace(RAIN, wins_group=True)))
    assert called(book, "sunny", "Hm.", "weather") == ["sun"]


def test_an_entry_may_belong_to_several_groups_and_others_stay_untouched() -> None:
    both = replace(SUN, groups=("weather", "day"), wins_group=True)
    night = LorebookEntry("night", keys=("weather",), groups=("day",))
    free = LorebookEntry("free", keys=("weather",), insertion_order=-5)
    assert called(Lorebook((both, RAIN, night, free)), "weather") == ["free", "sun"]
