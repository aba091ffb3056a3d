"""For every chat and every run of operations: nothing generated is lost by generating, and all can be undone."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn, Version
from pyg_ui.dialogue.history import MAX_STEPS, History, taken_back

BOB = Character("Bob", greeting="Hello.")

Operation = Callable[[Chat], Chat]
places = st.integers(0, 9)
words = st.text(st.characters(codec="utf-8", categories=["L", "P"]), min_size=1, max_size=6)


def _in(chat: Chat, place: int) -> int:
    return place % len(chat.turns)


def _say(word: str) -> Operation:
    return lambda chat: chat.say(word)


def _reply(texts: list[str]) -> Operation:
    versions = [Version(text) for text in texts]
    return lambda chat: chat.with_replies(versions) if chat.is_begun else chat


def _continue(word: str) -> Operation:
    return lambda chat: chat.with_continuation(chat.turns[-1].text + word) if chat.is_answered else chat


def _edit(place: int, word: str) -> Operation:
    return lambda chat: chat.edit(_in(chat, place), word) if chat.turns else chat


def _delete(place: int) -> Operation:
    return lambda chat: chat.delete(_in(chat, place)) if chat.turns else chat


def _branch(place: int) -> Operation:
    return lambda chat: chat.branch(_in(chat, place)) if chat.turns else chat


def _choose(place: int, version: int) -> Operation:
    def choose(chat: Chat) -> Chat:
        if not chat.turns:
            return chat
        index = _in(chat, place)
        return chat.choose_version(index, version % len(chat.turns[index].versions))

    return choose


writing = st.builds(_reply, st.lists(words, min_size=1, max_size=3))
operations = st.one_of(
    st.builds(_say, words),
    writing,
    st.builds(_continue, words),
    st.builds(_edit, places, words),
    st.builds(_delete, places),
    st.builds(_branch, places),
    st.builds(_choose, places, places),
)
chats = st.lists(operations, max_size=12).map(lambda steps: _after(Chat.start(BOB), steps))


def _after(chat: Chat, steps: list[Operation]) -> Chat:
    for step in steps:
        chat = step(chat)
    return chat


@given(chats, writing)
def test_generating_anew_loses_no_version(chat: Chat, write: Operation) -> None:
    written = write(chat)
    for before, after in zip(chat.turns, written.turns, strict=False):
        assert after.versions[: len(before.versions)] == before.versions


@given(chats, places, places)
def test_choosing_a_version_changes_nothing_else_and_can_be_chosen_back(chat: Chat, place: int, version: int) -> None:
    if chat.turns:
        index = _in(chat, place)
        chosen = _choose(place, version)(chat)
        assert [turn.versions for turn in chosen.turns] == [turn.versions for turn in chat.turns]
        assert chosen.choose_version(index, chat.turns[index].index) == chat


@given(chats, places)
def test_a_deleted_turn_leaves_all_others_as_they_are(chat: Chat, place: int) -> None:
    if chat.turns:
        index, turns = _in(chat, place), list(chat.turns)
        del turns[index]
        assert chat.delete(index).turns == tuple(turns)


@given(chats, places)
def test_a_branch_is_the_beginning_of_its_chat(chat: Chat, place: int) -> None:
    if chat.turns:
        assert chat.branch(_in(chat, place)).turns == chat.turns[: _in(chat, place) + 1]


@given(chats, st.lists(operations, max_size=20))
def test_every_run_of_operations_can_be_undone_and_redone(chat: Chat, steps: list[Operation]) -> None:
    history, states = History(chat), [chat.turns]
    for step in steps:
        history = history.step(step(history.chat))
        if history.chat.turns != states[-1]:
            states.append(history.chat.turns)
    end = history
    for turns in reversed(states[:-1]):
        history = history.undo()
        assert history.chat.turns == turns
    assert not history.can_undo
    while history.can_redo:
        history = history.redo()
    assert history == end


@given(chats, words)
def test_a_step_after_an_undo_leaves_nothing_to_redo(chat: Chat, word: str) -> None:
    history = History(chat).step(chat.say("x")).undo().step(chat.say(word))
    assert not history.can_redo
    assert history.undo().chat == chat


@given(chats, words, words)
def test_an_undone_message_comes_back_to_its_writer(chat: Chat, said: str, answer: str) -> None:
    assert taken_back(chat, chat.say(said)) == said
    assert taken_back(chat, chat.say(said).with_reply(answer)) == said
    assert taken_back(chat, chat) == ""
    assert taken_back(chat.say(said), chat.say(said).with_reply(answer)) == ""


def test_a_long_history_forgets_its_beginning() -> None:
    history = History(Chat(BOB))
    for number in range(MAX_STEPS + 5):
        history = history.step(history.chat.say(str(number)))
    assert len(history.past) == MAX_STEPS


def test_edits_of_the_character_are_no_step_and_outlive_an_undo() -> None:
    begun = Chat.start(BOB).say("hi")
    history = History(begun).step(begun.with_reply("a"))
    history = history.step(history.chat.with_character(Character("Rob"), "Ann")).undo()
    assert (history.chat.character.name, history.chat.person_name) == ("Rob", "Ann")
    assert history.chat.turns == begun.turns


def test_a_turn_has_at_least_one_version() -> None:
    assert Turn.of(Role.PERSON, "").versions == (Version(""),)
