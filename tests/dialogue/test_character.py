import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.errors import CharacterError


@pytest.mark.parametrize("name", ["", "  ", "\n\t", "\x00", "\u200b"])
def test_a_name_without_a_visible_character_is_refused_with_advice(name: str) -> None:
    with pytest.raises(CharacterError, match="Give it one"):
        Character(name)


@pytest.mark.parametrize(
    "name",
    ["Captain  Bob", " Captain Bob\n", "Captain\r\nBob", "Captain\x00Bob", "Captain\x1b Bob", "Captain\u2028Bob"],
)
def test_a_name_is_folded_into_one_line(name: str) -> None:
    assert Character(name).name == "Captain Bob"


@pytest.mark.parametrize("name", ["Zoë", "李白", "👩‍🚀 Ada", "{{user}}", "O'Brien: the 2nd"])
def test_an_unusual_name_is_kept(name: str) -> None:
    assert Character(name).name == name


def test_line_ends_become_line_feeds_and_all_else_stays() -> None:
    character = Character("Bob", persona=" a\r\nb\rc\n\n <b>{{char}}</b> ", example_dialogue="<START>\r\nYou: hi")
    assert character.persona == " a\nb\nc\n\n <b>{{char}}</b> "
    assert character.example_dialogue == "<START>\nYou: hi"


def test_half_a_character_is_replaced_so_that_every_text_can_be_encoded() -> None:
    assert Character("Bob", greeting="\ud83d hi \ud83d\ude00").greeting == "\ufffd hi \U0001f600"
