"""The lorebook editor: what it shows is what is read back, and nothing that it does not show is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.lorebook import KeyLogic, Lorebook, LorebookEntry, Position
from pyg_ui.library.store.lorebooks import LorebookStore
from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.character.lorebook.handlers import LorebookHandlers
from pyg_ui.ui.form.lorebook import LorebookFields, lorebook_view, read_lorebooks, with_new_entry, without_entry
from pyg_ui.ui.session import Session
from tests.ui.building import NOWHERE

HARBOUR = LorebookEntry("The harbour freezes.", keys=("harbour", "ice"), name="Harbour", rest={"id": 7})
STORM = LorebookEntry("Storms come at night.", is_constant=True, position=Position.AFTER, insertion_order=2.5)
HANDLERS = LorebookHandlers(LorebookEditing(LorebookStore(NOWHERE)))
BOOK = Lorebook((HARBOUR, STORM), name="Coast", scan_depth=4, rest={"creator": "Ann"})


def form(books: tuple[Lorebook, ...], index: int = 0, **changes: Any) -> dict[str, Any]:
    shown = lorebook_view(books, index)._asdict()
    return shown | {"entry": shown["entry"]["value"]} | changes


words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)
entries = st.builds(
    LorebookEntry,
    content=words,
    keys=st.lists(words, max_size=3).map(tuple),
    name=words,
    is_constant=st.booleans(),
    is_case_sensitive=st.none() | st.booleans(),
    matches_whole_words=st.none() | st.booleans(),
    position=st.sampled_from(Position),
    logic=st.sampled_from(KeyLogic),
    depth=st.integers(0, 9),
    probability=st.floats(0, 100),
    ignores_recursion=st.booleans(),
    insertion_order=st.floats(-9, 9),
)


@given(st.lists(entries, max_size=3), st.integers(0, 3))
def test_what_is_only_looked_at_stays_as_it_is(kept: list[LorebookEntry], index: int) -> None:
    books = (Lorebook(tuple(kept)),) if kept else ()
    assert read_lorebooks(books, form(books, index)) == books


def test_an_edit_changes_its_entry_and_nothing_else() -> None:
    other = Lorebook((STORM,), name="Other")
    edited = form((BOOK, other), entry_content="It never freezes.", entry_keys="harbour\n\n/ic(e|y)/\n")
    (book, kept) = read_lorebooks((BOOK, other), edited)
    assert book == replace(
        BOOK, entries=(replace(HARBOUR, content="It never freezes.", keys=("harbour", "/ic(e|y)/")), STORM)
    )
    assert kept == other


def test_switches_place_and_order_are_read() -> None:
    changed = form(
        (BOOK,),
        entry_switches=["matches_whole_words"],
        entry_position="after_char",
        entry_order=3,
        entry_secondary="snow",
    )
    entry = read_lorebooks((BOOK,), changed)[0].entries[0]
    assert (entry.matches_whole_words, entry.is_enabled, entry.position) == (True, False, Position.AFTER)
    assert (entry.insertion_order, entry.secondary_keys) == (3, ("snow",))


def test_the_rule_and_the_rare_settings_are_read() -> None:
    changed = form(
        (BOOK,), entry_logic="not_all", entry_depth=7, entry_probability=30, entry_recursion=["ends_recursion"]
    )
    entry = read_lorebooks((BOOK,), changed)[0].entries[0]
    assert entry == replace(HARBOUR, logic=KeyLogic.NOT_ALL, depth=7, probability=30, ends_recursion=True)


def test_what_is_typed_where_there_is_no_entry_becomes_the_first_and_can_go_on_growing() -> None:
    typed = form((), entry_keys="fog")
    books = read_lorebooks((), typed)
    assert [entry.keys for entry in books[0].entries] == [("fog",)]
    (book,) = read_lorebooks(books, typed | {"entry_content": "Fog rolls in."})
    assert [(entry.keys, entry.content) for entry in book.entries] == [(("fog",), "Fog rolls in.")]


def test_an_entry_that_is_gone_is_not_brought_back() -> None:
    stale = form((BOOK,), 1, entry_content="Changed.")
    books = without_entry((BOOK,), 1)
    assert read_lorebooks(books, stale) == books


def test_entries_are_added_at_the_end_and_removed_by_place() -> None:
    books = with_new_entry((BOOK,))
    assert len(books[0].entries) == 3
    assert without_entry(books, 2) == (BOOK,)
    assert without_entry(books, 9) == books
    assert without_entry((), None) == ()
    assert without_entry((Lorebook((HARBOUR,)),), 0) == ()


def test_the_view_stays_within_the_book() -> None:
    assert lorebook_view((BOOK,), 9).entry["value"] == 1
    assert lorebook_view(()).entry["value"] is None
    assert lorebook_view((BOOK,)).entry["choices"] == [("1. Harbour", 0), ("2. …", 1)]
    assert set(LorebookFields._fields) == set(form(()))


def test_a_removed_entry_comes_back_to_its_place() -> None:
    session = Session.open(replace(Chat.start(Character("Ann")), lorebooks=(BOOK,)))
    assert HANDLERS.remove_entry(session, 0)[-1]["visible"] is True
    assert session.chat.lorebooks == (replace(BOOK, entries=(STORM,)),)
    HANDLERS.remove_entry(session, 0)
    assert session.chat.lorebooks == ()
    shown = HANDLERS.restore_entry(session, None)
    assert session.chat.lorebooks == (replace(BOOK, entries=(STORM,)),)  # with all that its book was
    assert shown[-1]["visible"] is False
    assert HANDLERS.restore_entry(session, 0)[-1]["visible"] is False


def test_an_entry_comes_back_to_its_own_chat_only() -> None:
    session = Session.open(replace(Chat.start(Character("Ann")), lorebooks=(BOOK,)))
    HANDLERS.remove_entry(session, 1)
    assert HANDLERS.show_entry(session, 0).restore["visible"] is True
    session.start(Chat.start(Character("Bob")))
    assert HANDLERS.show_entry(session, 0).restore["visible"] is False
    HANDLERS.restore_entry(session, 0)
    assert session.chat.lorebooks == ()
