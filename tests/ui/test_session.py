from datetime import UTC, datetime

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Origin, Version
from pyg_ui.library.store.chats import StoredChat
from pyg_ui.service.replies import ReplyUpdate
from pyg_ui.ui.session import Session
from tests.fakes import DEMO_INFO

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
    writing = session.begin()
    for update in (ReplyUpdate(asked), *(ReplyUpdate(asked.with_reply(text), DEMO_INFO) for text in ("H", "Hm."))):
        writing.show(update)
    writing.end()
    assert session.undo() == "Hi"
    assert session.chat == Chat.start(BOB)
    session.redo()
    assert session.chat == asked.with_reply("Hm.")


def test_a_reply_to_a_chat_that_has_left_the_screen_changes_nothing() -> None:
    session = opened()
    asked = session.chat.say("Hi")
    writing = session.begin()
    writing.show(ReplyUpdate(asked))
    session.start(Chat.start(EVE))
    writing.show(ReplyUpdate(asked.with_reply("Late."), DEMO_INFO))
    writing.fail("Hi")
    writing.end()
    assert (session.chat.character, session.chat.turns) == (EVE, ())
    assert session.returned_text == ""


def test_a_reply_without_a_finish_was_stopped() -> None:
    session = opened()
    writing = session.begin()
    writing.show(ReplyUpdate(session.chat.say("Hi")))
    writing.end()
    assert session.is_stopped
    assert session.chat.is_begun


def test_drafts_are_seen_while_several_are_on_their_way() -> None:
    session = opened()
    asked = session.chat.say("Hi")
    drafts = (Version("a", ORIGIN), Version("", ORIGIN))
    writing = session.begin()
    writing.show(ReplyUpdate(asked.with_replies(drafts), DEMO_INFO, drafts=drafts[:1]))
    assert session.candidates == ()
    writing.show(ReplyUpdate(asked.with_replies(drafts), DEMO_INFO, drafts=drafts))
    assert session.candidates == drafts
    writing.end()
    assert session.candidates == ()
    assert len(session.chat.turns[-1].versions) == 1


def test_candidates_stay_side_by_side_until_something_else_happens() -> None:
    session = opened()
    asked = session.chat.say("Hi").with_reply("old")
    drafts = (Version("a", ORIGIN), Version("", ORIGIN), Version("b", ORIGIN))
    writing = session.begin()
    writing.show(ReplyUpdate(asked.with_replies(drafts), DEMO_INFO, drafts=drafts))
    writing.end()
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
