"""The components of a person's own lorebooks. Knows nothing of what they do."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.library.lorebooks.written import LorebookFormat
from pyg_ui.library.store.lorebooks import MAX_NAME_CHARACTERS
from pyg_ui.ui.character.own_lorebooks.view import OwnLorebooksView
from pyg_ui.ui.theme.theme import rows_script
from pyg_ui.ui.translations import label

SUFFIXES = (".json", ".lorebook", ".png")
"""The suffixes of files that may hold a lorebook. The content decides what a file is."""
_FORMATS = (("Character Card V3", LorebookFormat.V3), ("SillyTavern", LorebookFormat.SILLYTAVERN))


@dataclass(frozen=True)
class OwnLorebooksPanel:
    """The components of the view, and those that no view changes."""

    view: OwnLorebooksView
    create: gr.Button
    confirm: gr.Button
    form: gr.Dropdown
    export: gr.Button
    files: gr.File
    download: gr.Textbox
    """The file that the browser is to save; never visible."""


def build_own_lorebooks() -> tuple[dict[str, Any], gr.Dropdown]:
    """Lay out the switches, the choice of the lorebook to edit and what can be done with it.

    Returns the components by name, to be completed by `build_panel`, and the choice.
    """
    built: dict[str, Any] = {}
    built["switched_on"] = gr.CheckboxGroup(
        [], value=[], label=label("books.on"), info=label("books.on_hint"), visible=False, elem_id="lorebooks-on",
        interactive=True,
    )  # fmt: skip
    built["hint"] = gr.Markdown(label("books.none"), elem_id="lorebooks-hint", elem_classes=["remark"])
    built["files"] = gr.File(
        label=label("books.bring_in"), file_count="multiple", file_types=list(SUFFIXES), height=44,
        elem_id="bring-in-lorebooks", elem_classes=["drop-zone"], interactive=True,
    )  # fmt: skip
    with gr.Row(elem_classes=["lorebook-buttons"]):
        built["create"], built["undo_delete"] = _button("create"), _button("undo_delete", visible=False)
    book = gr.Dropdown(
        [("", "")], value="", label=label("books.edited"), elem_id="lorebook", filterable=False, interactive=True
    )
    with gr.Row(elem_classes=["lorebook-buttons"]):
        built["keep"] = _button("keep", visible=False)
        built["give"] = _button("give", visible=False)
        built["rename"] = _button("rename", visible=False)
        built["delete"] = _button("delete", visible=False)
    with gr.Column(visible=False, elem_id="lorebook-naming") as built["naming"]:
        built["new_name"] = gr.Textbox(
            label=label("books.new_name"), max_lines=1, max_length=MAX_NAME_CHARACTERS, elem_id="lorebook-name",
            interactive=True,
        )  # fmt: skip
        built["confirm"] = _button("confirm_name", variant="primary")
    return built, book


def build_panel(built: dict[str, Any]) -> OwnLorebooksPanel:
    """Lay out the export and the trash, below the entries, and return the whole panel."""
    with gr.Row(elem_id="lorebook-files"):
        form = gr.Dropdown(
            list(_FORMATS), value=LorebookFormat.V3, label=label("chats.format"), show_label=False, container=False,
            filterable=False, min_width=140, elem_id="lorebook-format",
        )  # fmt: skip
        export = gr.Button(label("chats.export"), size="sm", min_width=76, elem_id="export-lorebook")
    with gr.Accordion(label("books.trash"), open=False, elem_classes=["editor-group"], elem_id="lorebook-trash"):
        trash = gr.HTML("", js_on_load=rows_script("chats.js"))
    view = OwnLorebooksView(trash=trash, **{name: built[name] for name in OwnLorebooksView._fields if name in built})
    return OwnLorebooksPanel(
        view, built["create"], built["confirm"], form, export, built["files"],
        download=gr.Textbox(visible="hidden", label="download"),
    )  # fmt: skip


def _button(name: str, **options: Any) -> gr.Button:
    elem_id = f"{name.replace('_', '-')}-lorebook"
    return gr.Button(label(f"books.{name}"), elem_id=elem_id, size="sm", min_width=60, **options)
