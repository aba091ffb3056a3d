"""The components of the sheet about the person. Knows nothing of what they do."""

from dataclasses import dataclass
from typing import Any, cast

import gradio as gr

from pyg_ui.library.store.personas import MAX_NAME_CHARACTERS
from pyg_ui.ui.character.fields import line_field, text_field
from pyg_ui.ui.personas.view import PersonasView
from pyg_ui.ui.theme.theme import rows_script
from pyg_ui.ui.translations import label


@dataclass(frozen=True)
class PersonasPanel:
    """The components of the view, and those beside it."""

    view: PersonasView
    opened: gr.HTML
    """Tells that the sheet was opened."""
    your_name: gr.Textbox
    your_description: gr.Textbox
    save_as: gr.Button
    change_picture: gr.UploadButton

    @property
    def fields(self) -> dict[str, Any]:
        """The fields about the person, by name."""
        return {"your_name": self.your_name, "your_description": self.your_description}


def build_personas(opened: gr.HTML) -> PersonasPanel:
    """Lay out the sheet without any personas yet."""
    lists = rows_script("chats.js")
    gr.Markdown(label("personas.hint"), elem_classes=["remark"])
    tiles = gr.HTML("", elem_id="personas", js_on_load=lists)
    your_name = line_field("your_name", "You", max_length=MAX_NAME_CHARACTERS)
    your_description = text_field("your_description", "", 5)
    with gr.Row(elem_id="persona-actions"):
        save = _button("save", interactive=False, variant="primary")
        save_as = _button("save_as")
        change_picture = gr.UploadButton(
            cast(str, label("personas.change_picture")),  # Gradio translates it all the same
            file_types=["image"], size="sm", min_width=60, elem_id="change-picture-persona",
        )  # fmt: skip
        default = _button("default", interactive=False)
        delete = _button("delete", interactive=False)
    with gr.Accordion(label("chats.trash"), open=False, elem_id="persona-trash"):
        trash = gr.HTML("", js_on_load=lists)
    view = PersonasView(tiles, trash, save, default, delete)
    return PersonasPanel(view, opened, your_name, your_description, save_as, change_picture)


def _button(name: str, **options: Any) -> gr.Button:
    elem_id = f"{name.replace('_', '-')}-persona"
    return gr.Button(label(f"personas.{name}"), elem_id=elem_id, size="sm", min_width=60, **options)
