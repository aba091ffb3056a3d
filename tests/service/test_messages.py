"""A client's messages as a chat: who speaks, what describes the character, and what stands between the turns."""

from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Role, Turn
from pyg_ui.dialogue.prompt import build_prompt
from pyg_ui.errors import InputError
from pyg_ui.service.messages import ChatMessage, Conversation, Speaker, conversation_of

NARRATOR, PERSON, CHARACTER, TOOL = Speaker.NARRATOR, Speaker.PERSON, Speaker.CHARACTER, Speaker.TOOL


def conversation(*messages: tuple[Any, ...], **options: Any) -> Conversation:
    said = [ChatMessage(*message) for message in messages]
    return conversation_of(said, {"Wren": Character("Wren", "A bird.", greeting="Tweet.")}, "Assistant", **options)


def prompt(*messages: tuple[Any, ...], **options: Any) -> str:
    talk = conversation(*messages, **options)
    return build_prompt(talk.chat, len, 10_000, talk.begun).text


def test_instructions_before_the_conversation_are_the_persona_and_later_ones_stay_where_they_are() -> None:
    assert prompt(
        (NARRATOR, "Kind."), (NARRATOR, "A baker."), (PERSON, "Hi"), (NARRATOR, "[It rains.]"), (CHARACTER, "Hello."),
        (PERSON, "Bread?"), (NARRATOR, "Be brief, {{char}}."),
    ) == (
        "Assistant's Persona: Kind.\nA baker.\n<START>\nYou: Hi\n[Author's note: It rains.]\nAssistant: Hello.\n"
        "You: Bread?\n[Author's note: Be brief, Assistant.]\nAssistant:"
    )  # fmt: skip


def test_a_blank_instruction_leaves_nothing() -> None:
    assert prompt((PERSON, "Hi"), (NARRATOR, " []\n")) == "<START>\nYou: Hi\nAssistant:"


@pytest.mark.parametrize(
    ("messages", "name"),
    [
        ([(NARRATOR, "You are Bob."), (PERSON, "Hi")], "Bob"),
        ([(NARRATOR, "You are Bob."), (PERSON, "Hi"), (CHARACTER, "Hm.", "Zed"), (PERSON, "Hi")], "Zed"),
        ([(NARRATOR, "You are Bob.", "Zed"), (PERSON, "Hi")], "Zed"),
        ([(PERSON, "Hi"), (NARRATOR, "[Write the next reply only as Bob.]")], "Bob"),
        ([(NARRATOR, "Hi", "example_assistant"), (PERSON, "You are Bob.")], "Assistant"),
    ],
)
def test_the_character_is_named_by_messages_then_by_instructions(messages: list[Any], name: str) -> None:
    assert conversation(*messages).chat.character.name == name


def test_the_person_is_named_by_messages_then_by_instructions() -> None:
    told = (NARRATOR, "Write Bob's next reply in a fictional chat between Bob and Anna.")
    assert conversation(told, (PERSON, "Hi")).chat.person_name == "Anna"
    assert conversation(told, (PERSON, "Hi", "Zed")).chat.person_name == "Zed"
    assert conversation((PERSON, "Hi")).chat.person_name == "You"


def test_a_last_message_of_the_character_is_continued() -> None:
    said = [(PERSON, "Hi"), (CHARACTER, "Hello, I am ", "Bob")]
    talk = conversation(*said)
    assert talk.begun == Turn.of(Role.CHARACTER, "Hello, I am ")
    assert prompt(*said) == "<START>\nYou: Hi\nBob: Hello, I am"
    assert prompt(*said, continues=False) == "<START>\nYou: Hi\nBob: Hello, I am\nBob:"
    assert prompt((CHARACTER, "Once")) == "<START>\nAssistant: Once"
    assert prompt((PERSON, "Hi"), (CHARACTER, " ")) == "<START>\nYou: Hi\nAssistant:"


def test_an_instruction_before_a_continued_message_stands_before_it() -> None:
    assert prompt((PERSON, "Hi"), (NARRATOR, "Rain."), (CHARACTER, "Well")) == (
        "<START>\nYou: Hi\n[Author's note: Rain.]\nAssistant: Well"
    )


