"""The fields in which a character is written, and how many tokens stand in them.

Labels and hints come from the page's words: a field called `persona` is labelled `character.persona`.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from pyg_ui.engine.manager import ModelManager
from pyg_ui.ui.translations import label, say

MAX_TEXT_CHARACTERS = 100_000
"""Far more than any context holds, and little enough to count."""


def line_field(name: str, value: str = "", *, max_length: int) -> gr.Textbox:
    """A field of one line."""
    return gr.Textbox(value, lines=1, max_lines=1, max_length=max_length, **_described(name))


def text_field(name: str, value: str, lines: int, max_length: int = MAX_TEXT_CHARACTERS) -> gr.Textbox:
    """A field that grows with its text."""
    return gr.Textbox(
        value, lines=lines, max_lines=lines + 6, max_length=max_length, elem_classes=["counted"], **_described(name)
    )


def number_field(name: str, value: float, minimum: int, maximum: int, precision: int | None = 0) -> gr.Number:
    """A field for a number; with a `precision` of 0 a whole one."""
    return gr.Number(
        value, label=label(f"character.{name}"), info=label(f"character.{name}_hint"), precision=precision,
        minimum=minimum, maximum=maximum, elem_id=_id(name), interactive=True,
    )  # fmt: skip


def token_counts(models: ModelManager, texts: tuple[str | None, ...], language: str) -> list[Any]:
    """For each text the update that says how many tokens it has; none where it is empty or no model serves."""
    engine = models.engine if models.status.is_ready else None
    counts = [engine.count_tokens(text.strip()) if engine and text else 0 for text in texts]
    return [gr.update(info=say("character.tokens", language, count=f"{n:,}") if n else "") for n in counts]


def _described(name: str) -> dict[str, Any]:
    return {
        "label": label(f"character.{name}"), "placeholder": label(f"character.{name}_hint"),
        "elem_id": _id(name), "interactive": True,
    }  # fmt: skip


def _id(name: str) -> str:
    return name.replace("_", "-")
