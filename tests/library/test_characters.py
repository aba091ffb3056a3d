from pathlib import Path

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.errors import CharacterError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, dump_card
from pyg_ui.library.characters import bundled_characters

CHARACTERS = Path(__file__).parent.parent.parent / "characters"


def test_a_directorys_characters_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    for file_name, name in [("b.json", "Ada"), ("a.json", "Zoe"), ("c.txt", "Nobody")]:
        (tmp_path / file_name).write_bytes(dump_card(Card.of(Character(name)), CardFormat.PYGMALION))
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


def test_every_bundled_character_is_whole_and_has_examples() -> None:
    characters = bundled_characters(CHARACTERS)
    assert len({character.name for character in characters}) == len(characters) >= 2
    for character in characters:
        assert all((character.persona, character.scenario, character.greeting, character.example_dialogue))
