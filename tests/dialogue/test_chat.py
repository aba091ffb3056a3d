from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Origin, Role, Turn, Version
from pyg_ui.errors import InputError

BOB = Character("Bob", greeting="Hello, {{user}}. I am {{char}}.")
ORIGIN = Origin("demo-neo", {"temperature": 0.5}, 7, 50, 20, 0.2, 30.0, datetime(2026, 1, 2, tzinfo=UTC))


def texts(chat: Chat) -> list[str]:
    return [turn.text for turn in chat.turns]


def versions(turn: Turn) -> list[str]:
    return [version.text for version in turn.versions]


def test_a_chat_starts_with_the_greeting() -> None:
    assert Chat.start(BOB).turns == (Turn.of(Role.CHARACTER, BOB.greeting),)


@pytest.mark.parametrize("greeting", ["", " \n"])
def test_a_missing_greeting_is_no_turn(greeting: str) -> None:
    assert Chat.start(Character("Bob", greeting=greeting)).turns == ()


@pytest.mark.parametrize(("name", "shown"), [("", "You"), (" \n", "You"), (" Anna\nMaria ", "Anna Maria")])
def test_the_persons_name_is_one_line_and_never_blank(name: str, shown: str) -> None:
    assert Chat.start(BOB, name).person_name == shown


def test_what_a_person_says_is_kept_as_typed() -> None:
    typed = "  You: hm\nBob: {{user}} <START>\n\nYou: ok  "
    chat = Chat.start(BOB).say(typed)
    assert chat.turns[-1] == Turn.of(Role.PERSON, typed)
    assert chat.display_text(Role.PERSON, chat.turns[-1].text) == typed


def test_a_blank_message_is_sent_as_dots() -> None:
    assert texts(Chat.start(BOB).say(" \n"))[-1] == "..."


def test_a_reply_is_added_and_another_one_is_a_further_version() -> None:
    chat = Chat.start(BOB).say("hi").with_reply("He", ORIGIN).with_reply("Hello")
    assert texts(chat) == [BOB.greeting, "hi", "Hello"]
    assert chat.turns[-1].versions == (Version("He", ORIGIN), Version("Hello"))
    assert chat.turns[-1].sent_at == ORIGIN.created_at


def test_candidates_are_versions_of_which_the_first_counts_and_blank_ones_are_left_out() -> None:
    asked = Chat.start(BOB).say("hi")
    chat = asked.with_replies([Version(" "), Version("a"), Version("b")])
    assert versions(chat.turns[-1]) == ["a", "b"]
    assert (chat.turns[-1].text, chat.with_reply("c").turns[-1].index) == ("a", 2)
    assert asked.with_replies([Version("")]) == asked


def test_a_greeting_is_never_replied_over() -> None:
    chat = Chat.start(BOB)
    assert not chat.is_begun
    assert not chat.is_answered
    assert chat.without_last_reply() == chat
    with pytest.raises(InputError, match="nothing to reply to"):
        chat.with_reply("x")
    with pytest.raises(InputError, match="no reply to continue"):
        chat.with_continuation("x")


def test_without_last_reply_drops_a_reply_and_never_what_was_said() -> None:
    asked = Chat.start(BOB).say("hi")
    assert asked.without_last_reply() == asked
    assert asked.with_reply("Hello").without_last_reply() == asked


def test_a_continuation_takes_the_place_of_the_version_that_it_continues() -> None:
    chat = Chat.start(BOB).say("hi").with_reply("a").with_reply("b").with_continuation("b and more", ORIGIN)
    assert chat.turns[-1].versions == (Version("a"), Version("b and more", ORIGIN))


def test_either_side_can_be_edited_and_other_versions_stay() -> None:
    chat = Chat.start(BOB).say("hi").with_reply("a", ORIGIN).with_reply("b", ORIGIN)
    edited = chat.edit(1, "Hello!\r\n").edit(2, "B")
    assert texts(edited) == [BOB.greeting, "Hello!\n", "B"]
    assert edited.turns[2].versions == (Version("a", ORIGIN), Version("B"))
    assert chat.edit(2, "b") == chat, "who changes nothing keeps the record of where it came from"
    with pytest.raises(InputError, match="Delete it instead"):
        chat.edit(1, " \n")


def test_a_deleted_turn_is_gone_and_the_others_stay() -> None:
    chat = Chat.start(BOB).say("hi").with_reply("a")
    assert texts(chat.delete(1)) == [BOB.greeting, "a"]
    assert texts(chat.delete(0)) == ["hi", "a"]


def test_a_branch_ends_with_its_turn_and_keeps_all_else() -> None:
    chat = replace(Chat.start(BOB, "Ann").say("hi").with_reply("a").say("so"), note=AuthorsNote("It rains."))
    assert chat.branch(2) == replace(chat, turns=chat.turns[:3])
    assert chat.branch(3) == chat