def test_the_persons_message_is_continued_only_where_that_is_asked() -> None:
    assert prompt((CHARACTER, "Hi"), (PERSON, "I want"), continues=True) == "<START>\nAssistant: Hi\nYou: I want"
    assert prompt((PERSON, "I want")) == "<START>\nYou: I want\nAssistant:"
    with pytest.raises(InputError, match="assistant or user"):
        conversation((PERSON, "Hi"), (NARRATOR, "Rain."), continues=True)


def test_an_instruction_to_write_as_the_person_gives_them_the_next_turn() -> None:
    told = (NARRATOR, "Write Bob's next reply in a fictional chat between Bob and Anna.")
    nudge = (NARRATOR, "[Write your next reply from the point of view of Anna, using the chat so far.]")
    assert prompt(told, (PERSON, "Hi"), (CHARACTER, "Hello."), nudge).endswith("so far.]\nYou:")


def test_what_tools_say_is_text_with_their_name() -> None:
    assert prompt((PERSON, "Rain?"), (TOOL, '{"city": "Ulm"}', "call of weather"), (TOOL, "12 °C", "weather")) == (
        '<START>\nYou: Rain?\n[call of weather: {"city": "Ulm"}]\n[weather: 12 °C]\nAssistant:'
    )
    assert prompt((TOOL, "12"), (PERSON, "Hi")) == "<START>\n[tool: 12]\nYou: Hi\nAssistant:"


def test_example_messages_are_example_dialogue() -> None:
    assert prompt(
        (NARRATOR, "Kind."), (NARRATOR, "[Example Chat]"), (NARRATOR, "Hm?", "example_user"),
        (NARRATOR, "Bread!", "example_assistant"), (NARRATOR, "[Start a new Chat]"), (PERSON, "Hi"),
    ) == "Assistant's Persona: Kind.\n<START>\nYou: Hm?\nAssistant: Bread!\n<START>\nYou: Hi\nAssistant:"  # fmt: skip
    assert prompt((NARRATOR, "Kind."), (NARRATOR, "[Start a new Chat]"), (PERSON, "Hi")) == (
        "Assistant's Persona: Kind.\n<START>\nYou: Hi\nAssistant:"
    )


def test_a_known_character_keeps_its_name_and_greets_only_where_it_has_not_spoken() -> None:
    assert prompt((NARRATOR, "You are Bob."), (PERSON, "Hi"), character_name="Wren") == (
        "Wren's Persona: A bird.\nYou are Bob.\n<START>\nWren: Tweet.\nYou: Hi\nWren:"
    )
    assert prompt((CHARACTER, "Tw"), character_name="Wren") == "Wren's Persona: A bird.\n<START>\nWren: Tw"


def test_old_directions_are_dropped_with_the_turns_around_them() -> None:
    messages = [each for i in range(20) for each in ((NARRATOR, f"note {i:2}"), (PERSON, f"said {i:2}"))]
    chat = conversation((PERSON, "first"), *messages, (NARRATOR, "last")).chat
    shortened = build_prompt(chat, len, 300)
    assert shortened.num_tokens <= 300
    num_kept = len(chat.turns) - shortened.num_dropped_turns
    assert 1 < num_kept < 20
    assert shortened.text.count("[Author's note: note") == shortened.text.count("You: said") == num_kept
    assert shortened.text.endswith("You: said 19\n[Author's note: last]\nAssistant:")


MAIN = (NARRATOR, "Write Bob's next reply in a fictional chat between Bob and Anna.")
CONTINUE = (NARRATOR, "[Continue your last message without repeating its original content.]")
NOTE = "[Author's note: Continue your last message without repeating its original content.]"


