"""The components of the gallery. Knows neither the library nor what the buttons do."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.ui.gallery.view import SORTS, GalleryChoice, GalleryView
from pyg_ui.ui.theme.theme import rows_script
from pyg_ui.ui.translations import label


@dataclass(frozen=True)
class GalleryPanel:
    """The components of the view, and those that it never changes."""

    view: GalleryView
    choice: gr.State
    search: gr.Textbox
    sort: gr.Dropdown
    create: gr.Button
    opened: gr.HTML
    """Tells that the gallery was opened."""

    @property
    def listing(self) -> dict[str, Any]:
        """What the gallery is drawn from, by name."""
        return {"choice": self.choice, "query": self.search, "sort": self.sort}


def build_gallery(opened: gr.HTML) -> tuple[GalleryPanel, gr.Row]:
    """Lay out the gallery without characters. Returns also the row that has room for the way in for files."""
    script, lists = (rows_script(name) for name in ("gallery.js", "chats.js"))
    with gr.Row(elem_id="gallery-bar"):
        search = gr.Textbox(
            label=label("gallery.search"), placeholder=label("gallery.search"), show_label=False, container=False,
            max_lines=1, max_length=200, elem_id="find-character", interactive=True, min_width=180,
        )  # fmt: skip
        sort = gr.Dropdown(
            [(label(f"gallery.sort_{name}"), name) for name in SORTS], value=SORTS[0], label=label("gallery.sort"),
            show_label=False, container=False, filterable=False, interactive=True, elem_id="sort-characters",
            min_width=140,
        )  # fmt: skip
        create = gr.Button(
            label("gallery.create"), variant="primary", size="sm", min_width=120, elem_id="create-character",
            elem_classes=["opens-editor"],
        )  # fmt: skip
    row = gr.Row(elem_id="gallery-files")
    tags = gr.HTML("", elem_id="gallery-tags", js_on_load=script)
    undo_delete = gr.Button(
        label("gallery.undo_delete"), size="sm", visible=False, min_width=60, elem_id="undo-delete-character"
    )
    tiles = gr.HTML("", elem_id="gallery-tiles", js_on_load=script)
    more = gr.Button(label("gallery.more"), size="sm", visible=False, elem_id="more-characters")
    with gr.Accordion(label("chats.trash"), open=False, elem_id="character-trash"):
        trash = gr.HTML("", js_on_load=lists)
    download = gr.Textbox(visible="hidden", label="download")
    view = GalleryView(tags, tiles, more, undo_delete, trash, download)
    return GalleryPanel(view, gr.State(GalleryChoice()), search, sort, create, opened), row
