"""Files on the page: cards are taken out, portraits and backdrops brought in."""

from __future__ import annotations

import base64
import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, read_card
from pyg_ui.library.cards.portrait import draw_portrait
from pyg_ui.ui.character.backdrop import Backdrops, BackdropView
from tests.ui.character.room import BOOK, WREN, Room


@pytest.mark.parametrize("form", CardFormat)
def test_an_exported_card_is_imported_with_nothing_lost_that_the_format_holds(room: Room, form: CardFormat) -> None:
    room.click("bundled-wren")
    with pytest.warns(UserWarning, match="lorebook") if form is CardFormat.PYGMALION else nullcontext():
        taken = json.loads(room.files.exporting(form)(room.session, room.open_card, **room.form(scenario="A storm.")))
    assert taken["name"] == "Wren" + form.suffix
    card = read_card(base64.b64decode(taken["data"]), taken["name"]).card
    assert card.character == replace(WREN, scenario="A storm.").character
    if form is not CardFormat.PYGMALION:
        assert (card.book, card.alternate_greetings) == (BOOK, ("Hm?",))


def test_a_portrait_is_changed_and_kept_with_the_card(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "me.png"
    path.write_bytes(draw_portrait("Somebody"))
    room.click("bundled-wren")
    assert "data:image/webp" in room.files.change_portrait(room.session, room.open_card, str(path), **room.form())
    room.save()
    assert room.store.load("ann", room.open_card.id).picture is not None


def test_a_new_character_s_portrait_is_kept_at_once(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "me.png"
    path.write_bytes(draw_portrait("Somebody"))
    room.gallery.create(room.session, room.open_card)
    room.files.change_portrait(room.session, room.open_card, str(path), **room.form())
    assert room.store.load("ann", room.open_card.id).picture is not None
    assert room.store.is_draft("ann", room.open_card.id)


def test_a_backdrop_is_the_chosen_one_or_the_card_s_own_or_none(room: Room, tmp_path: Path) -> None:
    backdrops = Backdrops(room.store)

    def is_shown(view: BackdropView) -> tuple[bool, bool, bool]:
        return "<img" in view.picture, view.remove["visible"], view.restore["visible"]

    uri = "data:image/png;base64," + base64.b64encode(draw_portrait("Sea")).decode()
    own = Card("Ida", rest={"assets": [{"type": "background", "uri": uri, "name": "main", "ext": "png"}]})
    room.click(room.store.add("ann", own))
    assert is_shown(backdrops.show(room.session, room.open_card)) == (True, True, False)
    assert is_shown(backdrops.remove(room.session, room.open_card)) == (False, False, True)
    path = tmp_path / "sea.png"
    path.write_bytes(draw_portrait("Another"))
    assert is_shown(backdrops.choose(room.session, room.open_card, str(path))) == (True, True, True)
    assert not path.exists()
    assert is_shown(backdrops.restore(room.session, room.open_card)) == (True, True, False)
    path.write_bytes(b"no picture")
    with pytest.warns(UserWarning, match=r"sea\.png"):
        backdrops.choose(room.session, room.open_card, str(path))
    room.click("bundled-wren")
    assert is_shown(backdrops.show(room.session, room.open_card)) == (False, False, False)
    path.write_bytes(draw_portrait("Another"))
    assert is_shown(backdrops.choose(room.session, room.open_card, str(path))) == (True, True, False)
    room.save()
    assert is_shown(backdrops.show(room.session, room.open_card)) == (True, True, False), "one's own copy has it too"
    room.open_card.open("", Card("Nobody"))
    with pytest.warns(UserWarning, match="Save the character first"):
        backdrops.remove(room.session, room.open_card)
