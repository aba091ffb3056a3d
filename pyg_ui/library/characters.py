"""Reads the directory of bundled characters: one card a `.json` file, and its picture as `.png` of the same name."""

from dataclasses import replace
from pathlib import Path

from pyg_ui.errors import CharacterError, InputError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import read_card
from pyg_ui.library.containers.files import read_file


def bundled_cards(directory: Path) -> dict[str, Card]:
    """The cards by their files' names without suffix, in that order; none if the directory is missing.

    Raises CharacterError for a file that cannot be used.
    """
    return {path.stem: _read(path) for path in sorted(directory.glob("*.json"))}


def _read(path: Path) -> Card:
    picture = path.with_suffix(".png")
    try:
        card = read_card(read_file(path), path.name).card
        return replace(card, picture=read_file(picture)) if picture.exists() else card
    except InputError as error:
        raise CharacterError(error.message) from error
