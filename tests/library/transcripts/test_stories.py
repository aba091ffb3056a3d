"""Kobold's stories in every mode: how their text is divided, and who speaks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pyg_ui.dialogue.chat import AuthorsNote, Chat
from pyg_ui.library.transcripts.files import read_chats
from tests.library.transcripts.samples import CHARACTER, PERSON, said


def story(prompt: str, *actions: Any, settings: dict[str, Any] | None = None, **more: Any) -> Chat:
    values = {"gamestarted": True, "prompt": prompt, "actions": actions, "savedsettings": settings, **more}
    return read_chats(json.dumps(values).encode(), "file.json").chats[0]


def names(chat: Chat) -> tuple[str, str]:
    return chat.character.name, chat.person_name


CHAT_MODE = {"opmode": 3, "chatname": "Anna", "chatopponent": "Odo"}
INSTRUCT_MODE = {"opmode": 4, "chatname": "Anna", "chatopponent": "Odo"}
ANSWERED = [(PERSON, "Is it deep?"), (CHARACTER, "Very.")]


@pytest.mark.parametrize(
    ("settings", "labels", "expected"),
    [
        (CHAT_MODE, ("Anna", "Odo"), ("Odo", "Anna")),
        (CHAT_MODE, ("anna", "ODO"), ("Odo", "Anna")),
        (CHAT_MODE, ("{{user}}", "{{char}}"), ("Odo", "Anna")),
        (CHAT_MODE, ("You", "Odo"), ("Odo", "You")),
        ({"opmode": 3, "chatname": "Anna", "chatopponent": ""}, ("Anna", "Odo"), ("Odo", "Anna")),
        ({"opmode": 3, "chatname": "Anna", "chatopponent": "KoboldAI"}, ("Anna", "Odo"), ("Odo", "Anna")),
        ({"opmode": 3, "chatname": "An.a (me)", "chatopponent": "O+"}, ("An.a (me)", "O+"), ("O+", "An.a (me)")),
        (None, ("You", "Odo"), ("Odo", "You")),
        (None, ("User", "Odo"), ("Odo", "User")),
    ],
)
def test_a_chat_is_divided_at_the_labels_of_those_who_speak(
    settings: Any, labels: tuple[str, str], expected: tuple[str, str]
) -> None:
    person, character = labels
    chat = story(f"\n{person}: Is it deep?\n{character}:", " Very.", settings=settings)
    assert (said(chat), names(chat)) == (ANSWERED, expected)


def test_several_characters_keep_their_names_and_the_first_is_the_chats() -> None:
    settings = {**CHAT_MODE, "chatopponent": "Odo||$||Maud"}
    chat = story("Maud: Me first.", "\nAnna: Both of us.\nOdo:", " Hop in.", settings=settings)
    assert said(chat) == [(CHARACTER, "Maud: Me first."), (PERSON, "Both of us."), (CHARACTER, "Hop in.")]
    assert names(chat) == ("Odo", "Anna")


def test_text_before_the_first_label_and_other_labels_are_kept() -> None:
    chat = story("It is dusk.\n", "Anna: Is it deep?\nNote: he nods.\nOdo: Very.\nOdo:", settings=CHAT_MODE)
    assert said(chat) == [(CHARACTER, "It is dusk."), (PERSON, "Is it deep?\nNote: he nods."), (CHARACTER, "Very.")]


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"instruct_starttag": "{{[INPUT]}}", "instruct_endtag": "{{[OUTPUT]}}"},
        {"instruct_starttag": "\\n### Instruction:\\n", "instruct_endtag": "\\n### Response:\\n"},
        {"instruct_starttag": "<|im_end|>\\n<|im_start|>user\\n", "instruct_endtag": "<|im_end|>\\n<|im_start|>it\\n"},
        {"instruct_starttag": "[INST] ", "instruct_endtag": " [/INST]", "instruct_endtag_end": "</s>"},
    ],
)
def test_instructions_are_divided_at_placeholders_and_at_the_tags_of_the_settings(tags: dict[str, str]) -> None:
    settings = {**INSTRUCT_MODE, **tags}
    marked = story("\n{{[INPUT]}}\nIs it deep?\n{{[OUTPUT]}}\n", "Very.", settings=settings)
    assert said(marked) == ANSWERED
    start, end = (
        tags.get(key, usual).replace("\\n", "\n") if "{{" not in tags.get(key, usual) else usual
        for key, usual in (("instruct_starttag", "### Instruction:"), ("instruct_endtag", "### Response:"))
    )
    written = story(f"{start.removeprefix('<|im_end|>')}Is it deep?{end}", "Very.<|im_end|>", settings=settings)
    assert said(written) == ANSWERED
    assert names(written) == ("Odo", "Anna")


def test_names_in_front_of_instructions_are_no_part_of_what_is_said() -> None:
    settings = {**INSTRUCT_MODE, "chatopponent": "Odo||$||Maud", "inject_chatnames_instruct": True}
    prompt = "{{[INPUT]}}Anna: Is it deep?{{[OUTPUT]}}Odo: Very.{{[OUTPUT]}}Maud: No.{{[OUTPUT]}}Note: yes."
    chat = story(prompt, settings=settings)
    assert said(chat) == [*ANSWERED, (CHARACTER, "Maud: No."), (CHARACTER, "Note: yes.")]


def test_what_the_system_says_first_is_the_persona_and_later_has_a_label() -> None:
    prompt = "{{[SYSTEM]}}Be brief.{{[SYSTEM_END]}}{{[OUTPUT]}}Across?{{[OUTPUT_END]}}{{[SYSTEM]}}It rains."
    chat = story(prompt, settings=INSTRUCT_MODE, memory="Odo is a ferryman.{{[INPUT]}}")
    assert said(chat) == [(CHARACTER, "Across?"), (CHARACTER, "System: It rains.")]
    assert chat.character.persona == "Odo is a ferryman.\nBe brief."


def test_instructions_are_told_by_their_placeholders_without_settings() -> None:
    chat = story("{{[INPUT]}}Is it deep?{{[OUTPUT]}}", "Very.")
    assert (said(chat), names(chat)) == (ANSWERED, ("file", "You"))


@pytest.mark.parametrize("more", [{"settings": {"opmode": 2}}, {}, {"adventure": True}, {"storymode": 1}])
def test_an_adventure_is_divided_at_the_persons_actions(more: dict[str, Any]) -> None:
    chat = story("It is dusk.", "\n\n> You call.\n\n", "He lifts the oar.\n\n> You step in.\n", " It rocks.", **more)
    assert said(chat) == [
        (CHARACTER, "It is dusk."),
        (PERSON, "You call."),
        (CHARACTER, "He lifts the oar."),
        (PERSON, "You step in."),
        (CHARACTER, "It rocks."),
    ]


def test_a_story_is_divided_at_its_paragraphs_or_else_its_actions() -> None:
    parts = ("It is", " dusk.\n\nHe", " lifts the oar.")
    assert said(story(*parts, settings={"opmode": 1})) == [(CHARACTER, "It is dusk."), (CHARACTER, "He lifts the oar.")]
    assert said(story("It is dusk.", " He lifts the oar.")) == [
        (CHARACTER, "It is dusk."),
        (CHARACTER, "He lifts the oar."),
    ]


def test_the_actions_of_koboldai_united_come_in_the_order_of_their_numbers() -> None:
    actions = {str(number): {"Selected Text": f"\nYou: {number}", "Options": []} for number in (10, 2, 1, 0)}
    values = {"file_version": 2, "prompt": "Odo: Across?", "authornote": "It rains.", "andepth": 5, "chatmode": True,
              "actions": {"action_count": 10, "actions": actions}}  # fmt: skip
    chat = read_chats(json.dumps(values).encode(), "file.json").chats[0]
    assert [text for _, text in said(chat)] == ["Across?", "0", "1", "2", "10"]
    assert chat.note == AuthorsNote("It rains.", 5)
