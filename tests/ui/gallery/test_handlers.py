"""The gallery: characters are looked for, opened, copied, exported, deleted and restored, over a real database."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import pytest

from pyg_ui.dialogue.chat import AuthorsNote, Chat
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import read_card
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.ui.gallery.view import NUM_TILES
from tests.ui.character.room import BOOK, HOSTILE, WREN, Room


def names_in(html: str) -> list[str]:
    return re.findall(r'<span class="title">([^<]*)</span>', html)


def test_a_portrait_opens_a_new_chat_with_all_of_the_card(room: Room) -> None:
    room.session.show(replace(room.session.chat, person_description="A sailor.", note=AuthorsNote("Slowly.")))
    room.click("bundled-wren")
    chat = room.session.chat
    assert (chat.character, chat.lorebooks, chat.person_name) == (WREN.character, (BOOK,), "Ann")
    assert [version.text for version in chat.turns[0].versions] == ["Careful!", "Hm?"]
    assert (chat.person_description, chat.note) == ("A sailor.", None)


def test_a_copy_stands_beside_and_a_deleted_one_comes_back(room: Room) -> None:
    room.click("bundled-wren")
    room.handlers.duplicate(room.session, room.open_card, **room.form())
    assert room.names() == ["Wren (copy)"]
    room.save()
    shown = room.act("trash", room.open_card.id)
    assert room.names() == ["Wren (copy)"]
    assert shown.undo_delete["visible"] is True
    assert room.session.chat.character == WREN.character, "the chat goes on"
    room.gallery.undo_delete(room.session, **room.listing)
    assert sorted(room.names()) == ["Wren", "Wren (copy)"]


def test_a_bundled_one_and_a_strangers_cannot_be_deleted_or_opened(room: Room) -> None:
    room.click("bundled-wren")
    with pytest.warns(UserWarning, match="comes with the program"):
        room.act("trash", room.open_card.id)
    id = room.store.add("bob", Card("Secret"))
    with pytest.warns(UserWarning, match="no longer there"):
        room.click(id)
    assert room.session.chat.character == WREN.character


def test_the_gallery_escapes_names_and_finds_by_words(room: Room) -> None:
    html = room.shown().tiles
    assert "<script" not in html
    assert html.count("<img") == 2
    assert "Wren" in room.shown(query="lighthouse").tiles
    assert "Nobody here" in room.shown(query="zeppelin").tiles


def test_the_trash_restores_a_character_and_deletes_another_for_good(room: Room) -> None:
    kept, gone = room.store.add("ann", replace(WREN, name=HOSTILE)), room.store.add("ann", Card("Mira"))
    for id in (kept, gone):
        room.click(id)
        shown = room.act("trash", room.open_card.id)
    assert room.names() == []
    assert shown.trash.index("Mira") < shown.trash.index("&lt;script&gt;"), "the latest first"
    assert "<script" not in shown.trash
    assert shown.undo_delete["visible"] is True
    shown = room.act_in_trash("delete", gone)
    assert "Mira" not in shown.trash
    assert shown.undo_delete["visible"] is False
    shown = room.act_in_trash("restore", kept)
    assert "trash is empty" in shown.trash
    assert room.names() == [HOSTILE]
    assert room.store.load("ann", kept).book == BOOK


def test_a_character_that_comes_back_is_the_open_one_only_while_its_chat_is_on_the_screen(room: Room) -> None:
    id = room.store.add("ann", Card("Mira"))
    room.click(id)
    room.act("trash", room.open_card.id)
    room.act_in_trash("restore", id)
    assert room.open_card.id == id
    room.act("trash", room.open_card.id)
    room.gallery.create(room.session, room.open_card)
    room.gallery.undo_delete(room.session, **room.listing)
    assert room.open_card.id == ""
    room.save(character_name="Somebody else")
    assert sorted(room.names()) == ["Mira", "Somebody else"]


def test_nobody_deletes_what_is_another_persons_or_not_in_the_trash(room: Room) -> None:
    theirs, mine = room.store.add("bob", Card("Secret")), room.store.add("ann", Card("Mira"))
    room.store.trash("bob", theirs)
    assert "Secret" not in room.shown().trash
    for act, id in (("restore", theirs), ("delete", theirs), ("delete", mine), ("delete", "")):
        with pytest.warns(UserWarning, match="no longer there"):
            room.act_in_trash(act, id)
    room.act_in_trash("burn", mine)
    assert room.names() == ["Mira"]
    assert [each.name for each in room.store.list_trash("bob")] == ["Secret"]


def test_a_copy_is_made_and_a_card_taken_out_without_opening_them(room: Room) -> None:
    chat = room.session.chat
    assert names_in(room.act("duplicate", "bundled-wren").tiles)[-1] == "Wren (copy)"
    taken = json.loads(room.act("export", "bundled-wren").download)
    assert read_card(base64.b64decode(taken["data"]), taken["name"]).card.character == WREN.character
    assert room.session.chat is chat


def test_to_edit_the_open_character_its_chat_stays(room: Room) -> None:
    room.click("bundled-wren")
    chat = room.session.chat
    room.click("bundled-wren", act="edit")
    assert room.session.chat is chat
    id = room.store.add("ann", Card("Mira"))
    room.click(id, act="edit")
    assert (room.session.chat.character.name, room.session.chat.character_id) == ("Mira", id)


def test_characters_are_sorted_and_chosen_by_tag(room: Room) -> None:
    ida = room.store.add("ann", Card("Ida", tags=("Sea", "loom")))
    room.store.add("ann", Card("Zoe", tags=("sea ", "sea", "<b>")))
    chat = replace(Chat.start(Card("Ida").character), character_id=ida)
    ChatStore(room.store._database).create("ann", chat)
    assert names_in(room.shown().tiles)[1:] == ["Ida", "Wren", "Zoe"]
    assert names_in(room.shown(sort="newest").tiles)[:2] == ["Zoe", "Ida"]
    assert names_in(room.shown(sort="used").tiles)[:2] == ["Ida", "Zoe"]
    shown = room.act("tag", "SEA")
    assert names_in(shown.tiles) == ["Ida", "Zoe"]
    assert 'aria-pressed="true">Sea <small>2</small>' in shown.tags
    assert "<b>" not in shown.tags
    assert len(names_in(room.act("tag", "SEA").tiles)) == 4, "once more takes the tag away"


def test_of_many_characters_some_are_shown_at_first_and_all_are_found(room: Room) -> None:
    for number in range(NUM_TILES + 5):
        room.store.add("ann", Card(f"Guest {number:03}"))
    shown = room.shown()
    assert (len(names_in(shown.tiles)), shown.more["visible"]) == (NUM_TILES, True)
    assert names_in(room.shown(query="guest 064").tiles) == ["Guest 064"]
    shown = room.gallery.show_more(room.session, **room.listing)
    assert (len(names_in(shown.tiles)), shown.more["visible"]) == (NUM_TILES + 7, False)


def test_a_new_character_is_a_draft_in_the_gallery_as_soon_as_something_is_typed(room: Room) -> None:
    room.gallery.create(room.session, room.open_card)
    room.type()
    assert room.names() == [], "it says nothing yet"
    room.type(persona="Weaves.")
    room.type(persona="Weaves sails.", character_name="Ida", alternate_greetings="Hm?")
    assert room.names() == ["Ida"]
    assert room.shown().tiles.count("draft") == 2  # the class and the word
    assert room.session.chat.character_id == room.open_card.id

    room.click("bundled-wren")
    (draft,) = [each for each in room.store.find("ann") if each.is_draft]
    room.click(draft.id, act="edit")
    assert room.open_card.is_draft
    assert room.session.chat.character.persona == "Weaves sails."
    assert [version.text for turn in room.session.chat.turns for version in turn.versions] == ["Hm?"]
    room.type(scenario="A loft.")
    room.save(scenario="A loft in the harbour.")
    room.type(scenario="Typed after it was saved.")
    (kept,) = [each for each in room.store.find("ann") if not each.is_bundled]
    assert (kept.id, kept.is_draft) == (draft.id, False)
    assert room.store.load("ann", kept.id).scenario == "A loft in the harbour."


def test_what_is_typed_of_other_characters_is_not_kept_before_it_is_saved(room: Room) -> None:
    id = room.store.add("ann", Card("Mira"))
    room.click(id)
    room.type(persona="Sails.")
    assert room.store.load("ann", id).description == ""
    room.click("bundled-wren")
    room.type(persona="Sails.")
    assert room.names() == ["Mira"]


def test_a_draft_takes_nothing_from_fields_that_show_another_character(room: Room) -> None:
    room.click("bundled-wren")
    late = room.form(persona="Typed about Wren.") | {"opened": str(room.session.num_opened)}
    room.gallery.create(room.session, room.open_card)
    room.handlers.type(room.session, room.open_card, **late)
    assert room.names() == []


def test_a_draft_s_chat_finds_it_again_after_a_restart(room: Room) -> None:
    room.gallery.create(room.session, room.open_card)
    room.type(character_name="Ida", persona="Weaves.")
    room.handlers.keeping.store.replace(
        "ann", room.open_card.id, Card("Ida", greeting="Typed and not left."), is_draft=True
    )
    room.gallery.refresh_draft(room.session)
    assert [turn.text for turn in room.session.chat.turns] == ["Typed and not left."]
    room.open_card.open("", Card("Somebody else"))
    room.handlers.follow(room.session, room.open_card)
    assert (room.open_card.card.name, room.open_card.is_draft) == ("Ida", True)
