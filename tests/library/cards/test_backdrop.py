"""The backdrop that a card brings: found in every place that cards keep it in, small, and never from another server."""

from __future__ import annotations

import base64
import io
import json
import zipfile

import pytest
from PIL import Image

from pyg_ui.library.cards.backdrop import SIZE, backdrop_of
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, dump_card, read_card
from tests.ui.test_portraits import plain_picture


def color_of(picture: bytes | None) -> str:
    assert picture is not None
    with Image.open(io.BytesIO(picture)) as image:
        assert image.width <= SIZE[0]
        assert image.height <= SIZE[1]
        channels = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert isinstance(channels, tuple)
    return ("red", "lime", "blue")[channels.index(max(channels))]


def charx() -> bytes:
    """A CharX archive with an icon and two backdrops, of which the second is the main one."""
    assets = [
        {"type": "icon", "uri": "embeded://icon.png", "name": "main", "ext": "png"},
        {"type": "background", "uri": "embeded://red.png", "name": "other", "ext": "png"},
        {"type": "background", "uri": "embeded://blue.png", "name": "main", "ext": "png"},
    ]
    data = {"name": "Ida", "description": "", "assets": assets}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("card.json", json.dumps({"spec": "chara_card_v3", "spec_version": "3.0", "data": data}))
        for name in ("icon", "red", "blue"):
            archive.writestr(f"{name}.png", plain_picture("lime" if name == "icon" else name))
    return written.getvalue()


def test_the_main_backdrop_of_an_archive_is_found_and_outlives_an_export() -> None:
    card = read_card(charx(), "ida.charx").card
    assert color_of(backdrop_of(card)) == "blue"
    again = read_card(dump_card(card, CardFormat.PNG), "ida.png").card
    assert color_of(backdrop_of(again)) == "blue"


def test_a_backdrop_in_the_card_s_own_text_is_found() -> None:
    uri = "data:image/png;base64," + base64.b64encode(plain_picture("red")).decode()
    assert color_of(backdrop_of(Card("Ida", rest={"assets": [{"type": "background", "uri": uri}]}))) == "red"


@pytest.mark.parametrize(
    "assets",
    [
        None, "x", [None, 1, {}], [{"type": "background"}], [{"type": "background", "uri": 5}],
        [{"type": "background", "uri": "https://elsewhere.example/sea.png"}],
        [{"type": "background", "uri": "data:image/png;base64,@@@"}],
        [{"type": "background", "uri": "__asset:7"}],
        [{"type": "icon", "uri": "data:image/png;base64,AAAA"}],
    ],
)  # fmt: skip
def test_without_one_that_can_be_read_there_is_none(assets: object) -> None:
    assert backdrop_of(Card("Ida", rest={"assets": assets}, picture=plain_picture("red"))) is None
