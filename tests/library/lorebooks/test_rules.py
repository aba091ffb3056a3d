"""SillyTavern's world info and the books of V2 and V3 cards: what they say is what they say at home."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.lorebook import KeyLogic, Lorebook, LorebookEntry, Position, Source, Voice
from pyg_ui.library.containers.document import open_document
from pyg_ui.library.containers.json_text import dump_json
from pyg_ui.library.lorebooks.character_book import dump_book, parse_book
from pyg_ui.library.lorebooks.files import book_in
from pyg_ui.library.lorebooks.rules import key_list
from pyg_ui.library.lorebooks.world_info import parse_world_info
from pyg_ui.library.lorebooks.written import dump_world_info
from tests.dialogue.lore.books import entered


def world_info(*entries: dict[str, Any]) -> Lorebook:
    given = {"selective": True, "keysecondary": [], "order": 100, "position": 0, "probability": 100}
    return parse_world_info({"entries": {str(i): {"uid": i, **given, **each} for i, each in enumerate(entries)}})


def exported(*entries: dict[str, Any]) -> Lorebook:
    """A book as SillyTavern writes it into a card."""
    given = {"secondary_keys": [], "selective": True, "enabled": True, "use_regex": True, "insertion_order": 100}
    extensions = {"position": 0, "display_index": 0, "case_sensitive": None, "match_whole_words": None}
    return parse_book(
        {"entries": [given | {"extensions": extensions, "position": "before_char"} | each for each in entries]}
    )


def called(book: Lorebook, text: str) -> set[str]:
    chat = replace(Chat(Character("Tilda")).say(text), lorebooks=(book,))
    return {entry.content for entry in entered(chat, 10_000)}


def test_the_keys_of_an_exported_card_are_plain_unless_they_stand_between_slashes() -> None:
    keys = ("[Guild]", "C*", "Anna (old)", "/gulls?/i", "/Reef/")
    book = exported(*({"keys": [key], "content": key} for key in keys))
    assert called(book, "The guild has no crate. Anna and reefs.") == set()
    assert called(book, "A [guild] of Anna (old): C* and GULL on the Reef.") == set(keys)


def test_patterns_and_plain_keys_may_stand_side_by_side() -> None:
    book = world_info({"key": ["/gulls?/i", "albatross"], "content": "x", "caseSensitive": None})
    assert called(book, "GULLS!") == called(book, "an Albatross") == {"x"}
    assert called(book, "albatrosses") == set()


def test_the_four_kinds_of_logic_are_numbered() -> None:
    both = {"key": ["lamp"], "keysecondary": ["oil", "wick"]}
    book = world_info(*({**both, "selectiveLogic": i, "content": str(i)} for i in range(4)))
    assert called(book, "lamp") == {"1", "2"}
    assert called(book, "lamp oil") == {"0", "1"}
    assert called(book, "lamp oil wick") == {"0", "3"}
    assert called(book, "oil wick") == set()


def test_keys_may_be_text_with_commas() -> None:
    entry = {"keys": "lamp, lantern", "secondary_keys": "oil, wick", "selective": True, "content": "x"}
    book = parse_book({"entries": [entry]})
    assert book.entries[0].secondary_keys == ("oil", "wick")
    assert called(book, "the lantern's wick") == {"x"}
    assert called(book, "the lamp") == set()


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        ("a, b ,,c", ("a", "b", "c")),
        ("/a{1,2}b/i, c", ("/a{1,2}b/i", "c")),
        ("and/or, a/b", ("and/or", "a/b")),
        (["a, b", None, 7, ""], ("a, b", "7")),
        (None, ()),
        ({}, ()),
        ("", ()),
    ],
)
def test_keys_are_read_however_they_are_written(value: Any, keys: tuple[str, ...]) -> None:
    assert key_list({"keys": value}, "keys") == keys


@pytest.mark.parametrize("text", ["a" + " " * 100_000 + "b", "/" + "\\" * 100_001, "/a" + " " * 100_000 + "/"])
def test_long_keys_are_read_in_little_time(text: str) -> None:
    start = time.process_time()
    key_list({"keys": text}, "keys")
    row = {"key": text, "content": "x", "useRegex": True, "mode": "normal"}
    assert book_in(open_document(dump_json({"type": "risu", "data": [row]}).encode(), "book.json")) is not None
    assert time.process_time() - start < 2


def test_nulls_are_defaults() -> None:
    names = "scanDepth caseSensitive matchWholeWords role sticky cooldown delay depth group groupWeight probability"
    entry = world_info(dict.fromkeys(names.split()) | {"key": ["lamp"], "content": "x"}).entries[0]
    assert entry == LorebookEntry(
        "x", ("lamp",), is_selective=True, insertion_order=100, matches_whole_words=None, rest={"uid": 0}
    )


def test_every_field_of_sillytavern_is_read_in_both_dialects() -> None:
    fields = {
        "selectiveLogic": 3, "caseSensitive": True, "matchWholeWords": False, "scanDepth": 5, "probability": 40,
        "useProbability": True, "excludeRecursion": True, "preventRecursion": True, "delayUntilRecursion": True,
        "depth": 2, "role": 2, "group": "a, b", "groupOverride": True, "groupWeight": 7, "useGroupScoring": True,
        "sticky": 1, "cooldown": 2, "delay": 3, "ignoreBudget": True, "matchScenario": True,
        "matchCharacterPersonality": True, "position": 4,
    }  # fmt: skip
    expected = LorebookEntry(
        "x", logic=KeyLogic.AND_ALL, is_case_sensitive=True, matches_whole_words=False, scan_depth=5, probability=40,
        ignores_recursion=True, ends_recursion=True, recursion_level=1, depth=2, voice=Voice.CHARACTER,
        groups=("a", "b"), wins_group=True, group_weight=7, uses_group_scores=True, sticky=1, cooldown=2, delay=3,
        ignores_budget=True, sources=(Source.CHARACTER, Source.SCENARIO), position=Position.AT_DEPTH,
    )  # fmt: skip
    assert parse_world_info({"entries": [fields | {"content": "x"}]}).entries == (expected,)
    book = parse_book(dump_book(Lorebook((expected,))))
    assert book.entries == (expected,)
    written = dump_book(Lorebook((expected,)))["entries"][0]["extensions"]
    assert {"exclude_recursion": True, "group_override": True, "selectiveLogic": 3, "position": 4}.items() <= (
        written.items()
    )


def test_a_probability_that_is_switched_off_does_not_count() -> None:
    assert world_info({"probability": 10, "useProbability": False}).entries[0].probability == 100
    assert world_info({"probability": 10}).entries[0].probability == 100
    assert world_info({"probability": 10, "useProbability": True}).entries[0].probability == 10
    assert exported({"extensions": {"probability": 10}}).entries[0].probability == 10
    assert exported({"extensions": {"probability": 10, "useProbability": False}}).entries[0].probability == 100


@pytest.mark.parametrize(("number", "position"), list(enumerate(Position)))
def test_positions_are_numbered(number: int, position: Position) -> None:
    assert world_info({"position": number}).entries[0].position is position
    assert exported({"extensions": {"position": number}}).entries[0].position is position


def test_v2_has_two_positions_and_no_position_is_after_the_character() -> None:
    assert exported({"extensions": {}, "position": "before_char"}).entries[0].position is Position.BEFORE
    assert exported({"extensions": {}, "position": ""}).entries[0].position is Position.AFTER
    assert exported({"extensions": {"position": 99}, "position": "before_char"}).entries[0].position is Position.BEFORE


def test_v2s_own_fields_count_where_sillytavern_says_nothing() -> None:
    entry = {"case_sensitive": True, "extensions": {"case_sensitive": None}}
    assert exported(entry).entries[0].is_case_sensitive is True
    assert exported(entry | {"extensions": {"case_sensitive": False}}).entries[0].is_case_sensitive is False


def test_a_book_of_sillytavern_has_its_default_settings_and_a_v2_book_its_own() -> None:
    for book in (world_info({"content": "x"}), exported({"content": "x"})):
        assert (book.is_recursive, book.budget_share, book.token_budget) == (True, 0.25, None)
    book = parse_book({"scan_depth": 9, "token_budget": 50, "recursive_scanning": True, "entries": []})
    assert (book.scan_depth, book.token_budget, book.is_recursive, book.budget_share) == (9, 50, True, None)
    assert parse_book({"entries": [{"extensions": {}}]}).is_recursive is False


def test_what_nobody_edits_is_written_as_it_was() -> None:
    entry = {
        "id": 7, "keys": ["a"], "secondary_keys": ["b"], "comment": "c", "content": "d", "constant": False,
        "selective": True, "insertion_order": 3, "enabled": True, "position": "after_char", "use_regex": True,
        "name": "", "priority": 0,
        "extensions": {
            "position": 1, "exclude_recursion": False, "display_index": 4, "probability": 60, "useProbability": True,
            "depth": 4, "selectiveLogic": 2, "group": "", "group_weight": None, "match_whole_words": None,
            "case_sensitive": None, "automation_id": "z", "vectorized": False, "sticky": None, "triggers": ["normal"],
        },
    }  # fmt: skip
    book = {"name": "n", "extensions": {"x": 1}, "entries": [entry]}
    written = dump_book(parse_book(book))
    assert written["entries"] == [entry]
    assert written["extensions"]["x"] == 1
    assert parse_book(written) == parse_book(book)


def test_entries_with_the_same_id_are_all_kept() -> None:
    book = exported({"id": 1, "content": "a", "constant": True}, {"id": 1, "content": "b", "constant": True})
    assert called(book, "hi") == {"a", "b"}


def test_a_pattern_that_does_not_work_is_told_of() -> None:
    document = open_document(dump_json({"entries": {"0": {"key": ["/(/", "/a/"], "content": "x"}}}).encode(), "a.json")
    found = book_in(document)
    assert found is not None
    assert list(map(str, found.left_out)) == ["The key /(/ is no pattern that works. It is searched for as plain text."]


def test_sillytaverns_format_holds_every_rule() -> None:
    entry = LorebookEntry("x", ("a",), logic=KeyLogic.NOT_ANY, probability=20, sticky=3, sources=(Source.SCENARIO,))
    written = parse_world_info(dump_world_info(Lorebook((replace(entry, matches_whole_words=None),)))).entries[0]
    assert (written.logic, written.probability, written.sticky, written.sources) == (
        KeyLogic.NOT_ANY, 20, 3, (Source.SCENARIO,),
    )  # fmt: skip
