"""What the free text panel shows: the text, a line about it, and which buttons can be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.engine.engine import FinishReason
from pyg_ui.service.free_text import FreeText
from pyg_ui.ui.translations import say


@dataclass(slots=True)
class Manuscript:
    """What one visitor writes; changed in place."""

    past: list[str] = field(default_factory=list)
    """The text before each time the model wrote on, oldest first."""


class FreeTextView(NamedTuple):
    """The panel, in the order of its outputs."""

    text: Any
    note: Any
    write: Any
    stop: Any
    undo: Any


def idle_view(manuscript: Manuscript, text: Any = None, note: str | None = None) -> FreeTextView:
    """The panel while nothing is being written. Without `text` or `note` these stay as they are."""
    return FreeTextView(
        text=gr.skip() if text is None else text,
        note=gr.skip() if note is None else note_html(note),
        write=gr.update(interactive=True),
        stop=gr.update(interactive=False),
        undo=gr.update(interactive=bool(manuscript.past)),
    )


def writing_view(note: str, text: str | None = None) -> FreeTextView:
    """The panel while the model writes. Without `text` it stays as it is."""
    return FreeTextView(
        text=gr.skip() if text is None else text,
        note=note_html(note),
        write=gr.update(interactive=False),
        stop=gr.update(interactive=True),
        undo=gr.skip(),
    )


def update_view(manuscript: Manuscript, update: FreeText, language: str) -> FreeTextView:
    """The panel with what the model has written so far, or has finished."""
    if update.finish is None:
        return writing_view(say("free_text.writing", language), update.text)
    timings = update.finish.timings
    number, speed = f"{timings.num_new_tokens:,}", f"{timings.tokens_per_s:,.1f}"
    parts = [say("free_text.written", language, number=number, speed=speed)]
    if update.finish.reason is FinishReason.END_OF_TEXT:
        parts.append(say("free_text.ended", language))
    if update.num_unread_tokens:
        parts.append(say("free_text.unread", language, number=f"{update.num_unread_tokens:,}"))
    return idle_view(manuscript, update.text, " · ".join(parts))


def note_html(text: str) -> str:
    """The line under the text."""
    return f'<p class="quiet" role="status">{text}</p>'
