"""Chats: kept whole, saved by what changed, each for its owner only, and never lost to another tab."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Origin, Role, Turn, Version
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry, Position
from pyg_ui.errors import NotFoundError
from pyg_ui.library.store.chats import ChatStore, StoredChat
from pyg_ui.library.store.database import Database

ALICE, BOB = "user:alice", "user:bob"
ORIGIN = Origin(
    "pygmalion-6b", {"temperature": 0.5, "top_k": 40}, 1234, 900, 60, 0.25, 31.5, datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
)
BOOK = Lorebook((LorebookEntry("The sea is near.", ("sea",), position=Position.AFTER, rest={"id": 7}),), "Coast")
CHAT = Chat(
    Character("Wren", "Keeps a lighthouse.", "At the coast.", "Hello!", "{{user}}: Hi"),
    "Ann",
    (
        Turn(Role.CHARACTER, (Version("Hello!"), Version("*waves*")), 1),
        Turn.of(Role.PERSON, "  Is it\nlonely? 💜 ", sent_at=datetime(2026, 1, 2, 3, 4, 5)),
        Turn(Role.CHARACTER, (Version("No.", ORIGIN), Version("Not with you.", replace(ORIGIN, seed=5))), 1,
             datetime(2026, 1, 2, 3, 5, tzinfo=timezone(timedelta(hours=2)))),
    ),
    "A sailor.",
    AuthorsNote("It is dusk.", 2),
    (BOOK,),
)  # fmt: skip


@pytest.fixture
def store(database: Database) -> ChatStore:
    return ChatStore(database)


def long_chat(num_turns: int) -> Chat:
    said = (Turn.of(Role.PERSON if i % 2 else Role.CHARACTER, f"This is turn {i}.") for i in range(num_turns))
    return Chat(Character("Wren"), turns=tuple(said))


def streamed(chat: Chat, text: str) -> Chat:
    """The chat while its last reply is written."""
    return replace(chat, turns=(*chat.turns[:-1], Turn.of(Role.CHARACTER, text)))


def test_many_chats_are_kept_at_once_and_the_last_is_the_newest(store: ChatStore) -> None:
    stored = store.create_all(ALICE, [long_chat(3), CHAT])
    assert [store.load(ALICE, each.id) for each in stored] == list(stored)
    assert store.latest(ALICE) == stored[-1]


def test_a_chat_is_kept_with_every_version_and_where_it_came_from(store: ChatStore) -> None:
    stored = store.create(ALICE, CHAT)
    assert store.load(ALICE, stored.id) == stored
    assert stored.chat == CHAT
    assert len(stored.id) == 32


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.builds(
                lambda role, texts, index: Turn(role, tuple(map(Version, texts)), index % len(texts)),
                st.sampled_from(Role),
                st.lists(st.sampled_from(["yes", "no", "perhaps"]), min_size=1, max_size=3),
                st.integers(0, 2),
            ),
            max_size=5,
        ),
        min_size=2,
        max_size=5,
    )
)
def test_any_state_follows_any_other(store: ChatStore, states: list[list[Turn]]) -> None:
    stored = store.create(ALICE, Chat(Character("Wren")))
    for state in states:
        stored = store.save(ALICE, stored, replace(stored.chat, turns=tuple(state)))
        assert store.load(ALICE, stored.id) == stored


def test_edited_fields_are_saved(store: ChatStore) -> None:
    stored = store.create(ALICE, CHAT)
    edited = replace(CHAT, character=Character("Robin"), person_name="Bea", note=None, lorebooks=())
    assert store.load(ALICE, store.save(ALICE, stored, edited).id).chat == edited


def test_a_save_of_a_long_chat_writes_only_what_changed(database: Database, store: ChatStore) -> None:
    stored = store.create(ALICE, long_chat(1001))
    statements: list[tuple[str, int]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, is_many: bool) -> None:
        statements.append((statement.split()[0], len(parameters) if is_many else 1))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        started = time.process_time()
        for i in range(20):
            stored = store.save(ALICE, stored, streamed(stored.chat, f"Word {'by word ' * i}"))
        took_s = (time.process_time() - started) / 20
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    written = [each for each in statements if each[0] not in ("BEGIN", "SELECT")]
    assert written == [("UPDATE", 1)] * 2 * 20
    assert took_s < 0.25, "a save each second must not be felt"
    assert store.load(ALICE, stored.id).chat == stored.chat


def test_a_save_of_nothing_new_writes_nothing(store: ChatStore) -> None:
    stored = store.create(ALICE, CHAT)
    assert store.save(ALICE, stored, replace(CHAT)) is stored


def test_two_tabs_on_one_chat_keep_both_as_branches(store: ChatStore) -> None:
    first = store.create(ALICE, CHAT.say("Do you like the sea?"))
    here, there = first.chat.with_reply("I do."), first.chat.with_reply("I fear it.").say("Why?")
    saved = store.save(ALICE, first, here)
    branch = store.save(ALICE, first, there)
    assert saved.id == first.id
    assert branch.id != first.id
    assert (branch.parent_id, branch.num_shared_turns) == (first.id, 4)
    assert "branch" in branch.title
    assert store.load(ALICE, first.id).chat == here
    assert store.load(ALICE, branch.id) == branch
    assert store.load(ALICE, store.save(ALICE, branch, there.with_reply("Storms.")).id).chat.turns[-1].text == "Storms."


def test_many_writers_at_once_lose_nothing(store: ChatStore) -> None:
    stored, results = store.create(ALICE, CHAT), list[StoredChat]()

    def write(number: int) -> None:
        results.append(store.save(ALICE, stored, CHAT.say(f"I am number {number}.")))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.id for each in results}) == 8
    assert sum(each.id == stored.id for each in results) == 1
    assert {store.load(ALICE, each.id).chat.turns[-1].text for each in results} == {
        f"I am number {number}." for number in range(8)
    }


def test_a_branch_shares_its_beginning_and_outlives_its_parent(store: ChatStore) -> None:
    parent = store.create(ALICE, CHAT)
    branch = store.branch(ALICE, parent.id, CHAT.branch(1))
    assert (branch.parent_id, branch.num_shared_turns) == (parent.id, 2)
    store.trash(ALICE, parent.id)
    store.delete(ALICE, parent.id)
    assert store.load(ALICE, branch.id).chat == CHAT.branch(1)


def test_another_owner_reads_changes_and_deletes_nothing(store: ChatStore) -> None:
    stored = store.create(ALICE, CHAT)
    for attempt in (
        lambda: store.load(BOB, stored.id), lambda: store.save(BOB, stored, CHAT.say("Mine!")),
        lambda: store.rename(BOB, stored.id, "Mine"), lambda: store.trash(BOB, stored.id),
        lambda: store.branch(BOB, stored.id, CHAT),
    ):  # fmt: skip
        with pytest.raises(NotFoundError):
            attempt()
    assert store.latest(BOB) is None
    store.trash(ALICE, stored.id)
    for attempt in (lambda: store.restore(BOB, stored.id), lambda: store.delete(BOB, stored.id)):
        with pytest.raises(NotFoundError):
            attempt()
    assert store.load(ALICE, stored.id) == stored


@pytest.mark.parametrize("id", ["", "x", "%", "' OR 1=1 --", "0" * 32])
def test_no_id_but_the_chats_own_finds_it(store: ChatStore, id: str) -> None:
    store.create(ALICE, CHAT)
    with pytest.raises(NotFoundError):
        store.load(ALICE, id)


def test_a_chat_is_called_by_its_beginning_until_it_has_a_title(store: ChatStore) -> None:
    stored = store.create(ALICE, Chat.start(CHAT.character))
    assert stored.title == ""
    stored = store.save(ALICE, stored, stored.chat.say("Tell me\nabout the sea. " + "Please. " * 20))
    assert stored.title == "Tell me about the sea. Please. Please. Please. Please. Plea…"
    assert store.rename(ALICE, stored.id, " The\nsea ") == "The sea"
    saved = store.save(ALICE, stored, stored.chat.with_reply("It is big."))
    assert store.load(ALICE, saved.id).title == "The sea"
    assert store.rename(ALICE, stored.id, "  ") == stored.title
    assert len(store.rename(ALICE, stored.id, "x" * 1000)) == 200


def test_a_title_given_in_another_tab_is_not_lost_to_a_first_message(store: ChatStore) -> None:
    stored = store.create(ALICE, Chat.start(CHAT.character))
    store.rename(ALICE, stored.id, "The sea")
    assert store.save(ALICE, stored, stored.chat.say("Hello!")).title == "The sea"


def test_the_latest_chat_is_the_one_that_was_changed_last(store: ChatStore) -> None:
    first, second = store.create(ALICE, CHAT), store.create(ALICE, CHAT)
    assert store.latest(ALICE) == second
    first = store.save(ALICE, first, CHAT.say("And you?"))
    assert store.latest(ALICE) == first
    store.trash(ALICE, first.id)
    assert store.latest(ALICE) == second


def test_a_deleted_chat_comes_back_when_somebody_goes_on_with_it(store: ChatStore) -> None:
    stored = store.create(ALICE, CHAT)
    store.trash(ALICE, stored.id)
    assert store.latest(ALICE) is None
    stored = store.save(ALICE, stored, CHAT.say("Wait!"))
    assert store.latest(ALICE) == stored
    with pytest.raises(NotFoundError):
        store.delete(ALICE, stored.id)


def test_what_postgresql_refuses_is_kept_readable(store: ChatStore) -> None:
    stored = store.create(ALICE, Chat(Character("Wren", "a\0b")).say("c\0d"))
    chat = store.load(ALICE, stored.id).chat
    assert (chat.character.persona, chat.turns[0].text) == ("a\ufffdb", "c\ufffdd")


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1)], ids=str)
def test_the_chat_that_was_saved_last_is_the_newest_whatever_the_clock_does(
    step: timedelta, store: ChatStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SteppedClock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + step

    older, other = (store.create(ALICE, long_chat(3)) for _ in range(2))
    monkeypatch.setattr("pyg_ui.library.store.chats.datetime", SteppedClock)
    store.save(ALICE, older, streamed(older.chat, "Then the clock was set."))
    newest = store.latest(ALICE)
    assert newest is not None
    assert newest.id == older.id
    assert store.load(ALICE, other.id) == other
