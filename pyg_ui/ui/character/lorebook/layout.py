"""The components of the lorebook editor, which shows one entry of a lorebook at a time."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from pyg_ui.dialogue.lorebook import DEFAULT_DEPTH, KeyLogic, Position
from pyg_ui.ui.character.fields import line_field, number_field, text_field
from pyg_ui.ui.form.lorebook import RECURSION_SWITCHES, SWITCHES, LorebookFields
from pyg_ui.ui.translations import label

MAX_ORDER = 100_000
_MAX_KEYS_CHARACTERS = 4000
_LOGIC = {
    KeyLogic.AND_ANY: "lore_and_any",
    KeyLogic.AND_ALL: "lore_and_all",
    KeyLogic.NOT_ANY: "lore_not_any",
    KeyLogic.NOT_ALL: "lore_not_all",
}
_PLACES = {
    Position.BEFORE: "lore_before",
    Position.AFTER: "lore_after",
    Position.EXAMPLES_TOP: "lore_examples_top",
    Position.EXAMPLES_BOTTOM: "lore_examples_bottom",
    Position.AT_DEPTH: "lore_at_depth",
    Position.NOTE_TOP: "lore_note_top",
    Position.NOTE_BOTTOM: "lore_note_bottom",
    Position.OUTLET: "lore_outlet",
}


def build_lorebook() -> tuple[LorebookFields, gr.Button, gr.Button]:
    """Lay out the editor of a book without entries. Returns also the buttons that add and remove an entry."""
    entry = gr.Dropdown(
        [], value=None, label=label("character.entry"), elem_id="entry", filterable=False, interactive=True
    )
    with gr.Row():
        add = _button("add_entry")
        remove = _button("remove_entry")
    restore = _button("restore_entry", visible=False)
    fields = LorebookFields(
        entry,
        entry_name=line_field("entry_name", max_length=200),
        entry_keys=text_field("entry_keys", "", 2, _MAX_KEYS_CHARACTERS),
        entry_secondary=text_field("entry_secondary", "", 1, _MAX_KEYS_CHARACTERS),
        entry_logic=_dropdown("entry_logic", _LOGIC, KeyLogic.AND_ANY),
        entry_content=text_field("entry_content", "", 3),
        entry_switches=gr.CheckboxGroup(
            [(label(f"character.{key}"), name) for name, key in SWITCHES.items()],
            value=["is_enabled"], label=label("character.entry_switches"), elem_id="entry-switches", interactive=True,
        ),
        entry_position=_dropdown("entry_position", _PLACES, Position.BEFORE),
        entry_order=number_field("entry_order", 0, -MAX_ORDER, MAX_ORDER, precision=None),
        **_rarely_used(),
        shown=gr.Textbox("", visible="hidden", label="shown"),
        restore=restore,
    )  # fmt: skip
    return fields, add, remove


def _rarely_used() -> dict[str, gr.components.Component]:
    with gr.Accordion(label("character.entry_more"), open=False, elem_id="entry-more"):
        return {
            "entry_depth": number_field("entry_depth", DEFAULT_DEPTH, 0, MAX_ORDER),
            "entry_probability": number_field("entry_probability", 100, 0, 100, precision=None),
            "entry_recursion": gr.CheckboxGroup(
                [(label(f"character.{key}"), name) for name, key in RECURSION_SWITCHES.items()],
                value=[], label=label("character.entry_recursion"), elem_id="entry-recursion", interactive=True,
            ),
        }  # fmt: skip


def _dropdown(name: str, choices: Mapping[Any, str], value: str) -> gr.Dropdown:
    listed = [(label(f"character.{key}"), str(choice)) for choice, key in choices.items()]
    return gr.Dropdown(
        listed, value=str(value), label=label(f"character.{name}"), elem_id=name.replace("_", "-"), filterable=False,
        interactive=True,
    )  # fmt: skip


def _button(name: str, **options: Any) -> gr.Button:
    return gr.Button(label(f"character.{name}"), size="sm", min_width=60, elem_id=name.replace("_", "-"), **options)
