"""The character panel: who the model is asked to be, and how the person is called.

Edits take effect on the next message. Knows chats only as what its fields describe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.ui.session import Session

OWN_CHARACTER = Character("Stranger")
"""What a character of one's own starts from."""
_OWN_LABEL = "Someone of your own"


class CharacterView(NamedTuple):
    """What the panel's fields show, in the order of the page."""

    choice: Any
    character_name: Any
    your_name: Any
    persona: Any
    scenario: Any
    greeting: Any
    example_dialogue: Any


@dataclass(frozen=True)
class CharacterPanel:
    """The components, under the names of the view."""

    choice: gr.Dropdown
    character_name: gr.Textbox
    your_name: gr.Textbox
    persona: gr.Textbox
    scenario: gr.Textbox
    greeting: gr.Textbox
    example_dialogue: gr.Textbox

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components in the view's order."""
        return [getattr(self, name) for name in CharacterView._fields]

    @property
    def fields(self) -> dict[str, gr.Textbox]:
        """The text fields by name."""
        return {name: getattr(self, name) for name in CharacterView._fields[1:]}


def build_character_panel(characters: Sequence[Character]) -> CharacterPanel:
    """Lay out the panel, showing the first character."""
    first = characters[0]
    choices = [(_label(character), index) for index, character in enumerate(characters)]
    return CharacterPanel(
        choice=gr.Dropdown(choices, value=0, label="Talk to", elem_id="character-choice", filterable=False),
        character_name=_line("Name", first.name, "character-name", "Who are they?"),
        your_name=_line("Your name", "You", "your-name", "How you are called on screen"),
        persona=_text("Persona", first.persona, "persona", "Who they are: home, trade, likes, moods…", 6),
        scenario=_text("Scenario", first.scenario, "scenario", "Where you two are, and why", 3),
        greeting=_text("Greeting", first.greeting, "greeting", "What they say first", 3),
        example_dialogue=_text(
            "Example dialogue",
            first.example_dialogue,
            "example-dialogue",
            "You: Hello!\n{{char}}: *waves* Hi there!",
            4,
        ),
    )


def read_chat(chat: Chat, fields: Mapping[str, Any]) -> Chat:
    """The chat with what the fields say now. Raises CharacterError for a blank name."""
    character = read_character(fields)
    person_name = fields["your_name"] or ""
    if (character, person_name) == (chat.character, chat.person_name):
        return chat
    return chat.with_character(character, person_name)


def read_character(fields: Mapping[str, Any]) -> Character:
    """The character that the fields describe. Raises CharacterError for a blank name."""
    texts = {name: fields[name] or "" for name in ("persona", "scenario", "greeting", "example_dialogue")}
    return Character(fields["character_name"] or "", **texts)


def character_view(session: Session, characters: Sequence[Character]) -> CharacterView:
    """The fields for the chat on the screen."""
    chat, character = session.chat, session.chat.character
    names = [candidate.name for candidate in characters]
    return CharacterView(
        choice=names.index(character.name) if character.name in names else len(names) - 1,
        character_name=character.name,
        your_name=chat.person_name,
        persona=character.persona,
        scenario=character.scenario,
        greeting=character.greeting,
        example_dialogue=character.example_dialogue,
    )


def _label(character: Character) -> str:
    return _OWN_LABEL if character == OWN_CHARACTER else character.name


def _line(label: str, value: str, elem_id: str, placeholder: str) -> gr.Textbox:
    return gr.Textbox(value, label=label, elem_id=elem_id, placeholder=placeholder, max_lines=1, interactive=True)


def _text(label: str, value: str, elem_id: str, placeholder: str, lines: int) -> gr.Textbox:
    return gr.Textbox(
        value, label=label, elem_id=elem_id, placeholder=placeholder, lines=lines, max_lines=lines + 6, interactive=True
    )
