import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyg_ui.dialogue.character import Character
from pyg_ui.errors import CharacterError
from pyg_ui.library.characters import bundled_characters, dump_character, parse_character

BOB = Character("Bob", "Kind.\n“Tall.”", "A bakery.", "Hi, {{user}}!", "<START>\nYou: hm\nBob: é🍞")
texts = st.text(max_size=20)
names = st.text(max_size=10).map(lambda name: name + "x")


@settings(deadline=None)
@given(st.builds(Character, names, texts, texts, texts, texts))
def test_dump_then_parse_gives_the_same_character(character: Character) -> None:
    assert parse_character(dump_character(character).encode(), "x.json") == character


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_makes_no_difference(encoding: str) -> None:
    assert parse_character(dump_character(BOB).encode(encoding), "bob.json") == BOB


def test_unknown_keys_are_ignored_and_missing_or_null_texts_are_empty() -> None:
    data = json.dumps({"char_name": " Bob ", "your_name": "Anna", "char_persona": None, "extra": [1]})
    assert parse_character(data.encode(), "bob.json") == Character("Bob")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not valid JSON: Expecting value at line 1, column 1"),
        (b'{"char_name": "Bob",}', "not valid JSON: "),
        (b"\xff\xfe{\x00", "not a text file in UTF-8"),
        (b"[1]", "holds no JSON object"),
        (b'{"name": "Bob"}', "no char_name"),
        (b'{"char_name": 7}', "its char_name must be text"),
        (b'{"char_name": "Bob", "world_scenario": ["x"]}', "its world_scenario must be text"),
        (b'{"char_name": " "}', "its char_name is empty"),
        (b'{"char_name": null}', "its char_name is empty"),
        (b'{"x":' * 100_000, "cannot be read"),
        (b'{"x": ' + b"9" * 10_000 + b"}", "cannot be read"),
    ],
)
def test_an_unusable_file_is_refused_by_name_and_problem(data: bytes, problem: str) -> None:
    with pytest.raises(CharacterError) as caught:
        parse_character(data, "bob.json")
    assert str(caught.value).startswith("bob.json ")
    assert problem in str(caught.value)


def test_half_a_character_in_json_still_gives_a_text_that_can_be_encoded() -> None:
    parsed = parse_character(b'{"char_name": "Bob", "char_greeting": "\\ud83d hi"}', "bob.json")
    assert parsed.greeting.encode() == "\ufffd hi".encode()


def test_a_directorys_characters_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    for file_name, name in [("b.json", "Ada"), ("a.json", "Zoe"), ("c.txt", "Nobody")]:
        (tmp_path / file_name).write_text(dump_character(Character(name)), encoding="utf-8")
    assert [character.name for character in bundled_characters(tmp_path)] == ["Zoe", "Ada"]
    assert bundled_characters(tmp_path / "missing") == ()


def test_a_broken_file_among_the_bundled_ones_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(CharacterError, match=r"broken\.json"):
        bundled_characters(tmp_path)
    (tmp_path / "broken.json").unlink()
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(CharacterError, match=r"folder\.json cannot be read"):
        bundled_characters(tmp_path)
