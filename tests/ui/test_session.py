from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Origin, Version
from pyg_ui.errors import InputError
from pyg_ui.library.store.chats import StoredChat
from pyg_ui.service.replies import ReplyUpdate
from pyg_ui.ui.chat.transcript import messages
from pyg_ui.ui.session import NUM_DRAWN_TURNS, Session
from tests.fakes import DEMO_INFO
from tests.ui.building import reply_in

BOB = Character("Bob", greeting="Hello!")
EVE = Character("Eve")
ORIGIN = Origin("demo-neo", {}, 7, 50, 20, 0.2, 30.0, datetime(2026, 1, 2, tzinfo=UTC))


def opened() -> Session:
    return Session.open(Chat.start(BOB))


def test_a_chat_in_which_the_person_spoke_is_set_aside_and_comes_back() -> None:
    session = opened()
    session.show(session.chat.say("Hi").with_reply("Hm."))
    before = session.chat
    session.start(Chat.start(EVE))
    assert session.chat.character == EVE
    session.restore()
    assert session.chat == before
    assert session.undo() == "Hi", "its history came back too"
    session.restore()
    assert session.chat.character == EVE


def test_an_edited_character_is_set_aside_and_an_untouched_one_is_not() -> None:
    session = opened()
    session.start(Chat.start(EVE))
    assert session.set_aside is None
    session.show(session.chat.with_character(Character("Eve", persona="New."), "You"))
    session.start(Chat.start(BOB))
    assert session.set_aside is not None
    assert session.set_aside[0].chat.character.persona == "New."


def test_a_reply_is_one_step_however_often_it_grew() -> None:
    session = opened()
    asked = session.chat.say("Hi")
    reply = reply_in(session)
    for update in (ReplyUpdate(asked), *(ReplyUpdate(asked.with_reply(text), DEMO_INFO) for text in ("H", "Hm."))):
        reply.update = update
        assert session.chat == update.chat
    reply.is_over = True
    assert session.undo() == "Hi"
    assert session.chat == Chat.start(BOB)
    session.redo()
    assert session.chat == asked.with_reply("Hm.")


def test_a_chat_with_a_reply_on_its_way_can_be_left_but_not_changed() -> None:
    session = opened()
    asked = session.chat.say("Hi")
    reply = reply_in(session)
    reply.update = ReplyUpdate(asked)
    with pytest.raises(InputError, match="on its way"):
        session.show(session.chat.say("Hey"))
    session.start(Chat.start(EVE))
    reply.update = ReplyUpdate(asked.with_reply("Late."), DEMO_INFO)
    reply.is_over = True
    assert (session.chat.character, session.chat.turns) == (EVE, ())
    session.restore()
    assert session.chat == asked.with_reply("Late.")


def test_a_reply_without_a_finish_was_stopped() -> None:
    session = opened()
    reply = reply_in(session)
    reply.update = ReplyUpdate(session.chat.say("Hi"))
    reply.is_over = True
    session.settle()
    assert session.is_stopped
    assert session.chat.is_begun


@pytest.mark.parametrize("is_there", [True, False])
def test_a_message_that_fails_goes_back_to_who_typed_it_or_stays_in_the_chat(*, is_there: bool) -> None:
    session = opened()
    reply = reply_in(session, typed="Hi")
    reply.update, reply.error = ReplyUpdate(session.chat.say("Hi")), ValueError()
    reply.heir = session if is_there else None
    reply.is_over = True
    session.settle()
    assert session.returned_text == ("Hi" if is_there else "")
    assert session.chat.is_begun is not is_there


def test_candidates_stay_side_by_side_until_something_else_happens() -> None:
    session = opened()
    asked = session.chat.say("Hi").with_reply("old")
    drafts = (Version("a", ORIGIN), Version("", ORIGIN), Version("b", ORIGIN))
    reply = reply_in(session, num_drafts=3)
    reply.update = ReplyUpdate(asked.with_replies(drafts), DEMO_INFO, drafts=drafts)
    assert [len(blocks) for blocks in reply.bubbles] == [1, 0, 1]
    reply.is_over = True
    session.settle()
    assert [version.text for version in session.candidates] == ["a", "b"]
    session.show(session.chat.choose_version(2, 2))
    assert session.candidates == ()


def test_each_new_chat_has_a_seed_and_the_time_of_its_greeting_and_a_branch_keeps_both() -> None:
    visits = [opened() for _ in range(3)]
    for session in visits:
        session.arrive()
    assert len({session.chat.seed for session in visits} - {None}) == 3
    session = visits[0]
    seed, greeting = session.chat.seed, session.chat.turns[0]
    assert greeting.sent_at is not None
    session.show(session.chat.say("Hi"))
    session.branch(1)
    assert (session.chat.seed, session.chat.turns[0]) == (seed, greeting)
    session.start_anew(session.chat)
    assert session.chat.seed not in (None, seed)
    session.start(Chat.start(BOB), StoredChat("id", 1, "", Chat.start(BOB)))
    assert session.chat == Chat.start(BOB)


@pytest.mark.parametrize("chat", [Chat.start(BOB, "Ann", ["Good evening!"]), Chat(BOB, "Ann").say("Hi")])
def test_a_chat_whose_only_message_was_deleted_keeps_everything_else(chat: Chat) -> None:
    session = Session.open(replace(chat, seed=7, person_description="A smith."))
    session.show(session.chat.delete(0))
    emptied = session.chat
    assert emptied == replace(chat, seed=7, person_description="A smith.", turns=())
    assert session.has_content
    session.start(Chat.start(EVE))
    session.restore()
    assert session.chat == emptied
    session.undo()
    assert session.chat.turns == chat.turns
    session.redo()
    session.start_anew(session.chat)
    assert session.chat.turns[0].versions[0].text == "Hello!"
    assert len(session.chat.turns[0].versions) == max(1, len(chat.turns[0].versions))


def test_another_greeting_alone_is_not_worth_keeping() -> None:
    session = Session.open(Chat.start(BOB, "Ann", ["Good evening!"]))
    session.show(session.chat.choose_version(0, 1))
    assert not session.has_content


def test_a_search_hit_is_marked_and_drawn_until_something_else_is_done() -> None:
    chat = Chat.start(BOB)
    for number in range(60):
        chat = chat.say(f"Message {number}.")
    session = Session.open(chat)
    session.mark_found(len(chat.turns))
    assert (session.found, session.num_drawn_turns) == (None, NUM_DRAWN_TURNS)
    session.mark_found(3)
    drawn = messages(session)
    assert len(drawn) > len(chat.turns) - 3
    assert ["found" in each["content"][0]["text"] for each in drawn].index(True) == len(drawn) - len(chat.turns) + 3
    session.show(session.chat.delete(5))
    assert session.found is None
