"""Builds the text and number fields of the character panel.

A field called `persona` is labelled by the translations `character.persona` and `character.persona_hint`.
"""

from typing import Any

import gradio as gr

from pyg_ui.ui.translations import label

MAX_TEXT_CHARACTERS = 100_000
"""Far more than any context holds, and few enough to count their tokens."""

COUNTED = ("persona", "scenario", "greeting", "alternate_greetings", "example_dialogue", "note_text", "entry_content")
"""The fields that show the number of their tokens."""


def line_field(name: str, value: str = "", *, max_length: int) -> gr.Textbox:
    """A field of one line."""
    return gr.Textbox(value, lines=1, max_lines=1, max_length=max_length, **_described(name))


def text_field(name: str, value: str, lines: int, max_length: int = MAX_TEXT_CHARACTERS) -> gr.Textbox:
    """A field that grows with its text."""
    return gr.Textbox(
        value, lines=lines, max_lines=lines + 6, max_length=max_length, elem_classes=["counted"], **_described(name)
    )


def number_field(name: str, value: float, minimum: int, maximum: int, precision: int | None = 0) -> gr.Number:
    """A field for a number. With a `precision` of 0 it must be whole."""
    limits: dict[str, Any] = {"minimum": minimum, "maximum": maximum, "precision": precision}
    return gr.Number(value, **limits, **_described(name, hint="info"))


def _described(name: str, *, hint: str = "placeholder") -> dict[str, Any]:
    words = {"label": label(f"character.{name}"), hint: label(f"character.{name}_hint")}
    return words | {"elem_id": name.replace("_", "-"), "interactive": True}
