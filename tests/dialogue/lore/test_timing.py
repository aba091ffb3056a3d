"""Entries that stay, cool down or wait."""

from __future__ import annotations

from dataclasses import replace

from pyg_ui.dialogue.lorebook import LorebookEntry
from tests.dialogue.lore.books import is_called

MOON = LorebookEntry("Sill.", keys=("moon",), scan_depth=1)


def history(entry: LorebookEntry, *said: str) -> list[bool]:
    """For each message of the person whether the entry enters after it. The character answers `Hm.` to each."""
    turns: list[str] = []
    found = []
    for text in said:
        found.append(is_called(entry, *turns, text))
        turns += [text, "Hm."]
    return found


def test_an_entry_stays_for_some_messages() -> None:
    said = "moon", "a", "b", "c"
    assert history(MOON, *said) == [True, False, False, False]
    assert history(replace(MOON, sticky=2), *said) == [True, False, False, False]
    assert history(replace(MOON, sticky=3), *said) == [True, True, False, False]
    assert history(replace(MOON, sticky=5), *said) == [True, True, True, False]


def test_an_entry_cannot_enter_again_for_some_messages() -> None:
    said = ("moon",) * 5
    assert history(replace(MOON, cooldown=3), *said) == [True, False, True, False, True]
    assert history(replace(MOON, cooldown=5), *said) == [True, False, False, True, False]


def test_an_entry_cools_down_once_it_stays_no_longer() -> None:
    said = ("moon",) * 6
    assert history(replace(MOON, sticky=3, cooldown=3), *said) == [True, True, False, False, True, True]


def test_an_entry_that_stays_is_not_drawn_again_and_needs_no_recursion() -> None:
    entry = replace(MOON, sticky=50, probability=99.9999, recursion_level=0)
    assert history(entry, "moon", *"abcdef") == [True] * 7


def test_an_entry_waits_until_the_chat_is_long_enough() -> None:
    assert history(replace(MOON, delay=4), *["moon"] * 4) == [False, False, True, True]
