"""Looking for a chat: the newest first, by any words in any language, and in the trash."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.store.chat_list import ChatList
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database

ALICE, BOB = "user:alice", "user:bob"


@pytest.fixture
def store(database: Database) -> ChatStore:
    return ChatStore(database)


@pytest.fixture
def chats(database: Database) -> ChatList:
    return ChatList(database)


def test_the_newest_chat_comes_first_with_its_last_words(store: ChatStore, chats: ChatList) -> None:
    wren = store.create(ALICE, Chat.start(Character("Wren", greeting="Hello!")).say("Is it *lonely*?"))
    store.create(ALICE, Chat.start(Character("Juno", greeting="Docked.")))
    store.save(ALICE, wren, wren.chat.with_reply("No.\nNot with you. " + "Really. " * 30))
    first, second = chats.find(ALICE)
    assert (first.title, first.character_name, first.num_turns) == ("Is it *lonely*?", "Wren", 3)
    assert first.excerpt.startswith("No. Not with you. Really.")
    assert first.excerpt.endswith("…")
    assert len(first.excerpt) < 130
    assert (second.title, second.character_name, second.excerpt) == ("", "Juno", "Docked.")
    assert first.updated_at > second.updated_at
    assert [each.title for each in chats.find(ALICE, limit=1)] == [first.title]
    assert chats.find(BOB) == ()


@pytest.mark.parametrize(
    ("query", "is_found"),
    [("lighthouse", True), ("LIGHT", True), ("house", True), ("storm lighthouse", True), ("lighthouse pebble", False),
     ("灯台", True), ("灯台の", True), ("Straße", True), ("été", True), ("ÉTÉ", True), ("a", True), ("qq", False),
     ('"', True), ("'", True), ("%", True), ("_", False), ("* OR", False), ("NOT x", False), ("said:x", False),
     ("wren", True), ("night watch", True), ("", True), ("   ", True), ("\0", True)],
)  # fmt: skip
def test_a_search_finds_every_word_in_one_turn_or_in_the_title(
    store: ChatStore, chats: ChatList, query: str, is_found: bool
) -> None:
    said = "The \"lighthouse\" in the storm, 100% dark. C'est l'été. 灯台の光. Straße."
    stored = store.create(ALICE, Chat(Character("Wren")).say(said).say("A pebble."), "Night watch")
    assert [each.id for each in chats.find(ALICE, query)] == ([stored.id] if is_found else [])
    assert chats.find(BOB, query) == ()


def test_a_hit_shows_what_surrounds_the_word(store: ChatStore, chats: ChatList) -> None:
    chat = Chat(Character("Wren")).say("word " * 100 + "a Lighthouse at dusk " + "word " * 100).with_reply("Yes.")
    store.create(ALICE, chat)
    excerpt = chats.find(ALICE, "lighthouse")[0].excerpt
    assert "a Lighthouse at dusk" in excerpt
    assert excerpt.startswith("…")


def test_an_excerpt_shows_what_macros_stand_for_and_no_comment(store: ChatStore, chats: ChatList) -> None:
    wren = Character("Wren", greeting="{{// a storm}}{{user}}, {{pick:hello,hi}} from <BOT>.")
    chat = replace(Chat.start(wren, "Anna"), seed=5)
    store.create(ALICE, chat)
    shown = chat.display_text(chat.turns[0].role, chat.turns[0].text)
    assert [each.excerpt for each in chats.find(ALICE)] == [shown]
    assert [each.excerpt for each in chats.find(ALICE, "storm")] == [shown]


def test_a_search_knows_what_changed_and_what_is_gone(store: ChatStore, chats: ChatList) -> None:
    stored = store.create(ALICE, Chat(Character("Wren")).say("Hello!").with_reply("A pebble."))
    stored = store.save(ALICE, stored, stored.chat.edit(1, "A seashell."))
    assert chats.find(ALICE, "pebble") == ()
    assert len(chats.find(ALICE, "seashell")) == 1
    stored = store.save(ALICE, stored, stored.chat.without_last_reply())
    assert chats.find(ALICE, "seashell") == ()
    store.trash(ALICE, stored.id)
    assert chats.find(ALICE, "hello") == ()
    assert [each.id for each in chats.find(ALICE, "hello", in_trash=True)] == [stored.id]
    store.delete(ALICE, stored.id)
    assert chats.find(ALICE, "hello", in_trash=True) == ()


def test_the_trash_is_a_list_of_its_own(store: ChatStore, chats: ChatList) -> None:
    stored = store.create(ALICE, Chat(Character("Wren")).say("Hello!"))
    store.trash(ALICE, stored.id)
    assert chats.find(ALICE) == ()
    assert [each.deleted_at is not None for each in chats.find(ALICE, in_trash=True)] == [True]
    assert chats.find(BOB, in_trash=True) == ()
    store.restore(ALICE, stored.id)
    assert chats.find(ALICE, in_trash=True) == ()
    assert [each.deleted_at for each in chats.find(ALICE)] == [None]


def test_a_branch_is_told_as_one(store: ChatStore, chats: ChatList) -> None:
    stored = store.create(ALICE, Chat(Character("Wren")).say("Hello!"))
    store.branch(ALICE, stored.id, stored.chat)
    assert [each.is_branch for each in chats.find(ALICE)] == [True, False]


def test_chats_are_grouped_by_character_the_group_used_last_first(store: ChatStore, chats: ChatList) -> None:
    wren, juno = Character("Wren", greeting="Hello!"), Character("Juno")
    first = store.create(ALICE, Chat(wren).say("One."))
    store.create(ALICE, Chat(juno).say("Two."))
    greeted = store.create(ALICE, Chat.start(wren))
    thrown = store.create(ALICE, Chat(Character("Odo")).say("Three."))
    store.trash(ALICE, thrown.id)
    store.create(BOB, Chat(wren).say("A secret."))
    assert [(each.character_name, each.num_chats) for each in chats.groups(ALICE)] == [("Wren", 2), ("Juno", 1)]
    assert [each.character_name for each in chats.groups(ALICE, limit=1)] == ["Wren"]
    listed = chats.in_group(ALICE, "Wren")
    assert [(each.id, each.title or each.excerpt) for each in listed] == [(greeted.id, "Hello!"), (first.id, "One.")]
    assert chats.groups(ALICE)[0].updated_at == listed[0].updated_at
    assert chats.in_group(ALICE, "Wren", limit=1) == listed[:1]
    store.save(ALICE, first, replace(first.chat, character=juno))
    assert [(each.character_name, each.num_chats) for each in chats.groups(ALICE)] == [("Juno", 2), ("Wren", 1)]
    assert chats.in_group(ALICE, "Odo") == ()


def test_a_hit_names_the_turn_that_shows_the_words(store: ChatStore, chats: ChatList) -> None:
    chat = Chat(Character("Wren")).say("Hi.").with_reply("A pebble.").with_reply("A seashell.").say("Which pebble?")
    store.create(ALICE, chat, "Harbour")
    found = {query: chats.find(ALICE, query)[0].found_at for query in ("seashell", "pebble", "A pebble", "harbour", "")}
    assert found == {"seashell": 1, "pebble": 2, "A pebble": 1, "harbour": None, "": None}
