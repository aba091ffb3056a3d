import io
from pathlib import Path

import pytest
from PIL import Image

from pyg_ui.dialogue.character import Character
from pyg_ui.errors import CharacterError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, dump_card, read_card
from pyg_ui.library.cards.portrait import SIZE
from pyg_ui.library.characters import bundled_cards
from tests.repository import CHARACTERS


def test_a_directorys_characters_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    for file_name, name in [("b.json", "Ada"), ("a.json", "Zoe"), ("c.txt", "Nobody")]:
        (tmp_path / file_name).write_bytes(dump_card(Card.of(Character(name)), CardFormat.PYGMALION))
    assert [card.character.name for card in bundled_cards(tmp_path).values()] == ["Zoe", "Ada"]
    assert bundled_cards(tmp_path / "missing") == {}


def test_a_broken_file_among_the_bundled_ones_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(CharacterError, match=r"broken\.json"):
        bundled_cards(tmp_path)
    (tmp_path / "broken.json").unlink()
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(CharacterError, match=r"folder\.json cannot be read"):
        bundled_cards(tmp_path)


def test_every_bundled_character_is_whole_and_of_its_own_voice() -> None:
    characters = [card.character for card in bundled_cards(CHARACTERS).values()]
    assert len({character.name for character in characters}) == len(characters) >= 5
    for character in characters:
        assert all((character.persona, character.scenario, character.greeting))
        assert character.example_dialogue.count("{{user}}:") >= 2


def test_every_bundled_character_has_a_portrait_that_a_card_can_carry() -> None:
    for card in bundled_cards(CHARACTERS).values():
        assert card.picture is not None
        with Image.open(io.BytesIO(card.picture)) as image:
            image.load()
            assert image.size == SIZE
        assert read_card(dump_card(card, CardFormat.PNG), "x.png").card == card


def test_portraits_are_small_and_have_their_drawings_beside_them() -> None:
    stems = {path.stem for path in CHARACTERS.glob("*.json")}
    assert {path.stem for path in CHARACTERS.glob("*.svg")} == {path.stem for path in CHARACTERS.glob("*.png")} == stems
    assert all(path.stat().st_size < 40_000 for path in CHARACTERS.glob("*.png"))
