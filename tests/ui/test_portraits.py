"""Portraits beside messages and in lists: small, found by id or name, and never another owner's."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageColor

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.portrait import draw_portrait, tint_of
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.personas import Persona, PersonaStore
from pyg_ui.ui.portraits import SIDE, Portraits, initial_portrait


@pytest.fixture
def portraits(tmp_path: Path) -> Iterator[Portraits]:
    database = Database.in_directory(tmp_path)
    database.open()
    yield Portraits(
        CharacterStore(database, {"wren": Card("Wren", picture=plain_picture("red"))}), PersonaStore(database)
    )
    database.close()


def plain_picture(color: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (400, 600), color).save(written, "PNG")
    return written.getvalue()


def _color_of(url: str) -> str:
    kind, data = url.split(",", 1)
    assert kind == "data:image/webp;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert image.size == (SIDE, SIDE)
        channels = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
    names = ("red", "lime", "blue")
    assert isinstance(channels, tuple)
    return names[channels.index(max(channels))]


def test_the_owner_s_own_character_comes_before_a_bundled_one_of_that_name(portraits: Portraits) -> None:
    assert _color_of(portraits.character_portrait("ann", "Wren")) == "red"
    id = portraits.library.add("ann", Card("Wren", picture=plain_picture("blue")))
    assert _color_of(portraits.character_portrait("ann", "Wren")) == "blue"
    assert _color_of(portraits.character_portrait("ann", "Wren", "bundled-wren")) == "red"
    assert _color_of(portraits.character_portrait("bob", "Wren", id)) == "red", "bob has no such character"
    portraits.library.trash("ann", id)
    assert _color_of(portraits.character_portrait("ann", "Wren")) == "red"


def test_who_has_no_picture_has_an_initial(portraits: Portraits) -> None:
    found = portraits.character_portraits("ann", ["Wren", "Zoë", "王", "<b>", ""])
    assert found["Zoë"] == initial_portrait("Zoë") != found["王"]
    assert all(url.startswith("data:image/") and not set(url) & set("<>\"' ") for url in found.values())
    assert portraits.person_portrait("ann", "You") == initial_portrait("You")


def test_a_person_has_the_picture_of_the_persona_that_the_chat_names(portraits: Portraits) -> None:
    id = portraits.personas.add("ann", Persona("Captain", picture=plain_picture("blue")))
    assert _color_of(portraits.person_portrait("ann", "Captain", id)) == "blue"
    assert portraits.person_portrait("bob", "Captain", id) == initial_portrait("Captain")
    bare = portraits.personas.add("ann", Persona("Cook"))
    assert portraits.person_portrait("ann", "Cook", bare) == initial_portrait("Cook")


def test_a_portrait_is_small_and_made_once(portraits: Portraits) -> None:
    portraits.library.add("ann", Card("Ida", picture=draw_portrait("Ida")))
    first = portraits.character_portrait("ann", "Ida")
    assert len(first) < 6000
    assert portraits.character_portrait("ann", "Ida") is first


def test_the_initial_is_legible_on_every_ground() -> None:
    for name in map(str, range(300)):
        red, green, blue = (channel / 255 for channel in ImageColor.getrgb(tint_of(name))[:3])
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in (red, green, blue)]
        luminance = sum(share * each for share, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
        assert 1.05 / (luminance + 0.05) >= 4.5
