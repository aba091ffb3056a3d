"""Files on the page: cards, lorebooks and portraits are brought in, and cards taken out."""

from __future__ import annotations

import base64
import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from pyg_ui.library.cards.files import CardFormat, dump_card, read_card
from pyg_ui.library.cards.portrait import draw_portrait
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


def test_an_imported_card_is_kept_opened_and_its_file_removed(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "card.png"
    path.write_bytes(dump_card(WREN, CardFormat.PNG))
    room.bring_in(path)
    assert room.names() == ["Wren"]
    assert room.session.chat.lorebooks == (BOOK,)
    assert room.open_card.card.picture is not None
    assert not path.exists()


def test_what_could_not_be_read_of_a_card_is_told_after_the_import(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "odo.json"
    path.write_bytes(b'{"name": "Odo", "first_mes": "", "tags": ["sea", {}]}')
    with pytest.warns(UserWarning, match=r"odo\.json.*tags: 1 of 2"):
        room.bring_in(path)
    assert room.names() == ["Odo"]


@pytest.mark.parametrize("data", [b"", b"{", b"\x89PNG\r\n\x1a\n", b"just text", b'{"name": ""}', draw_portrait("x")])
def test_a_bad_file_changes_nothing_and_is_named(room: Room, tmp_path: Path, data: bytes) -> None:
    before = room.session.chat
    path = tmp_path / "broken.png"
    path.write_bytes(data)
    with pytest.warns(UserWarning, match=r"broken\.png"):
        room.bring_in(path)
    assert room.session.chat == before
    assert room.names() == []


def test_a_lorebook_by_itself_is_kept_and_on_in_the_chat(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    path.write_text(json.dumps({"entries": {"0": {"key": ["fog"], "content": "Fog rolls in."}}}))
    room.bring_in(path)
    (kept,) = room.session.chat.kept_lorebooks
    assert (kept.book.name, [entry.keys for entry in kept.book.entries]) == ("world", [("fog",)])
    assert room.lorebooks.load("ann", kept.id).book == kept.book
    assert (room.session.chat.character, room.session.chat.lorebooks) == (WREN.character, ())
    assert not path.exists()


def test_a_portrait_is_changed_and_kept_with_the_card(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "me.png"
    path.write_bytes(draw_portrait("Somebody"))
    room.click("bundled-wren")
    assert "data:image/webp" in room.files.change_portrait(room.session, room.open_card, str(path))
    room.save()
    assert room.store.load("ann", room.open_card.id).picture is not None
