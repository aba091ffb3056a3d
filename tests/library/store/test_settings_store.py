"""Settings by owner and place: what one owner keeps, no other finds."""

from __future__ import annotations

import pytest

from pyg_ui.library.store.database import Database
from pyg_ui.library.store.settings import PAGE, USUAL, Place, Scope, SettingsStore

ANN, BOB = "user:ann", "user:bob"
WREN, CHAT = Place.of_character("Wren"), Place(Scope.CHAT, "c1")


@pytest.fixture
def store(database: Database) -> SettingsStore:
    return SettingsStore(database)


def test_settings_are_found_where_they_were_kept_and_only_by_their_owner(store: SettingsStore) -> None:
    store.put(ANN, USUAL, {"temperature": 0.7})
    store.put(ANN, WREN, {"temperature": 0.9, "banned_strings": ["ß", "\0"]})
    store.put(BOB, CHAT, {"temperature": 1.2})
    found = store.load(ANN, [USUAL, Place.of_character("  WREN "), CHAT, PAGE])
    assert found == {USUAL: {"temperature": 0.7}, WREN: {"temperature": 0.9, "banned_strings": ["ß", "\ufffd"]}}


def test_a_change_leaves_the_other_values_so_two_pages_do_not_undo_each_other(store: SettingsStore) -> None:
    store.put(ANN, USUAL, {"temperature": 0.7, "top_p": 0.8})
    store.put(ANN, USUAL, {"temperature": 0.9})
    store.put(ANN, USUAL, {"top_k": 40})
    assert store.load(ANN, [USUAL])[USUAL] == {"temperature": 0.9, "top_p": 0.8, "top_k": 40}


def test_what_is_forgotten_is_gone_and_nothing_else(store: SettingsStore) -> None:
    for owner in (ANN, BOB):
        for place in (USUAL, CHAT):
            store.put(owner, place, {"temperature": 0.7})
    store.forget(ANN, CHAT)
    assert list(store.load(ANN, [USUAL, CHAT])) == [USUAL]
    assert len(store.load(BOB, [USUAL, CHAT])) == 2
