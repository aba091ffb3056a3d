"""The character panel: who the model is asked to be, what it is told beside that, and how the person is called.

Edits take effect on the next message. Everything that the fields say belongs to the chat on the screen; what becomes
of it in the library is `character_library`'s business.
"""

from __future__ import annotations

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote
from pyg_ui.ui.character.fields import line_field, number_field, text_field
from pyg_ui.ui.character.lorebook.layout import build_lorebook
from pyg_ui.ui.form.character import MAX_NOTE_DEPTH, TEXTS, CharacterFields
from pyg_ui.ui.translations import label

OWN_CHARACTER = Character("Stranger")
"""What a character of one's own starts from."""
COUNTED = ("persona", "scenario", "greeting", "example_dialogue", "your_description", "note_text", "entry_content")
"""The fields under which the number of their tokens stands."""


def build_character_fields(character: Character) -> CharacterFields:
    """Lay out the fields, showing a character."""
    name = line_field("character_name", character.name, max_length=2000)
    your_name = line_field("your_name", "You", max_length=2000)
    texts = {
        key: text_field(key, getattr(character, key), lines)
        for key, lines in zip(TEXTS, (6, 3, 3, 4), strict=True)
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
    return CharacterFields(
        name, your_name, **texts, your_description=your_description, note_text=note_text, note_depth=note_depth,
        opened=gr.Textbox("", visible="hidden", label="opened"), lorebook=lorebook,
    )  # fmt: skip
