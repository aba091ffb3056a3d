"""The character panel: who the model is asked to be, what it is told beside that, and how the person is called.

Edits take effect on the next message. Everything that the fields say belongs to the chat on the screen; what becomes
of it in the library is `character_library`'s business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role
from pyg_ui.ui.character.fields import line_field, number_field, text_field
from pyg_ui.ui.character.lorebook.layout import (
    LorebookFields,
    LorebookView,
    build_lorebook,
    lorebook_view,
    read_lorebooks,
)
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import label

OWN_CHARACTER = Character("Stranger")
"""What a character of one's own starts from."""
MAX_NOTE_DEPTH = 100
COUNTED = ("persona", "scenario", "greeting", "example_dialogue", "your_description", "note_text", "entry_content")
"""The fields under which the number of their tokens stands."""

_TEXTS = ("persona", "scenario", "greeting", "example_dialogue")


class CharacterView(NamedTuple):
    """What the panel's fields show, in the order of its outputs."""

    character_name: Any
    your_name: Any
    persona: Any
    scenario: Any
    greeting: Any
    example_dialogue: Any
    your_description: Any
    note_text: Any
    note_depth: Any
    opened: Any
    """Says which character was opened, so that what is drawn of its card can follow."""
    lorebook: LorebookView

    @property
    def values(self) -> tuple[Any, ...]:
        """The same, with the lorebook's own in a row."""
        return (*(getattr(self, name) for name in _OWN), *self.lorebook)


_OWN = tuple(name for name in CharacterView._fields if name != "lorebook")


@dataclass(frozen=True)
class CharacterPanel:
    """The components, under the names of the view."""

    character_name: gr.Textbox
    your_name: gr.Textbox
    persona: gr.Textbox
    scenario: gr.Textbox
    greeting: gr.Textbox
    example_dialogue: gr.Textbox
    your_description: gr.Textbox
    note_text: gr.Textbox
    note_depth: gr.Number
    opened: gr.Textbox
    lorebook: LorebookFields

    @property
    def fields(self) -> dict[str, gr.components.Component]:
        """Everything that is read, by name."""
        return {name: getattr(self, name) for name in _OWN} | self.lorebook.fields

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components in the view's order."""
        return [*(getattr(self, name) for name in _OWN), *self.lorebook.outputs]

    @property
    def edits(self) -> list[Any]:
        """The events after which the fields say something else."""
        written = [each for each in self.fields.values() if isinstance(each, gr.Textbox | gr.Number)]
        return [*(each.blur for each in written if each is not self.opened), *self.lorebook.edits]


def build_character_fields(character: Character) -> CharacterPanel:
    """Lay out the fields, showing a character."""
    name = line_field("character_name", character.name, max_length=2000)
    your_name = line_field("your_name", "You", max_length=2000)
    texts = {
        key: text_field(key, getattr(character, key), lines)
        for key, lines in zip(_TEXTS, (6, 3, 3, 4), strict=True)
    }  # fmt: skip
    with gr.Accordion(
        label("character.you_and_note"), open=False, elem_classes=["editor-group"], elem_id="note-editor"
    ):
        your_description = text_field("your_description", "", 3)
        note_text = text_field("note_text", "", 2)
        note_depth = number_field("note_depth", AuthorsNote("").depth, 0, MAX_NOTE_DEPTH)
    with gr.Accordion(
        label("character.lorebook"), open=False, elem_classes=["editor-group"], elem_id="lorebook-editor"
    ):
        lorebook = build_lorebook()
    return CharacterPanel(
        name, your_name, **texts, your_description=your_description, note_text=note_text, note_depth=note_depth,
        opened=gr.Textbox("", visible="hidden", label="opened"), lorebook=lorebook,
    )  # fmt: skip


def begun_anew(chat: Chat) -> Chat:
    """Another chat with the same character and person, its greetings and lorebooks."""
    first = chat.turns[0].versions if chat.turns and chat.turns[0].role is Role.CHARACTER else ()
    others = [each.text for each in first if each.origin is None and each.text != chat.character.greeting]
    return replace(
        Chat.start(chat.character, chat.person_name, others),
        person_description=chat.person_description,
        lorebooks=chat.lorebooks,
    )


def read_chat(chat: Chat, fields: Mapping[str, Any]) -> Chat:
    """The chat with what the fields say now. Raises CharacterError for a blank name."""
    read = replace(
        chat.with_character(read_character(fields), fields["your_name"] or ""),
        person_description=fields["your_description"] or "",
        note=_read_note(fields),
        lorebooks=read_lorebooks(chat.lorebooks, fields),
    )
    return chat if read == chat else read


def read_character(fields: Mapping[str, Any]) -> Character:
    """The character that the fields describe. Raises CharacterError for a blank name."""
    return Character(fields["character_name"] or "", **{name: fields[name] or "" for name in _TEXTS})


def character_view(session: Session) -> tuple[Any, ...]:
    """The fields for the chat on the screen, in the order of the outputs."""
    chat, character = session.chat, session.chat.character
    note = chat.note or AuthorsNote("")
    return CharacterView(
        character_name=character.name,
        your_name=chat.person_name,
        **{name: getattr(character, name) for name in _TEXTS},
        your_description=chat.person_description,
        note_text=note.text,
        note_depth=note.depth,
        opened=_mark(session.opened),
        lorebook=lorebook_view(chat.lorebooks, can_restore=session.removed_entry is not None),
    ).values


def _mark(character: Character) -> str:
    return hashlib.sha256(repr(character).encode()).hexdigest()


def _read_note(fields: Mapping[str, Any]) -> AuthorsNote | None:
    text, depth = fields["note_text"] or "", fields["note_depth"]
    if not text.strip():
        return None
    return AuthorsNote(text, AuthorsNote(text).depth if depth is None else min(max(int(depth), 0), MAX_NOTE_DEPTH))
