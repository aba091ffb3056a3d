"""Plain keys: letter case, whole words and macros."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyg_ui.dialogue.lorebook import LorebookEntry
from tests.dialogue.lore.books import is_called

ENTRY = LorebookEntry("x", matches_whole_words=True)


@pytest.mark.parametrize(
    ("key", "text", "is_found"),
    [
        ("king", "Long live the King!", True),
        ("king", "not to my liking", False),
        ("king", "the king's (king)", True),
        ("king", "king_arthur", False),
        ("king", "a liking of the king", True),
        ("[Guild]", "the [guild] met", True),
        ("[Guild]", "a[guild]", False),
        ("C*", "crates with C*.", True),
        ("C*", "C* on crates", True),
        ("3", "in 30 days", False),
        ("魚", "大きな魚が泳ぐ", True),
        ("caf", "café", True),  # as in SillyTavern, letters that are not ASCII part words
        ("old king", "the bold kings", True),  # keys of several words are found anywhere
        ("old  king", "the old king", False),
        (" king ", "a king", True),
    ],
)
def test_whole_words_have_no_letter_or_digit_beside_them(key: str, text: str, is_found: bool) -> None:
    assert is_called(replace(ENTRY, keys=(key,)), text) is is_found


def test_the_default_is_whole_words_in_any_letter_case() -> None:
    entry = LorebookEntry("x", keys=("king",), matches_whole_words=None, is_case_sensitive=None)
    assert is_called(entry, "the KING")
    assert not is_called(entry, "the kings")
    assert is_called(replace(entry, matches_whole_words=False), "the kings")
    assert not is_called(replace(entry, is_case_sensitive=True), "the KING")


def test_a_patterns_own_flags_count_and_not_the_entrys() -> None:
    entry = LorebookEntry("x", keys=("/Reef/",), is_case_sensitive=False, matches_whole_words=True)
    assert is_called(entry, "Reefs")
    assert not is_called(entry, "the reef")
    assert is_called(replace(entry, keys=("/Reef/i",), is_case_sensitive=True), "the reef")


def test_a_pattern_may_ask_for_the_beginning_of_a_turn() -> None:
    entry = LorebookEntry("x", keys=("/\x01{{user}}: Hm/",))
    assert is_called(entry, "Hm, well.")
    assert not is_called(entry, "Hi. Ann: Hm")
    assert not is_called(replace(entry, keys=("/^Ann/",)), "Hm")


def test_a_broken_pattern_is_plain_text() -> None:
    assert is_called(LorebookEntry("x", keys=("/(old/",)), "what /(old/ means")
