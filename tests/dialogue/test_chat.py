from dataclasses import replace

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn

BOB = Character("Bob", greeting="Hello, {{user}}. I am {{char}}.")


def texts(chat: Chat) -> list[str]:
    return [turn.text for turn in chat.turns]


def test_a_chat_starts_with_the_greeting() -> None:
    assert Chat.start(BOB).turns == (Turn(Role.CHARACTER, BOB.greeting),)


@pytest.mark.parametrize("greeting", ["", " \n"])
def test_a_missing_greeting_is_no_turn(greeting: str) -> None:
    assert Chat.start(Character("Bob", greeting=greeting)).turns == ()


@pytest.mark.parametrize(("name", "shown"), [("", "You"), (" \n", "You"), (" Anna\nMaria ", "Anna Maria")])
def test_the_persons_name_is_one_line_and_never_blank(name: str, shown: str) -> None:
    assert Chat.start(BOB, name).person_name == shown


def test_what_a_person_says_is_kept_as_typed() -> None:
    typed = "  You: hm\nBob: {{user}} <START>\n\nYou: ok  "
    chat = Chat.start(BOB).say(typed)
    assert chat.turns[-1] == Turn(Role.PERSON, typed)
    assert chat.display_text(chat.turns[-1]) == typed


def test_a_blank_message_is_sent_as_dots() -> None:
    assert texts(Chat.start(BOB).say(" \n"))[-1] == "..."


def test_a_reply_is_added_and_then_replaced() -> None:
    chat = Chat.start(BOB).say("hi").with_reply("He").with_reply("Hello")
    assert texts(chat) == [BOB.greeting, "hi", "Hello"]


def test_a_greeting_is_never_replaced_or_regenerated() -> None:
    chat = Chat.start(BOB)
    assert not chat.can_regenerate
    assert chat.without_last_reply() == chat
    with pytest.raises(ValueError, match="nothing to reply to"):
        chat.with_reply("x")


def test_without_last_reply_drops_a_reply_and_never_what_was_said() -> None:
    asked = Chat.start(BOB).say("hi")
    assert asked.without_last_reply() == asked
    assert asked.with_reply("Hello").without_last_reply() == asked


def test_undo_drops_the_last_exchange_and_gives_the_text_back() -> None:
    before = Chat.start(BOB).say("one").with_reply("1")
    assert before.say("two").with_reply("2").undo() == (before, "two")
    assert before.say("two").undo() == (before, "two")


def test_undo_stops_at_the_greeting() -> None:
    chat = Chat.start(BOB)
    assert not chat.can_undo
    with pytest.raises(ValueError, match="nothing to undo"):
        chat.undo()


def test_an_edited_character_gives_an_unanswered_chat_its_new_greeting() -> None:
    edited = Character("Rob", greeting="Yo.")
    assert texts(Chat.start(BOB).with_character(edited, "Anna")) == ["Yo."]
    assert Chat.start(edited).with_character(Character("Rob"), "Anna").turns == ()


def test_an_edited_character_leaves_a_begun_chat_as_it_is() -> None:
    chat = Chat.start(BOB).say("hi").with_reply("Hello")
    edited = chat.with_character(Character("Rob", greeting="Yo."), "Anna")
    assert edited.turns == chat.turns
    assert (edited.character.name, edited.person_name) == ("Rob", "Anna")


def test_macros_in_the_characters_turns_show_the_display_name() -> None:
    chat = Chat.start(BOB, "Anna {{char}}").say("hi").with_reply("<USER>, it's <bot>")
    assert [chat.display_text(turn) for turn in chat.turns] == [
        "Hello, Anna {{char}}. I am Bob.",
        "hi",
        "Anna {{char}}, it's Bob",
    ]


def test_other_greetings_are_later_versions_of_the_first() -> None:
    chat = Chat.start(BOB, alternate_greetings=["Hi.", " ", "Yo."])
    assert chat.turns == (Turn(Role.CHARACTER, BOB.greeting, later=("Hi.", "Yo.")),)
    assert Chat.start(Character("Bob"), alternate_greetings=["Hi."]).turns == (Turn(Role.CHARACTER, "Hi."),)


def test_another_version_of_a_turn_can_be_chosen_and_none_is_lost() -> None:
    turn = Turn(Role.CHARACTER, "b", ("a",), ("c",))
    assert (turn.versions, turn.index) == (("a", "b", "c"), 1)
    for index, text in enumerate(turn.versions):
        chosen = turn.choose(index)
        assert (chosen.text, chosen.index, chosen.versions) == (text, index, turn.versions)
    for index in (-1, 3):
        with pytest.raises(IndexError):
            turn.choose(index)


def test_edits_that_leave_the_greeting_leave_its_versions_the_note_and_the_lorebooks() -> None:
    chat = replace(Chat.start(BOB, alternate_greetings=["Hi."]), note=AuthorsNote("It rains."))
    edited = chat.with_character(replace(BOB, persona="Kind."), "Anna")
    assert (edited.turns, edited.note) == (chat.turns, chat.note)
    assert edited.with_character(Character("Rob", greeting="Yo."), "Anna").note == chat.note
