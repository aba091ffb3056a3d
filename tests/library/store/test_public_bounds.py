"""What a public page keeps has bounds. Elsewhere nothing is ever deleted by itself, and chats have no number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.errors import NotFoundError, StoreError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.chats import MOST_PUBLIC_CHATS, ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.rows import TRASH_DAYS, AgingTrash
from pyg_ui.library.store.schema import characters, chats
from pyg_ui.ui.translations import tables

CHAT = Chat(Character("Wren")).say("Tell me.")


def put_into_trash(store: ChatStore | CharacterStore, id: str, days_ago: float) -> None:
    store.trash("alice", id)
    table = chats if isinstance(store, ChatStore) else characters
    moment = datetime.now(UTC) - timedelta(days=days_ago)
    with store._database.writing() as connection:
        connection.execute(update(table).where(table.c.id == id).values(deleted_at=moment))


def test_what_is_in_the_trash_for_too_long_is_deleted(database: Database) -> None:
    store, library = ChatStore(database), CharacterStore(database, {})
    kept, old, recent = (store.create("alice", CHAT).id for _ in range(3))
    card = library.add("alice", Card.of(Character("Wren")))
    put_into_trash(store, old, TRASH_DAYS + 1)
    put_into_trash(store, recent, TRASH_DAYS - 1)
    put_into_trash(library, card, TRASH_DAYS + 1)
    AgingTrash(database).empty()
    for gone in (lambda: store.load("alice", old), lambda: library.load("alice", card)):
        with pytest.raises(NotFoundError):
            gone()
    assert store.load("alice", kept).chat == store.load("alice", recent).chat == CHAT


def test_the_trash_is_looked_at_once_an_hour(database: Database) -> None:
    store, trash = ChatStore(database), AgingTrash(database)
    trash.empty()
    id = store.create("alice", CHAT).id
    put_into_trash(store, id, TRASH_DAYS + 1)
    trash.empty()
    assert store.load("alice", id).chat == CHAT


def test_an_owner_may_have_so_many_chats_and_others_are_free(database: Database) -> None:
    store = ChatStore(database, most_chats=3)
    first, *_ = [store.create("alice", CHAT) for _ in range(2)]
    for add in (
        lambda: store.create_all("alice", [CHAT, CHAT]),
        lambda: [store.create("alice", CHAT), store.create("alice", CHAT)],
        lambda: store.branch("alice", first.id, CHAT),
    ):
        with pytest.raises(StoreError, match="Delete some for good"):
            add()
    store.create("bob", CHAT)
    assert store.save("alice", first, CHAT.with_reply("Yes.")).revision == 2  # what is there goes on
    with pytest.raises(StoreError):  # a conflict would become a branch
        store.save("alice", first, CHAT.with_reply("No."))
    store.trash("alice", first.id)
    with pytest.raises(StoreError):
        store.create("alice", CHAT)
    store.delete("alice", first.id)
    store.create("alice", CHAT)


def test_the_page_names_the_bounds_in_every_language() -> None:
    for words in tables()["chats.kept_in_public"].values():
        assert str(MOST_PUBLIC_CHATS) in words
        assert str(TRASH_DAYS) in words
