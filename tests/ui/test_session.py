from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.service import ReplyUpdate
from pyg_ui.ui.session import Session
from tests.fakes import DEMO_INFO

BOB = Character("Bob", greeting="Hello!")
EVE = Character("Eve")


def test_a_chat_in_which_the_person_spoke_is_set_aside_and_comes_back() -> None:
    session = Session.open(BOB)
    session.show(session.chat.say("Hi").with_reply("Hm."))
    before = session.chat
    session.start(Chat.start(EVE))
    assert session.chat.character == EVE
    session.restore()
    assert session.chat == before
    session.restore()
    assert session.chat.character == EVE


def test_an_edited_character_is_set_aside_and_an_untouched_one_is_not() -> None:
    session = Session.open(BOB)
    session.start(Chat.start(EVE))
    assert session.set_aside is None
    session.show(session.chat.with_character(Character("Eve", persona="New."), "You"))
    session.start(Chat.start(BOB))
    assert session.set_aside is not None
    assert session.set_aside.chat.character.persona == "New."


def test_each_reply_remembers_who_wrote_it_until_it_is_undone() -> None:
    session = Session.open(BOB)
    asked = session.chat.say("Hi")
    writing = session.begin()
    writing.show(ReplyUpdate(asked))
    writing.show(ReplyUpdate(asked.with_reply("Hm."), DEMO_INFO))
    writing.end()
    assert [session.scene.speaker(index) for index in range(3)] == [None, None, DEMO_INFO]
    session.show(session.chat.undo()[0])
    session.show(session.chat.say("Again").with_reply("Typed by nobody"))
    assert session.scene.speaker(2) is None


def test_a_reply_to_a_chat_that_has_left_the_screen_changes_nothing() -> None:
    session = Session.open(BOB)
    asked = session.chat.say("Hi")
    writing = session.begin()
    writing.show(ReplyUpdate(asked))
    session.start(Chat.start(EVE))
    writing.show(ReplyUpdate(asked.with_reply("Late."), DEMO_INFO))
    writing.fail("Hi")
    writing.end()
    assert session.chat == Chat.start(EVE)
    assert session.returned_text == ""


def test_a_reply_without_a_finish_was_stopped() -> None:
    session = Session.open(BOB)
    writing = session.begin()
    writing.show(ReplyUpdate(session.chat.say("Hi")))
    writing.end()
    assert session.is_stopped
    assert session.chat.can_regenerate
