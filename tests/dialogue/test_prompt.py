"""The prompt's format, by hand-written examples."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.dialogue.prompt import SegmentKind, build_prompt

HISTORY = "You: hi\nBob: Hello!\nYou: how are you?\nBob:"


def prompt_of(character: Character, person_name: str = "You") -> str:
    chat = Chat.start(character, person_name).say("hi").with_reply("Hello!").say("how are you?")
    return build_prompt(chat, len, 10_000).text


def test_the_seeds_own_prompt() -> None:
    chat = Chat.start(Character("Michael", persona="A big strong man with a big heart"))
    prompt = build_prompt(chat.say("How are you doing on this wonderful day?"), len, 1000)
    assert prompt.text == (
        "Michael's Persona: A big strong man with a big heart\n"
        "<START>\n"
        "You: How are you doing on this wonderful day?\n"
        "Michael:"
    )


def test_every_part_stands_in_its_place() -> None:
    bob = Character("Bob", "Kind.", "A bakery.", "Welcome!", "You: Bread?\nBob: Always.")
    assert prompt_of(bob) == (
        "Bob's Persona: Kind.\nScenario: A bakery.\n<START>\n"
        "You: Bread?\nBob: Always.\nBob: Welcome!\nYou: hi\nBob: Hello!\nYou: how are you?\nBob:"
    )


def test_missing_parts_leave_no_empty_line() -> None:
    assert prompt_of(Character("Bob", " ", "\n", "", "\r\n")) == f"<START>\n{HISTORY}"
    assert prompt_of(Character("Bob", scenario="A bakery.")) == f"Scenario: A bakery.\n<START>\n{HISTORY}"


def test_white_space_around_a_part_is_no_empty_line() -> None:
    bob = Character("Bob", "\nKind.\n\nTall.\n", "", " Welcome!\n", "\n\nBob: Hm.\n\n")
    assert prompt_of(bob) == f"Bob's Persona: Kind.\n\nTall.\n<START>\nBob: Hm.\nBob: Welcome!\n{HISTORY}"


@pytest.mark.parametrize(
    "examples",
    [
        "<START>\nYou: a\nBob: b\n<START>\nYou: c\nBob: d",
        "\n<start>\r\nYou: a\r\nBob: b\r\n\r\n <START> \r\n<START>\r\nYou: c\r\nBob: d\r\n<START>\r\n",
        "<START> You: a\nBob: b\n<START>You: c\nBob: d",
        "You: a\nBob: b\n<START>\nYou: c\nBob: d",
    ],
)
def test_example_blocks_and_history_each_begin_with_one_start(examples: str) -> None:
    expected = f"<START>\nYou: a\nBob: b\n<START>\nYou: c\nBob: d\n<START>\n{HISTORY}"
    assert prompt_of(Character("Bob", example_dialogue=examples)) == expected


def test_examples_of_start_lines_only_are_no_examples() -> None:
    assert prompt_of(Character("Bob", example_dialogue="<START>\n<START>")) == f"<START>\n{HISTORY}"


def test_the_person_is_always_you_in_the_prompt() -> None:
    bob = Character("Bob", "Loves {{user}}.", "<BOT> meets <USER>.", "Hi {{USER}}!", "<USER>: hey\n{{char}}: hm")
    text = prompt_of(bob, "Anna")
    assert "Anna" not in text
    assert text.startswith(
        "Bob's Persona: Loves You.\nScenario: Bob meets You.\n<START>\nYou: hey\nBob: hm\nBob: Hi You!\n"
    )


def test_what_a_person_typed_enters_verbatim_and_unexpanded() -> None:
    chat = Chat.start(Character("Bob")).say(" I said\nYou: {{user}}\nBob: no\n\n<START> ")
    assert build_prompt(chat, len, 1000).text == "<START>\nYou: I said\nYou: {{user}}\nBob: no\n\n<START>\nBob:"


def test_you_inside_a_message_survives_regeneration() -> None:
    chat = Chat.start(Character("Bob")).say("You: is what I am. You: yes").with_reply("No.").without_last_reply()
    assert "You: You: is what I am. You: yes\n" in build_prompt(chat, len, 1000).text


def test_a_name_that_looks_like_a_macro_is_not_expanded_again() -> None:
    chat = Chat.start(Character("{{user}}", persona="{{char}} rules")).say("hi")
    assert build_prompt(chat, len, 1000).text == "{{user}}'s Persona: {{user}} rules\n<START>\nYou: hi\n{{user}}:"


def test_examples_stay_however_long_the_chat_becomes() -> None:
    chat = Chat.start(Character("Bob", persona="Kind.", example_dialogue="You: a\nBob: b"))
    for i in range(100):
        chat = chat.say(f"message {i}").with_reply(f"reply {i}")
    text = build_prompt(chat.say("last"), len, 400).text
    assert text.startswith("Bob's Persona: Kind.\n<START>\nYou: a\nBob: b\n")
    assert text.endswith("\nYou: last\nBob:")


def test_an_empty_turn_of_a_foreign_chat_leaves_no_trailing_space() -> None:
    turns = (Turn.of(Role.CHARACTER, " "), Turn.of(Role.PERSON, ""))
    assert build_prompt(Chat(Character("Bob"), turns=turns), len, 1000).text == "<START>\nBob:\nYou:\nBob:"


def test_segments_name_every_part_and_say_what_was_dropped() -> None:
    bob = Character("Bob", "Kind.", "A bakery.", "W" * 50, "<START>\nBob: b")
    prompt = build_prompt(Chat.start(bob).say("hi"), len, 100)
    assert [(part.kind, part.is_kept) for part in prompt.segments] == [
        (SegmentKind.PERSONA, True),
        (SegmentKind.SCENARIO, True),
        (SegmentKind.START, True),
        (SegmentKind.EXAMPLES, True),
        (SegmentKind.START, True),
        (SegmentKind.CHARACTER_TURN, False),
        (SegmentKind.PERSON_TURN, True),
        (SegmentKind.CUE, True),
    ]
    assert prompt.num_dropped_turns == 1
    assert all(part.num_tokens == len(part.text) for part in prompt.segments)


def test_a_turn_that_has_begun_stands_at_the_end_whoever_speaks() -> None:
    chat = Chat.start(Character("Bob")).say("hi")
    reply, line = Turn.of(Role.CHARACTER, "Hello, {{user}} "), Turn.of(Role.PERSON, "")
    assert build_prompt(chat, len, 200, reply).text == "<START>\nYou: hi\nBob: Hello, You"
    assert build_prompt(chat.with_reply("Hello!"), len, 200, line).text == "<START>\nYou: hi\nBob: Hello!\nYou:"


def test_the_prompt_and_the_screen_agree_on_what_macros_draw() -> None:
    bob = Character("Bob", greeting="{{// x}}{{random:a,b}} {{roll:d1000}} {{pick::c::d}} {{time}}, {{user}}")
    for seed in range(10):
        chat = Chat.start(bob, "Anna").begun_at(datetime(2026, 1, 2, tzinfo=UTC), seed)
        shown = chat.display_text(Role.CHARACTER, chat.turns[0].text, chat.turns[0].sent_at)
        assert build_prompt(chat, len, 1000).text == f"<START>\nBob: {shown.replace('Anna', 'You')}\nBob:"


def test_a_definition_keeps_its_picks_and_draws_random_values_anew_for_each_message() -> None:
    bob = Character("Bob", "{{pick:1,2,3,4,5,6,7,8}}", "{{random:1,2,3,4,5,6,7,8}}")
    chat = replace(Chat(bob), seed=3)
    personas, scenarios = set(), set()
    for number in range(20):
        chat = chat.say(str(number)).with_reply("Hm.")
        persona, scenario, *_ = build_prompt(chat, len, 10_000).text.split("\n")
        assert build_prompt(chat, len, 10_000).text.startswith(f"{persona}\n{scenario}\n")
        personas.add(persona)
        scenarios.add(scenario)
    assert len(personas) == 1
    assert len(scenarios) > 3


def test_comments_stay_out_of_every_part() -> None:
    note = "{{// n}}"
    examples = f"<START>\n{{{{user}}}}: a{note}\n{{{{comment: <START>}}}}"
    chat = Chat.start(Character("Bob", f"Kind.{note}", note, f"Hi.{note}", examples)).say("hi")
    chat = replace(chat, person_description=f"{note}Tall, says {{{{char}}}}.")
    assert build_prompt(chat, len, 1000).text == (
        "Bob's Persona: Kind.\nYou's Persona: Tall, says Bob.\n<START>\nYou: a\n<START>\nBob: Hi.\nYou: hi\nBob:"
    )


def test_a_definition_can_name_texts_of_the_chat_and_its_time() -> None:
    scenario = "{{personality}} {{persona}}, {{isodate}}: {{lastUserMessage}}"
    chat = replace(Chat.start(Character("Bob", "Kind.\nPersonality: dry", scenario)), person_description="Tall")
    text = build_prompt(chat.say("{{char}}?", sent_at=datetime(2026, 1, 2, 12)), len, 1000).text
    assert "Scenario: dry Tall, 2026-01-02: {{char}}?\n" in text
