"""The components of the free text panel: the box, a line about it, and the buttons."""

from dataclasses import dataclass

import gradio as gr

from pyg_ui.ui.tools.free_text.view import FreeTextState, FreeTextView, note_html
from pyg_ui.ui.translations import label

MAX_CHARACTERS = 100_000


@dataclass(frozen=True)
class FreeTextPanel:
    """The components of the view, and the state."""

    state: gr.State
    view: FreeTextView


def build_free_text_panel() -> FreeTextPanel:
    """Lay out the tab, empty."""
    with gr.Tab(label("tools.free_text"), id="free-text"):
        text = gr.Textbox(
            label=label("free_text.text"), placeholder=label("free_text.placeholder"), info=label("free_text.help"),
            lines=14, max_lines=22, max_length=MAX_CHARACTERS, elem_id="free-text",
        )  # fmt: skip
        note = gr.HTML(note_html(""), elem_id="free-text-note")
        with gr.Row(elem_classes=["buttons"]):
            write = gr.Button(label("free_text.write"), variant="primary", size="sm", elem_id="free-text-write")
            stop = gr.Button(label("tools.stop"), size="sm", elem_id="free-text-stop", interactive=False)
            undo = gr.Button(label("free_text.undo"), size="sm", elem_id="free-text-undo", interactive=False)
        return FreeTextPanel(gr.State(FreeTextState()), FreeTextView(text, note, write=write, stop=stop, undo=undo))