def test_an_instruction_to_continue_makes_the_last_message_the_beginning_of_the_next_turn() -> None:
    said = [(PERSON, "Hi"), (CHARACTER, "Hello, I"), CONTINUE]
    assert prompt(*said) == f"<START>\nYou: Hi\n{NOTE}\nAssistant: Hello, I"
    assert prompt(*said, (NARRATOR, "Be brief.")).endswith("[Author's note: Be brief.]\nAssistant: Hello, I")
    assert prompt((PERSON, "I want"), CONTINUE) == f"<START>\n{NOTE}\nYou: I want"
    assert prompt(*said, continues=False).endswith(f"Assistant: Hello, I\n{NOTE}\nAssistant:")
    assert prompt((PERSON, "Hi"), (CHARACTER, ""), CONTINUE) == f"<START>\nYou: Hi\n{NOTE}\nAssistant:"
    assert prompt(CONTINUE).endswith("<START>\nAssistant:")


def test_the_persons_turn_may_be_asked_for_before_the_last_instruction() -> None:
    nudge = (NARRATOR, "[Write your next reply from the point of view of Anna, using the chat so far.]")
    assert prompt(MAIN, (PERSON, "Hi"), nudge, (NARRATOR, "Be brief.")).endswith("Be brief.]\nYou:")


def test_names_in_front_of_texts_are_not_doubled() -> None:
    assert prompt(
        MAIN, (NARRATOR, "Anna: Hm?", "example_user"), (NARRATOR, "Bob: Bread!", "example_assistant"),
        (CHARACTER, "Bob: Hello."), (PERSON, "Anna: Hi, Bob: tea?"), (CHARACTER, "Bob: Note: yes"),
    ) == (
        "Bob's Persona: Write Bob's next reply in a fictional chat between Bob and Anna.\n<START>\nYou: Hm?\n"
        "Bob: Bread!\nBob: Hello.\nYou: Hi, Bob: tea?\nBob: Note: yes"
    )  # fmt: skip
    assert prompt((PERSON, "Anna: Hi")) == "<START>\nYou: Anna: Hi\nAssistant:", "who speaks is not known"
    assert prompt(MAIN, (PERSON, "Hi"), (CHARACTER, "Bob:")).endswith("You: Hi\nBob:")


def test_what_others_of_a_group_say_is_not_said_by_the_character() -> None:
    asked = (NARRATOR, "[Write the next reply only as Bob.]")
    said = "<START>\n[Carl: Ahoy.]\nYou: Hi\nBob: Yes?\n[Carl: No.]\n"
    assert prompt(
        (CHARACTER, "Ahoy.", "Carl"), (PERSON, "Hi"), (CHARACTER, "Yes?", "Bob"), (CHARACTER, "No.", "Carl"), asked
    ) == f"{said}[Author's note: Write the next reply only as Bob.]\nBob:"  # fmt: skip
    told = (NARRATOR, "Write Bob's next reply in a fictional chat between Bob, Carl and Anna.")
    members = (NARRATOR, "[Start a new group chat. Group members: Bob, Carl]")
    texts = [(CHARACTER, "Carl: Ahoy."), (PERSON, "Hi"), (CHARACTER, "Bob: Yes?"), (CHARACTER, "Carl: No.")]
    assert prompt(told, members, *texts) == f"Bob's Persona: {told[1]}\n{said}Bob:"
    with pytest.raises(InputError, match="assistant or user"):
        conversation(told, members, *texts, continues=True)


def test_a_name_that_was_made_fit_for_a_field_is_the_one_that_the_instructions_tell() -> None:
    main = (NARRATOR, "Write Dr. Höß's next reply in a fictional chat between Dr. Höß and Mr. Fox.")
    chat = conversation(main, (PERSON, "Hi", "Mr__Fox"), (CHARACTER, "Hm.", "Dr__H__"), (PERSON, "So?")).chat
    assert (chat.character.name, chat.person_name) == ("Dr. Höß", "Mr. Fox")


def test_a_divider_in_the_persons_role_is_no_message_of_theirs() -> None:
    said = [(NARRATOR, "Kind."), (PERSON, "[Start a new chat]"), (CHARACTER, "Hello."), (PERSON, "Hi")]
    assert prompt(*said) == "Assistant's Persona: Kind.\n<START>\nAssistant: Hello.\nYou: Hi\nAssistant:"
