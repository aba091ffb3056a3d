"""Lorebooks in the database: each owner's own, in the state that was saved last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, KeptLorebook
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.errors import InputError, NotFoundError
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.lorebooks import MAX_LOREBOOKS, LorebookStore, current_lorebooks

ALICE, BOB = "user:alice", "user:bob"
COAST = Lorebook((LorebookEntry("Ice in winter.", keys=("ice",), rest={"id": 7}),), name="Coast", scan_depth=4)


@pytest.fixture
def store(database: Database) -> LorebookStore:
    return LorebookStore(database)


def current(database: Database, owner: str, kept: Sequence[KeptLorebook]) -> tuple[KeptLorebook, ...]:
    with database.reading() as connection:
        return current_lorebooks(connection, owner, kept)


def names(store: LorebookStore, owner: str = ALICE) -> list[str]:
    return [each.name for each in store.find(owner)]


def test_a_lorebook_is_kept_whole_and_listed_by_name(store: LorebookStore) -> None:
    kept = store.add(ALICE, COAST)
    store.add(ALICE, Lorebook(name="attic"))
    assert store.load(ALICE, kept.id) == kept
    assert kept.book == COAST
    assert [(each.name, each.num_entries) for each in store.find(ALICE)] == [("attic", 0), ("Coast", 1)]


def test_another_owner_finds_changes_and_deletes_nothing(store: LorebookStore, database: Database) -> None:
    kept = store.add(ALICE, COAST)
    assert names(store, BOB) == []
    for attempt in (
        lambda: store.load(BOB, kept.id), lambda: store.rename(BOB, kept.id, "Mine"), lambda: store.trash(BOB, kept.id),
        lambda: store.replace(BOB, kept, Lorebook(name="x")), lambda: store.restore(BOB, kept.id),
    ):  # fmt: skip
        with pytest.raises(NotFoundError):
            attempt()
    store.trash(ALICE, kept.id)
    with pytest.raises(NotFoundError):
        store.delete(BOB, kept.id)
    assert current(database, BOB, [KeptLorebook(kept.id, Lorebook())]) == (KeptLorebook(kept.id, Lorebook()),)
    store.restore(ALICE, kept.id)
    assert store.load(ALICE, kept.id).book == COAST


def test_a_change_reaches_the_chats_that_use_the_lorebook(store: LorebookStore, database: Database) -> None:
    kept = store.add(ALICE, COAST)
    other = KeptLorebook("0" * 32, Lorebook(name="Gone"))
    renamed = store.rename(ALICE, kept.id, " The  coast\n")
    assert renamed.book.name == "The coast"
    assert current(database, ALICE, [other, kept.kept]) == (other, renamed.kept)
    assert current(database, ALICE, []) == ()
    chats = ChatStore(database)
    stored = chats.create(ALICE, replace(Chat.start(Character("Ann")), kept_lorebooks=(other, kept.kept)))
    assert chats.load(ALICE, stored.id).chat.kept_lorebooks == (other, renamed.kept)


def test_a_chat_keeps_its_copy_of_a_deleted_lorebook(store: LorebookStore, database: Database) -> None:
    kept = store.add(ALICE, COAST)
    chats = ChatStore(database)
    stored = chats.create(ALICE, replace(Chat.start(Character("Ann")), kept_lorebooks=(kept.kept,)))
    store.trash(ALICE, kept.id)
    chat = chats.load(ALICE, stored.id).chat
    assert chat.kept_lorebooks == current(database, ALICE, chat.kept_lorebooks) == (kept.kept,)
    store.delete(ALICE, kept.id)
    assert current(database, ALICE, chat.kept_lorebooks) == (kept.kept,)
    assert chat.all_lorebooks == (COAST,)


def test_two_pages_never_overwrite_each_other(store: LorebookStore) -> None:
    kept = store.add(ALICE, COAST)
    changed = store.replace(ALICE, kept, replace(COAST, scan_depth=9))
    with pytest.raises(InputError, match="another page"):
        store.replace(ALICE, kept, replace(COAST, scan_depth=1))
    assert store.load(ALICE, kept.id) == changed


def test_the_trash_gives_back_and_deletes_for_good(store: LorebookStore) -> None:
    first, second = store.add(ALICE, COAST), store.add(ALICE, replace(COAST, name="Attic"))
    with pytest.raises(NotFoundError):
        store.delete(ALICE, first.id)
    for each in (first, second):
        store.trash(ALICE, each.id)
    assert names(store) == []
    assert [each.name for each in store.list_trash(ALICE)] == ["Attic", "Coast"]
    store.restore(ALICE, first.id)
    store.delete(ALICE, second.id)
    assert (names(store), list(store.list_trash(ALICE))) == (["Coast"], [])


def test_names_are_needed_and_numbers_limited(store: LorebookStore) -> None:
    with pytest.raises(InputError, match="no name"):
        store.add(ALICE, Lorebook(name=" \n"))
    kept = store.add(ALICE, COAST)
    with pytest.raises(InputError, match="no name"):
        store.rename(ALICE, kept.id, "")
    assert names(store) == ["Coast"]


def test_nobody_keeps_more_than_the_limit(store: LorebookStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_LOREBOOKS >= 100
    monkeypatch.setattr("pyg_ui.library.store.lorebooks.MAX_LOREBOOKS", 1)
    store.add(ALICE, COAST)
    with pytest.raises(InputError, match="Delete some"):
        store.add(ALICE, COAST)
