"""A page with the library for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.lorebooks import LorebookStore
from pyg_ui.library.store.personas import PersonaStore
from tests.ui.character.room import HOSTILE, WREN, Room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    database = Database.in_directory(tmp_path / "data")
    database.open()
    yield Room(
        CharacterStore(database, {"wren": WREN, "hostile": Card(HOSTILE)}),
        LorebookStore(database),
        PersonaStore(database),
    )
    database.close()
