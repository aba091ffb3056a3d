"""What the free text panel shows: the text, a line about it, and which buttons can be used."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.engine.engine import FinishReason
from pyg_ui.service.free_text import FreeText
from pyg_ui.ui.translations import figure, say


@dataclass(slots=True)
class FreeTextState:
    """What one visitor writes; changed in place."""

    past: list[str] = field(default_factory=list)
    """The text before each time the model wrote on, oldest first."""


class FreeTextView(NamedTuple):
    """For each part of the panel its component, or what a handler shows in it."""

    text: Any
    note: Any
    write: Any
    stop: Any
    undo: Any


def free_text_view(
    state: FreeTextState, text: str | None = None, note: str | None = None, *, is_writing: bool = False
) -> FreeTextView:
    """The panel while the model writes, or while it does not. Without `text` or `note` these stay as they are."""
    return FreeTextView(
        text=gr.skip() if text is None else text,
        note=gr.skip() if note is None else note_html(note),
        write=gr.update(interactive=not is_writing),
        stop=gr.update(interactive=is_writing),
        undo=gr.skip() if is_writing else gr.update(interactive=bool(state.past)),
    )


def update_view(state: FreeTextState, update: FreeText, language: str) -> FreeTextView:
    """The panel with what the model has written so far, or has finished."""
    if update.finish is None:
        return free_text_view(state, update.text, say("free_text.writing", language), is_writing=True)
    timings = update.finish.timings
    number, speed = figure(timings.num_new_tokens, language), figure(timings.tokens_per_s, language, 1)
    parts = [say("free_text.written", language, number=number, speed=speed)]
    if update.finish.reason is FinishReason.END_OF_TEXT:
        parts.append(say("free_text.ended", language))
    if update.has_looped:
        parts.append(say("model.looped", language))
    if update.num_unread_tokens:
        parts.append(say("free_text.unread", language, number=figure(update.num_unread_tokens, language)))
    return free_text_view(state, update.text, " · ".join(parts))


def note_html(text: str) -> str:
    """The line under the text."""
    return f'<p class="quiet" role="status">{text}</p>'
