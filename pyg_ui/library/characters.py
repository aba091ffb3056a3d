"""The directory of characters that come with the program."""

from __future__ import annotations

from pathlib import Path

from pyg_ui.dialogue.character import Character
from pyg_ui.errors import CharacterError
from pyg_ui.library.cards.files import read_card
from pyg_ui.library.documents import UnreadableError, read_file


def bundled_characters(directory: Path) -> tuple[Character, ...]:
    """The characters of the directory's `.json` files, in the order of the files' names; none where it is missing.

    Raises CharacterError for a file that cannot be used.
    """
    return tuple(_read_character(path) for path in sorted(directory.glob("*.json")))


def _read_character(path: Path) -> Character:
    try:
        data = read_file(path)
    except UnreadableError as error:
        raise CharacterError(f"{path.name} {error}") from error
    return read_card(data, path.name).card.character
