"""The library on the page: open, keep, copy, rename, delete and restore, over a real database."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.cards.card import Card
from pyg_ui.ui.character.open_card import OpenCard
from tests.ui.building import reply_in
from tests.ui.character.room import WREN, Room


def test_nobody_keeps_a_character_before_the_page_knows_whose_it_is(room: Room) -> None:
    room.session.record.owner = ""
    for keep in (room.handlers.save, room.handlers.duplicate):
        with pytest.warns(UserWarning, match="still opening"):
            keep(room.session, room.open_card, **room.form())
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


def test_of_two_like_cards_the_one_of_the_characters_name_is_found_again(room: Room) -> None:
    room.click("bundled-wren")
    room.handlers.duplicate(room.session, room.open_card, **room.form())
    (copy,) = [each.id for each in room.store.find("ann") if not each.is_bundled]
    room.click(copy)
    assert (room.open_card.id, room.session.chat.character) == (copy, WREN.character)
    for known, found in ((copy, copy), ("", "bundled-wren")):  # older chats do not know their character's id
        room.session.know_character(known)
        room.open_card = OpenCard()
        room.handlers.follow(room.session, room.open_card)
        assert room.open_card.id == found


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
    room.gallery.create(room.session, room.open_card)
    assert room.open_card.id == ""
    room.session.start(Chat.start(WREN.character))
    shown = room.handlers.follow(room.session, room.open_card)
    assert (shown.alternate_greetings, room.open_card.id) == ("Hm?", "bundled-wren")
    room.session.start(Chat.start(Character("Nobody we know")))
    room.handlers.follow(room.session, room.open_card)
    assert room.open_card.card == Card.of(Character("Nobody we know"))


def test_a_character_is_renamed_in_the_library_and_in_its_chat(room: Room) -> None:
    room.click(room.store.add("ann", replace(WREN, nickname="Wrenny")))
    asked = room.handlers.ask_name(room.session, room.open_card)
    assert (asked.naming["visible"], asked.new_name) == (True, "Wren")
    room.handlers.rename(room.session, room.open_card, "Robin")
    assert room.names() == ["Robin"]
    assert (room.session.chat.character.name, room.session.opened.name) == ("Robin", "Robin")
    assert [version.text for version in room.session.chat.turns[0].versions] == ["Careful!", "Hm?"]
    assert room.handlers.show(room.session, room.open_card).naming["visible"] is False


def test_what_was_edited_and_not_saved_outlives_another_name(room: Room) -> None:
    room.click(room.store.add("ann", WREN))
    room.session.show(replace(room.session.chat, character=replace(WREN.character, persona="Hates the sea.")))
    room.handlers.rename(room.session, room.open_card, "Robin")
    assert room.session.chat.character.persona == "Hates the sea."
    assert room.session.has_content
    assert room.store.load("ann", room.open_card.id).description == WREN.description


def test_a_name_that_cannot_be_used_is_asked_for_again(room: Room) -> None:
    room.click(room.store.add("ann", WREN))
    room.handlers.ask_name(room.session, room.open_card)
    with pytest.warns(UserWarning, match="no name"):
        room.handlers.rename(room.session, room.open_card, " \n")
    assert room.names() == ["Wren"]
    assert room.handlers.show(room.session, room.open_card).naming["visible"] is True
    room.handlers.ask_name(room.session, room.open_card)
    assert room.handlers.show(room.session, room.open_card).naming["visible"] is False


def test_a_reply_on_its_way_is_not_drawn_over(room: Room) -> None:
    room.click(room.store.add("ann", WREN))
    reply = reply_in(room.session)
    for refused in (
        lambda: room.handlers.rename(room.session, room.open_card, "Robin"),
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
    assert room.handlers.show(room.session, room.open_card).rename["interactive"] is False
    with pytest.warns(UserWarning, match="comes with the program"):
        room.handlers.rename(room.session, room.open_card, "Robin")
    assert room.session.chat.character == WREN.character
