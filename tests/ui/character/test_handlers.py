"""The library on the page: open, keep, copy, rename, delete and restore, over a real database."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat
from pyg_ui.library.cards.card import Card
from pyg_ui.ui.character.open_card import OpenCard
from tests.ui.building import reply_in
from tests.ui.character.room import BOOK, HOSTILE, WREN, Room


def test_a_portrait_opens_a_new_chat_with_all_of_the_card(room: Room) -> None:
    room.session.show(replace(room.session.chat, person_description="A sailor.", note=AuthorsNote("Slowly.")))
    room.click("bundled-wren")
    chat = room.session.chat
    assert (chat.character, chat.lorebooks, chat.person_name) == (WREN.character, (BOOK,), "Ann")
    assert [version.text for version in chat.turns[0].versions] == ["Careful!", "Hm?"]
    assert (chat.person_description, chat.note) == ("A sailor.", None)


def test_nobody_keeps_a_character_before_the_page_knows_whose_it_is(room: Room) -> None:
    room.session.record.owner = ""
    for keep in (room.handlers.save, room.handlers.duplicate):
        with pytest.warns(UserWarning, match="still opening"):
            keep(room.session, room.open_card, "", **room.form())
    assert all(each.is_bundled for each in room.store.find(""))


def test_what_is_saved_of_a_bundled_one_is_ones_own_and_the_bundled_one_stays(room: Room) -> None:
    room.click("bundled-wren")
    room.save(persona="Hates the sea.")
    (own,) = [each for each in room.store.find("ann") if not each.is_bundled]
    assert room.store.load("ann", own.id) == replace(WREN, description="Hates the sea.")
    assert room.store.load("ann", "bundled-wren") == WREN
    room.save(character_name="Wren the Second")
    assert room.names() == ["Wren the Second"]
    assert room.names("bob") == []


def test_a_character_without_a_name_is_not_saved(room: Room) -> None:
    with pytest.warns(UserWarning, match="no name"):
        room.save(character_name="  ")
    assert room.names() == []


def test_a_copy_stands_beside_and_a_deleted_one_comes_back(room: Room) -> None:
    room.click("bundled-wren")
    room.handlers.duplicate(room.session, room.open_card, "", **room.form())
    assert room.names() == ["Wren (copy)"]
    room.save()
    shown = room.handlers.delete(room.session, room.open_card, "")
    assert room.names() == ["Wren (copy)"]
    assert shown.undo_delete["visible"] is True
    assert room.session.chat.character == WREN.character, "the chat goes on"
    room.handlers.undo_delete(room.session, room.open_card, "")
    assert sorted(room.names()) == ["Wren", "Wren (copy)"]


def test_of_two_like_cards_the_one_of_the_characters_name_is_found_again(room: Room) -> None:
    room.click("bundled-wren")
    room.handlers.duplicate(room.session, room.open_card, "", **room.form())
    (copy,) = [each.id for each in room.store.find("ann") if not each.is_bundled]
    room.click(copy)
    assert (room.open_card.id, room.session.chat.character) == (copy, WREN.character)
    room.open_card = OpenCard()
    room.handlers.follow(room.session, room.open_card, "")
    assert room.open_card.id == "bundled-wren"


def test_a_bundled_one_and_a_strangers_cannot_be_deleted_or_opened(room: Room) -> None:
    room.click("bundled-wren")
    with pytest.warns(UserWarning, match="comes with the program"):
        room.handlers.delete(room.session, room.open_card, "")
    id = room.store.add("bob", Card("Secret"))
    with pytest.warns(UserWarning, match="no longer there"):
        room.click(id)
    assert room.session.chat.character == WREN.character


def test_the_gallery_escapes_names_and_finds_by_words(room: Room) -> None:
    html = room.handlers.show(room.session, room.open_card, "").gallery
    assert "<script" not in html
    assert html.count("<img") == 2
    assert "Wren" in room.handlers.search(room.session, room.open_card, "lighthouse")
    assert "Nobody here" in room.handlers.search(room.session, room.open_card, "zeppelin")


def test_further_greetings_are_versions_of_the_first_message(room: Room) -> None:
    room.click("bundled-wren")
    room.handlers.greet(room.session, room.open_card, "Hm?\n<START>\nWho is there?")
    assert [version.text for version in room.session.chat.turns[0].versions] == ["Careful!", "Hm?", "Who is there?"]
    room.save(alternate_greetings="Hm?\n<START>\nWho is there?")
    assert room.open_card.card.alternate_greetings == ("Hm?", "Who is there?")


def test_entries_are_added_and_removed(room: Room) -> None:
    room.click("bundled-wren")
    room.entries.add_entry(room.session, **room.form(entry_content="Edited at the last moment."))
    contents = [entry.content for entry in room.session.chat.lorebooks[0].entries]
    assert contents == ["Edited at the last moment.", ""]
    room.entries.remove_entry(room.session, 0)
    assert [entry.content for entry in room.session.chat.lorebooks[0].entries] == [""]


def test_the_card_of_a_chat_that_comes_back_is_found_again(room: Room) -> None:
    room.click("bundled-wren")
    room.handlers.create(room.session, room.open_card)
    assert room.open_card.id == ""
    room.session.start(Chat.start(WREN.character))
    shown = room.handlers.follow(room.session, room.open_card, "")
    assert (shown.alternate_greetings, room.open_card.id) == ("Hm?", "bundled-wren")
    room.session.start(Chat.start(Character("Nobody we know")))
    room.handlers.follow(room.session, room.open_card, "")
    assert room.open_card.card == Card.of(Character("Nobody we know"))


def test_a_character_is_renamed_in_the_library_and_in_its_chat(room: Room) -> None:
    room.click(room.store.add("ann", replace(WREN, nickname="Wrenny")))
    asked = room.handlers.ask_name(room.session, room.open_card, "")
    assert (asked.naming["visible"], asked.new_name) == (True, "Wren")
    room.handlers.rename(room.session, room.open_card, "", "Robin")
    assert room.names() == ["Robin"]
    assert (room.session.chat.character.name, room.session.opened.name) == ("Robin", "Robin")
    assert [version.text for version in room.session.chat.turns[0].versions] == ["Careful!", "Hm?"]
    assert room.handlers.show(room.session, room.open_card, "").naming["visible"] is False


def test_what_was_edited_and_not_saved_outlives_another_name(room: Room) -> None:
    room.click(room.store.add("ann", WREN))
    room.session.show(replace(room.session.chat, character=replace(WREN.character, persona="Hates the sea.")))
    room.handlers.rename(room.session, room.open_card, "", "Robin")
    assert room.session.chat.character.persona == "Hates the sea."
    assert room.session.has_content
    assert room.store.load("ann", room.open_card.id).description == WREN.description


def test_a_name_that_cannot_be_used_is_asked_for_again(room: Room) -> None:
    room.click(room.store.add("ann", WREN))
    room.handlers.ask_name(room.session, room.open_card, "")
    with pytest.warns(UserWarning, match="no name"):
        room.handlers.rename(room.session, room.open_card, "", " \n")
    assert room.names() == ["Wren"]
    assert room.handlers.show(room.session, room.open_card, "").naming["visible"] is True
    room.handlers.ask_name(room.session, room.open_card, "")
    assert room.handlers.show(room.session, room.open_card, "").naming["visible"] is False


def test_a_reply_on_its_way_is_not_drawn_over(room: Room) -> None:
    room.click(room.store.add("ann", WREN))
    reply = reply_in(room.session)
    for refused in (
        lambda: room.handlers.rename(room.session, room.open_card, "", "Robin"),
        lambda: room.entries.add_entry(room.session, **room.form()),
        lambda: room.entries.remove_entry(room.session, 0),
    ):
        with pytest.warns(UserWarning, match="on its way"):
            assert refused() == gr.skip()
    assert room.handlers.greet(room.session, room.open_card, "Who is there?") == gr.skip()
    assert room.session.writing is reply
    assert room.names() == ["Wren"]


def test_a_bundled_one_cannot_be_renamed(room: Room) -> None:
    room.click("bundled-wren")
    assert room.handlers.show(room.session, room.open_card, "").rename["interactive"] is False
    with pytest.warns(UserWarning, match="comes with the program"):
        room.handlers.rename(room.session, room.open_card, "", "Robin")
    assert room.session.chat.character == WREN.character


def test_the_trash_restores_a_character_and_deletes_another_for_good(room: Room) -> None:
    kept, gone = room.store.add("ann", replace(WREN, name=HOSTILE)), room.store.add("ann", Card("Mira"))
    for id in (kept, gone):
        room.click(id)
        shown = room.handlers.delete(room.session, room.open_card, "")
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
    room.handlers.delete(room.session, room.open_card, "")
    room.act_in_trash("restore", id)
    assert room.open_card.id == id
    room.handlers.delete(room.session, room.open_card, "")
    room.handlers.create(room.session, room.open_card)
    room.handlers.undo_delete(room.session, room.open_card, "")
    assert room.open_card.id == ""
    room.save(character_name="Somebody else")
    assert sorted(room.names()) == ["Mira", "Somebody else"]


def test_nobody_deletes_what_is_another_persons_or_not_in_the_trash(room: Room) -> None:
    theirs, mine = room.store.add("bob", Card("Secret")), room.store.add("ann", Card("Mira"))
    room.store.trash("bob", theirs)
    assert "Secret" not in room.handlers.show(room.session, room.open_card, "").trash
    for act, id in (("restore", theirs), ("delete", theirs), ("delete", mine), ("delete", "")):
        with pytest.warns(UserWarning, match="no longer there"):
            room.act_in_trash(act, id)
    room.act_in_trash("burn", mine)
    assert room.names() == ["Mira"]
    assert [each.name for each in room.store.list_trash("bob")] == ["Secret"]


def test_tokens_are_counted_where_a_model_serves(room: Room) -> None:
    assert room.handlers.count(room.session, "four", " ", None)[0] == gr.update(info="4 tokens")
    assert room.handlers.count(room.session, "four", " ", None)[1:] == [gr.update(info="")] * 2