@pytest.mark.parametrize("index", [-1, 2])
def test_a_turn_that_is_not_there_is_an_error(index: int) -> None:
    chat = Chat.start(BOB).say("hi")
    for change in (chat.delete, chat.branch, lambda i: chat.edit(i, "x"), lambda i: chat.choose_version(i, 0)):
        with pytest.raises(InputError, match="no longer there"):
            change(index)


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
    assert [chat.display_text(turn.role, turn.text) for turn in chat.turns] == [
        "Hello, Anna {{char}}. I am Bob.",
        "hi",
        "Anna {{char}}, it's Bob",
    ]


def test_other_greetings_are_further_versions_of_the_first() -> None:
    chat = Chat.start(BOB, alternate_greetings=["Hi.", " ", "Yo."])
    assert chat.turns == (Turn(Role.CHARACTER, (Version(BOB.greeting), Version("Hi."), Version("Yo."))),)
    assert Chat.start(Character("Bob"), alternate_greetings=["Hi."]).turns == (Turn.of(Role.CHARACTER, "Hi."),)


def test_an_edited_greeting_takes_the_place_of_its_old_text_only() -> None:
    edited = Chat.start(BOB, alternate_greetings=["Hi."]).with_character(replace(BOB, greeting="Yo."), "Anna")
    assert versions(edited.turns[0]) == ["Yo.", "Hi."]


def test_another_version_of_a_turn_can_be_chosen_and_none_is_lost() -> None:
    chat = Chat.start(BOB).say("hi").with_replies([Version("a", ORIGIN), Version("b"), Version("c")])
    for index, text in enumerate("abc"):
        chosen = chat.choose_version(2, index)
        assert (chosen.turns[2].text, chosen.turns[2].index) == (text, index)
        assert chosen.turns[2].versions == chat.turns[2].versions
    for index in (-1, 3):
        with pytest.raises(InputError, match="no version"):
            chat.choose_version(2, index)


def test_edits_that_leave_the_greeting_leave_its_versions_the_note_and_the_lorebooks() -> None:
    chat = replace(Chat.start(BOB, alternate_greetings=["Hi."]), note=AuthorsNote("It rains."))
    edited = chat.with_character(replace(BOB, persona="Kind."), "Anna")
    assert (edited.turns, edited.note) == (chat.turns, chat.note)
    assert edited.with_character(Character("Rob", greeting="Yo."), "Anna").note == chat.note


CHANGING = "{{// draft}}{{random:Morning,Evening}}, {{user}}. {{roll:d1000}} at {{isotime}} {{pick:a,b,c,d}}"


def test_what_the_greeting_draws_stays_in_its_chat_and_differs_between_chats() -> None:
    greeted = Chat.start(Character("Bob", greeting=CHANGING))
    chat = greeted.begun_at(datetime(2026, 1, 2, 8, 15), seed=5)

    def shown(chat: Chat) -> str:
        return chat.display_text(Role.CHARACTER, chat.turns[0].text, chat.turns[0].sent_at)

    assert "draft" not in shown(chat)
    assert "08:15" in shown(chat)
    for later in (chat.say("hi").with_reply("a"), chat.branch(0), chat.begun_at(datetime(2027, 1, 1), seed=6)):
        assert shown(later) == shown(chat)
    assert len({shown(greeted.begun_at(datetime(2026, 1, 2), seed)) for seed in range(20)}) == 20
    assert shown(replace(chat, person_name="Ann")) == shown(chat).replace("You", "Ann")


def test_another_program_gets_what_was_drawn_and_the_names_as_macros() -> None:
    bob = Character("Bob", greeting="{{random:a,b}} {{user}}, <BOT> {{// x}}")
    greeting, said = Chat.start(bob).begun_at(datetime(2026, 1, 2), 5).say("{{roll:6}}").turns
    chat = Chat.start(bob)
    assert chat.lasting_text(greeting, greeting.version) in ("a {{user}}, {{char}}", "b {{user}}, {{char}}")
    assert chat.lasting_text(said, said.version) == "{{roll:6}}"


def test_a_greeting_of_comments_only_is_no_turn() -> None:
    assert Chat.start(Character("Bob", greeting="{{// to do}} ")).turns == ()


def test_other_greetings_keep_the_time_of_the_first() -> None:
    chat = Chat.start(BOB).begun_at(datetime(2026, 1, 2), 5)
    changed = chat.greet(["Hi."]), chat.with_character(replace(BOB, greeting="Yo."), "Anna")
    assert [versions(each.turns[0]) for each in changed] == [[BOB.greeting, "Hi."], ["Yo."]]
    assert [each.turns[0].sent_at for each in changed] == [datetime(2026, 1, 2)] * 2
