"""A person's own lorebooks: kept for any chat, switched on for this one, edited as the character's are."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, dump_card
from pyg_ui.library.lorebooks.written import LorebookFormat, dump_lorebook
from pyg_ui.library.recognition import recognise
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.lorebooks import LorebookStore
from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.character.lorebook.handlers import LorebookHandlers
from pyg_ui.ui.character.own_lorebooks.handlers import OwnLorebookHandlers
from pyg_ui.ui.character.own_lorebooks.view import LorebooksView
from pyg_ui.ui.chat.view import ChatView
from pyg_ui.ui.form.character import read_chat
from pyg_ui.ui.form.lorebook import LorebookFields
from pyg_ui.ui.session import Session
from tests.ui.building import reply_in
from tests.ui.forms import card_form

ICE = LorebookEntry("Ice in winter.", keys=("ice",))
COAST = Lorebook((ICE,), name="Coast")
HOSTILE = '<script>window.broken = 1</script>"><img src=x>'


def entry_of(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of the entry alone."""
    return {name: fields[name] for name in LorebookFields._fields if name != "restore"}


@dataclass
class Room:
    """One visitor's page."""

    database: Database

    def __post_init__(self) -> None:
        self.store = LorebookStore(self.database)
        editing = LorebookEditing(self.store)
        self.handlers, self.entries = OwnLorebookHandlers(editing), LorebookHandlers(editing)
        self.session = self.another_page()

    def another_page(self) -> Session:
        session = Session.open(Chat.start(Character("Ann")))
        session.record.owner = "ann"
        return session

    def shown(self, row: tuple[Any, ...]) -> LorebooksView:
        """The view in a handler's row."""
        num_chat, num_entry = len(ChatView._fields), len(LorebookFields._fields)
        own_type: Any = LorebooksView.__annotations__["own"]
        own = own_type(*row[num_chat : -num_entry - 1])
        return LorebooksView(ChatView(*row[:num_chat]), own, row[-num_entry - 1], LorebookFields(*row[-num_entry:]))

    def bring_in(self, path: Path) -> LorebooksView:
        return self.shown(self.handlers.import_files(self.session, [str(path)]))

    def bring_in_coast(self, tmp_path: Path) -> str:
        path = tmp_path / "coast.json"
        path.write_bytes(dump_lorebook(COAST, LorebookFormat.V3))
        self.bring_in(path)
        return self.session.chat.kept_lorebooks[-1].id

    def open(self, id: str) -> LorebooksView:
        return self.shown(self.handlers.open(self.session, id, **entry_of(self.form())))

    def form(self, **changes: Any) -> dict[str, Any]:
        fields = card_form(replace(self.session.chat, lorebooks=self.session.edited_lorebooks))
        return fields | {"shown": self.session.edited_id} | changes

    def type(self, **changes: Any) -> None:
        self.entries.save_entry(self.session, **self.form(**changes))

    def contents(self, id: str) -> list[str]:
        return [entry.content for entry in self.store.load("ann", id).book.entries]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    database = Database.in_directory(tmp_path / "data")
    database.open()
    yield Room(database)
    database.close()


def test_a_dropped_lorebook_is_kept_and_on_in_this_chat(room: Room, tmp_path: Path) -> None:
    assert room.shown(room.handlers.view(room.session)).own.hint["visible"] is True
    id = room.bring_in_coast(tmp_path)
    own = room.shown(room.handlers.view(room.session)).own
    assert (own.switched_on["choices"], own.switched_on["value"]) == ([("Coast (1)", id)], [id])
    assert own.hint["visible"] is False
    assert room.session.chat.all_lorebooks == (COAST,)


