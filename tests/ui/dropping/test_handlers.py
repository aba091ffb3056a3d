"""Files that are dropped anywhere: what they hold is told by their content, and nothing is half imported."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, dump_card
from pyg_ui.library.cards.portrait import draw_portrait
from pyg_ui.ui.dropping.handlers import DropHandlers
from pyg_ui.ui.session import Session
from tests import repository
from tests.ui.character.conftest import room
from tests.ui.character.room import BOOK, WREN, Room

__all__ = ["room"]

SAMPLES = repository.SAMPLES


@dataclass
class Host:
    """A page that files are dropped on, and the chats that it handed on."""

    room: Room
    chats: list[str] = field(default_factory=list)

    async def import_chats(self, session: Session, path: Path) -> None:
        self.chats.append(path.name)

    def drop(self, *paths: Path) -> list[str]:
        """Returns the files that hold presets."""
        handlers = DropHandlers(self.room.store, self.room.entries.editing, self.import_chats)
        names = list(map(str, paths))
        presets: list[str] = asyncio.run(handlers.take(self.room.session, self.room.open_card, names))[0]
        return presets


@pytest.fixture
def host(room: Room) -> Host:
    return Host(room)


def test_an_imported_card_is_kept_opened_and_its_file_removed(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "card.png"
    path.write_bytes(dump_card(WREN, CardFormat.PNG))
    host.drop(path)
    assert host.room.names() == ["Wren"]
    assert host.room.session.chat.lorebooks == (BOOK,)
    assert host.room.open_card.card.picture is not None
    assert not path.exists()


def test_what_could_not_be_read_of_a_card_is_told_after_the_import(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "odo.json"
    path.write_bytes(b'{"name": "Odo", "first_mes": "", "tags": ["sea", {}]}')
    with pytest.warns(UserWarning, match=r"odo\.json.*tags: 1 of 2"):
        host.drop(path)
    assert host.room.names() == ["Odo"]


@pytest.mark.parametrize("data", [b"", b"{", b"\x89PNG\r\n\x1a\n", b"just text", b'{"name": ""}', draw_portrait("x")])
def test_a_bad_file_changes_nothing_and_is_named(host: Host, tmp_path: Path, data: bytes) -> None:
    before = host.room.session.chat
    path = tmp_path / "broken.png"
    path.write_bytes(data)
    with pytest.warns(UserWarning, match=r"broken\.png"):
        host.drop(path)
    assert host.room.session.chat == before
    assert host.room.names() == []


def test_a_lorebook_by_itself_is_kept_and_on_in_the_chat(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    path.write_text(json.dumps({"entries": {"0": {"key": ["fog"], "content": "Fog rolls in."}}}))
    host.drop(path)
    (kept,) = host.room.session.chat.kept_lorebooks
    assert (kept.book.name, [entry.keys for entry in kept.book.entries]) == ("world", [("fog",)])
    assert host.room.lorebooks.load("ann", kept.id).book == kept.book
    assert (host.room.session.chat.character, host.room.session.chat.lorebooks) == (WREN.character, ())
    assert not path.exists()


def test_of_several_files_each_goes_where_it_belongs_and_the_last_character_is_open(host: Host, tmp_path: Path) -> None:
    written = {
        "mira.json": dump_card(Card("Mira"), CardFormat.V2),
        "world.json": json.dumps({"entries": {"0": {"key": ["fog"], "content": "Fog rolls in."}}}).encode(),
        "broken.png": b"no picture",
        "talk.jsonl": (SAMPLES / "chats" / "sillytavern.jsonl").read_bytes(),
        "warm.json": json.dumps({"temp": 0.9, "rep_pen": 1.1, "top_p": 0.8, "top_k": 40}).encode(),
        "ida.png": dump_card(Card("Ida"), CardFormat.PNG),
    }
    for name, data in written.items():
        (tmp_path / name).write_bytes(data)
    with pytest.warns(UserWarning, match=r"broken\.png"):
        presets = host.drop(*(tmp_path / name for name in written))
    assert host.room.names() == ["Ida", "Mira"]
    assert (host.room.session.chat.character.name, host.room.open_card.card.name) == ("Ida", "Ida")
    assert host.room.session.chat.character_id == host.room.open_card.id
    assert [each.name for each in host.room.lorebooks.find("ann")] == ["world"]
    assert presets == [str(tmp_path / "warm.json")]
    assert host.chats == ["talk.jsonl"]
    assert [path.name for path in tmp_path.glob("*.*")] == ["warm.json"], "all others are removed from the server"


def test_more_files_than_are_taken_at_once_are_told_and_removed(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyg_ui.ui.dropping.handlers.MAX_FILES", 2)
    paths = [tmp_path / f"{number}.json" for number in range(5)]
    for path in paths:
        path.write_bytes(dump_card(Card(path.stem), CardFormat.V2))
    with pytest.warns(UserWarning, match=r"3 files were left out: no more than 2"):
        host.drop(*paths)
    assert host.room.names() == ["0", "1"]
    assert list(tmp_path.glob("*.json")) == []
