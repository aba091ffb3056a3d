"""The components that say for what the settings are kept, and change it. Knows nothing of what they do."""

import gradio as gr

from pyg_ui.ui.sampling.remembered.view import RememberedView
from pyg_ui.ui.translations import LANGUAGES, label, say


def build_remembered() -> RememberedView:
    """Lay out the components for a person's usual settings."""
    place = gr.Markdown(say("remembered.everywhere", LANGUAGES[0], name=""), elem_id="remembered")
    with gr.Row(elem_classes=["preset-buttons"]):
        buttons = {name: _button(name) for name in ("for_character", "for_chat")}
        buttons["usual"] = _button("usual", visible=False)
    return RememberedView(place=place, **buttons)


def _button(name: str, *, visible: bool = True) -> gr.Button:
    is_named = name == "for_character"
    words = say("remembered.for_character", LANGUAGES[0], name="…") if is_named else label(f"remembered.{name}")
    elem_id = f"remember-{name.replace('_', '-')}"
    return gr.Button(words, elem_id=elem_id, size="sm", min_width=60, visible=visible)