def test_a_dropped_card_gives_its_lorebook(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "wren.png"
    path.write_bytes(dump_card(Card("Wren", book=Lorebook((ICE,))), CardFormat.PNG))
    room.bring_in(path)
    assert [each.name for each in room.store.find("ann")] == ["Wren"]


def test_a_file_without_a_lorebook_is_named_and_changes_nothing(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "wren.png"
    path.write_bytes(dump_card(Card("Wren"), CardFormat.PNG))
    with pytest.warns(UserWarning, match=r"wren\.png holds no lorebook"):
        room.bring_in(path)
    assert room.session.chat.kept_lorebooks == ()
    assert not path.exists()


def test_a_switch_counts_for_its_chat_only(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    other = room.another_page()
    assert room.shown(room.handlers.view(other)).own.switched_on["value"] == []
    room.handlers.switch(other, [id, "somebody else's"])
    assert other.chat.all_lorebooks == (COAST,)
    room.handlers.switch(room.session, [])
    assert (room.session.chat.all_lorebooks, other.chat.all_lorebooks) == ((), (COAST,))
    assert room.contents(id) == ["Ice in winter."]


def test_an_edit_reaches_every_chat_that_uses_the_lorebook(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    chats = ChatStore(room.database)
    stored = chats.create("ann", room.session.chat)
    assert room.open(id).entry.entry_content == "Ice in winter."
    room.type(entry_content="Ice all year.")
    assert room.contents(id) == ["Ice all year."]
    assert room.session.chat.kept_lorebooks[0].book.entries[0].content == "Ice all year."
    assert room.session.chat.lorebooks == ()
    assert chats.load("ann", stored.id).chat.kept_lorebooks == room.session.chat.kept_lorebooks
    assert chats.with_current_lorebooks("ann", stored.chat).kept_lorebooks == room.session.chat.kept_lorebooks


def test_what_is_typed_last_is_in_the_next_reply_too(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    room.open(id)
    chat = read_chat(room.session.chat, room.form(entry_content="Ice all year."))
    assert [book.entries[0].content for book in chat.all_lorebooks] == ["Ice all year."]
    assert chat.lorebooks == ()


def test_what_was_typed_is_saved_before_another_lorebook_is_shown(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    room.open(id)
    fields = entry_of(room.form(entry_content="Thin ice."))
    view = room.shown(room.handlers.open(room.session, "", **fields))
    assert room.contents(id) == ["Thin ice."]
    assert (view.book["value"], view.entry.entry_content) == ("", "")
    room.open(id)
    room.handlers.delete(room.session, **fields | {"entry_content": "No ice."})
    assert room.contents(id) == ["No ice."]


def test_entries_of_a_lorebook_that_is_off_are_edited_too(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    room.handlers.switch(room.session, [])
    room.open(id)
    room.entries.add_entry(room.session, **room.form())
    assert room.contents(id) == ["Ice in winter.", ""]
    room.entries.remove_entry(room.session, 0)
    room.entries.remove_entry(room.session, 0)
    assert room.contents(id) == []
    room.entries.restore_entry(room.session, 0)
    assert room.contents(id) == [""]
    assert room.session.chat.all_lorebooks == ()


def test_fields_that_still_show_another_lorebook_change_nothing(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    stale = room.form(entry_content="", entry_keys="", entry_name="")
    room.open(id)
    room.entries.save_entry(room.session, **stale)
    room.handlers.open(room.session, id, **entry_of(stale))
    room.entries.add_entry(room.session, **stale)
    assert room.contents(id) == ["Ice in winter.", ""]
    assert read_chat(room.session.chat, stale).kept_lorebooks == room.session.chat.kept_lorebooks


def test_asking_for_a_name_leaves_alone_what_is_being_typed(room: Room, tmp_path: Path) -> None:
    room.open(room.bring_in_coast(tmp_path))
    for row in (room.handlers.ask_name(room.session), room.handlers.rename(room.session, "The coast")):
        assert room.shown(row).entry == LorebookFields(*(gr.skip() for _ in LorebookFields._fields))


def test_two_pages_never_overwrite_each_other(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    room.open(id)
    room.store.replace("ann", room.store.load("ann", id), replace(COAST, entries=(replace(ICE, content="Theirs."),)))
    with pytest.warns(UserWarning, match="another page"):
        room.type(entry_content="Mine.")
    assert room.contents(id) == ["Theirs."]
    stale = room.store.load("ann", id)
    room.type(entry_content="Mine, then.")
    assert room.contents(id) == ["Mine, then."]
    room.entries.editing.replace(room.session, stale, room.store.load("ann", id).book)  # the same again is no conflict


def test_a_name_and_a_text_that_are_saved_at_once_are_both_kept(room: Room, tmp_path: Path) -> None:
    room.open(room.bring_in_coast(tmp_path))
    editing, before = room.entries.editing, room.session.own_lorebooks.opened
    assert before is not None
    room.handlers.rename(room.session, "The coast")
    editing.replace(room.session, before, replace(COAST, entries=(replace(ICE, content="Thin ice."),)))
    stored = room.store.load("ann", before.id)
    assert (stored.book.name, stored.book.entries[0].content) == ("The coast", "Thin ice.")
    editing.follow(room.session, before)  # the answer to an event that was overtaken
    assert room.session.own_lorebooks.opened == stored


def test_a_new_lorebook_asks_for_its_name(room: Room) -> None:
    view = room.shown(room.handlers.create(room.session))
    assert (view.own.naming["visible"], view.own.new_name, view.own.rename["visible"]) == (True, "New lorebook", True)
    with pytest.warns(UserWarning, match="no name"):
        room.handlers.rename(room.session, " ")
    room.handlers.rename(room.session, "Coast")
    assert [each.name for each in room.store.find("ann")] == ["Coast"]
    assert [book.name for book in room.session.chat.all_lorebooks] == ["Coast"]
    assert room.shown(room.handlers.view(room.session)).own.naming["visible"] is False


def test_a_deleted_lorebook_stays_in_the_chats_that_use_it(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    room.open(id)
    own = room.shown(room.handlers.delete(room.session)).own
    assert (own.switched_on["choices"], own.undo_delete["visible"]) == ([("Coast (in this chat only)", id)], True)
    assert room.session.chat.all_lorebooks == (COAST,)
    room.handlers.undo_delete(room.session)
    assert [each.id for each in room.store.find("ann")] == [id]


def test_the_last_copy_of_a_lorebook_goes_to_the_trash_when_it_is_switched_off(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    room.open(id)
    room.handlers.delete(room.session)
    room.handlers.act_in_trash(gr.EventData(None, {"act": "delete", "id": id}), room.session)
    assert (list(room.store.list_trash("ann")), room.session.chat.all_lorebooks) == ([], (COAST,))
    room.handlers.switch(room.session, [])
    assert [each.name for each in room.store.list_trash("ann")] == ["Coast"]
    assert room.session.chat.all_lorebooks == ()


def test_the_trash_restores_and_shows_names_as_text(room: Room) -> None:
    id = room.store.add("ann", Lorebook(name=HOSTILE)).id
    room.store.trash("ann", id)
    assert "<script" not in room.shown(room.handlers.view(room.session)).own.trash
    event = gr.EventData(None, {"act": "restore", "id": id})
    assert "trash is empty" in room.shown(room.handlers.act_in_trash(event, room.session)).own.trash


def test_a_lorebook_is_added_to_the_character_and_does_not_count_twice(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    own = Lorebook((LorebookEntry("Fog."),), name="Ann's")
    room.session.show(replace(room.session.chat, lorebooks=(own,)))
    room.open(id)
    room.handlers.give(room.session)
    assert room.session.chat.all_lorebooks == (replace(own, entries=(*own.entries, ICE)),)
    assert room.contents(id) == ["Ice in winter."]


def test_the_characters_lorebook_is_copied_among_the_own_ones(room: Room) -> None:
    room.session.show(replace(room.session.chat, lorebooks=(replace(COAST, name=""),)))
    room.handlers.keep(room.session)
    assert [each.name for each in room.store.find("ann")] == ["Lorebook of Ann"]
    assert room.session.chat.kept_lorebooks == ()


@pytest.mark.parametrize("form", LorebookFormat)
def test_an_exported_lorebook_is_read_again(room: Room, tmp_path: Path, form: LorebookFormat) -> None:
    room.open(room.bring_in_coast(tmp_path))
    taken = json.loads(room.handlers.export(room.session, form))
    found: Any = recognise(base64.b64decode(taken["data"]), taken["name"])
    assert taken["name"] == "Coast.json"
    assert (found.book.name, found.book.entries[0].keys) == ("Coast", ("ice",))


def test_a_reply_on_its_way_is_not_disturbed(room: Room, tmp_path: Path) -> None:
    id = room.bring_in_coast(tmp_path)
    room.open(id)
    reply = reply_in(room.session)
    with pytest.warns(UserWarning, match="on its way"):
        room.handlers.switch(room.session, [])
    room.type(entry_content="Ice all year.")
    assert room.contents(id) == ["Ice all year."]
    assert room.session.writing is reply
    assert room.session.chat.all_lorebooks == (COAST,)


def test_nobody_reaches_another_persons_lorebooks(room: Room) -> None:
    theirs = room.store.add("bob", COAST).id
    with pytest.warns(UserWarning, match="no longer there"):
        room.open(theirs)
    room.handlers.switch(room.session, [theirs])
    assert room.session.chat.kept_lorebooks == ()
    assert room.session.own_lorebooks.opened is None
