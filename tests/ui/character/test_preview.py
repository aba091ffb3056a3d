"""The preview of a character, and the counters: what is typed is seen as the chat will show it."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role
from pyg_ui.dialogue.prompt import SegmentKind
from pyg_ui.service.cost import Cost, cost_of
from pyg_ui.ui.character.fields import COUNTED
from pyg_ui.ui.character.preview import Faces, cost_html, example_turns, preview_html
from tests.fakes import FakeEngine
from tests.ui.character.room import HOSTILE, Room

ME, WREN = Role.PERSON, Role.CHARACTER
FACES = Faces("data:image/webp;base64,AAAA", "data:image/webp;base64,BBBB")


def said(example_dialogue: str) -> list[tuple[Role, str]]:
    return list(example_turns(Chat(Character("Wren", example_dialogue=example_dialogue), "Ann")))


@pytest.mark.parametrize(
    ("written", "turns"),
    [
        ("You: Hi.\n{{char}}: *waves* Hello,\n{{user}}!", [(ME, "Hi."), (WREN, "*waves* Hello,\nAnn!")]),
        ("<START>\n{{user}}: One.\n<START>\nWren: Two.", [(ME, "One."), (WREN, ""), (WREN, "Two.")]),
        ("Just a line.\nAnn: And I?", [(WREN, "Just a line."), (ME, "And I?")]),
        ("<START>\n\n<START>", []),
        ("", []),
    ],
)  # fmt: skip
def test_example_dialogue_is_divided_among_the_speakers(written: str, turns: list[tuple[Role, str]]) -> None:
    found = said(written)
    assert [text for _, text in found] == [text for _, text in turns]
    assert [role for role, text in found if text] == [role for role, text in turns if text]


def test_greetings_and_examples_are_shown_with_their_macros_expanded() -> None:
    character = Character("Wren", greeting="Hello, {{user}}!", example_dialogue="You: Hi.\n{{char}}: *waves*")
    html = preview_html(Chat(character, "Ann"), ("Another, {{user}}?",), FACES, "en")
    assert "Hello&#44; Ann&#33;" in html
    assert "Another&#44; Ann&#63;" in html
    assert "<em>waves</em>" in html
    assert html.count("AAAA") == 1, "a portrait is in the page once"
    assert "will look" in preview_html(Chat(Character("Wren"), "Ann"), (), FACES, "en")


def test_hostile_texts_are_only_text() -> None:
    character = Character(HOSTILE, greeting=HOSTILE, example_dialogue=f"{HOSTILE}: {HOSTILE}\nYou: {HOSTILE}")
    html = preview_html(Chat(character, HOSTILE), (HOSTILE,), FACES, "en")
    assert "<script" not in html
    assert "<img" not in html


def test_the_cost_is_that_of_what_never_leaves_the_prompt() -> None:
    engine = FakeEngine()
    chat = Chat.start(Character("Wren", persona="x" * 50, scenario="y" * 20, greeting="z" * 100), "Ann")
    cost = cost_of(engine, chat)
    text = "Wren's Persona: " + "x" * 50 + "\nScenario: " + "y" * 20 + "\n<START>\nWren:"
    assert (cost.num_tokens, cost.limit, cost.largest) == (
        engine.count_tokens(text),
        engine.model.context_length,
        SegmentKind.PERSONA,
    )
    assert cost_of(engine, replace(chat, person_description="d" * 99)).largest is SegmentKind.PERSON_DESCRIPTION
    assert cost_of(engine, Chat(Character("Wren"))).num_over == 0


def test_a_cost_over_the_context_is_red_and_names_the_limit_and_what_to_shorten() -> None:
    assert "over" not in cost_html(Cost(2048, 2048, SegmentKind.PERSONA), "en")
    html = cost_html(Cost(2310, 2048, SegmentKind.EXAMPLES), "en")
    assert "2,310 of 2,048 tokens: shorten the example dialogue by 262" in html
    assert 'class="cost over"' in html
    for kind in SegmentKind:
        assert "prompt." not in cost_html(Cost(2, 1, kind), "de"), "every part has a word"


def test_everything_typed_is_counted_and_previewed_at_once(room: Room) -> None:
    room.click("bundled-wren")
    preview, cost, *counts = room.type(persona="four", scenario=" ", greeting="Ahoy, {{user}}!")
    shown = dict(zip(COUNTED, counts, strict=True))
    assert (shown["persona"], shown["scenario"]) == (gr.update(info="4 tokens"), gr.update(info=""))
    assert "Ahoy&#44; Ann&#33;" in preview
    assert "tokens" in cost
    preview, cost, *counts = room.type(character_name="")
    assert (preview, cost) == (gr.skip(), gr.skip()), "a name is being typed"
