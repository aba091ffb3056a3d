"""The chats panel: "New", a person's chats to search, open, name, delete and restore, and chats as files."""

from dataclasses import dataclass
from typing import Any, cast

import gradio as gr

from pyg_ui.library.transcripts.files import ChatFormat
from pyg_ui.ui.chats.listing import Listing
from pyg_ui.ui.chats.view import ChatsView, ListsView
from pyg_ui.ui.events import in_a_row
from pyg_ui.ui.theme.theme import rows_script
from pyg_ui.ui.translations import label

_FORMATS = (
    ("SillyTavern", ChatFormat.SILLYTAVERN), ("Pygmalion", ChatFormat.PYGMALION), ("Markdown", ChatFormat.MARKDOWN),
)  # fmt: skip


@dataclass(frozen=True)
class ChatsPanel:
    """The components of the view, and those beside it."""

    view: ChatsView
    search: gr.Textbox
    listing: gr.State
    form: gr.Dropdown
    export: gr.Button
    exported: gr.Textbox
    upload: gr.UploadButton
    visitor: gr.BrowserState
    """What the browser remembers."""

    @property
    def drawn_from(self) -> dict[str, Any]:
        """What the lists are drawn from, by name."""
        return {"query": self.search, "listing": self.listing}

    @property
    def outputs(self) -> list[gr.components.Component]:
        """What the browser is to remember, and the components of the view."""
        return list(in_a_row(ListsView(visitor=self.visitor, view=self.view)))


def build_chats_panel(visitor: gr.BrowserState, *, has_hub_login: bool, is_public: bool) -> ChatsPanel:
    """Lay out the panel, without any chats yet. Who signs in with Hugging Face has the same chats everywhere.

    A public page says how much it keeps.
    """
    if has_hub_login:
        gr.LoginButton(size="sm", elem_id="hub-login")
    script = rows_script("chats.js")
    new = gr.HTML("", elem_id="new")
    search = gr.Textbox(
        label=label("chats.search"), show_label=False, placeholder=label("chats.search"), container=False,
        max_lines=1, max_length=200, elem_id="history-search",
    )  # fmt: skip
    faces = gr.HTML("", visible="hidden", elem_id="faces")
    chats = gr.HTML("", elem_id="history-chats", js_on_load=script)
    more = gr.Button(label("chats.more"), size="sm", visible=False, elem_id="history-more")
    with gr.Accordion(label("chats.manage"), open=False, elem_id="history-manage"):
        title = gr.Textbox(
            label=label("chats.title"), placeholder=label("chats.title_hint"), max_lines=1, max_length=200,
            interactive=False, elem_id="history-title",
        )  # fmt: skip
        with gr.Row(elem_id="history-files"):
            form = gr.Dropdown(
                [*_FORMATS, (label("chats.format_text"), ChatFormat.TEXT)],
                value=ChatFormat.SILLYTAVERN, label=label("chats.format"), show_label=False,
                container=False, filterable=False, min_width=120, elem_id="history-format",
            )  # fmt: skip
            export = gr.Button(label("chats.export"), size="sm", min_width=80, elem_id="history-export")
        upload = gr.UploadButton(
            cast(str, label("chats.import")),  # Gradio translates it all the same
            size="sm",
            file_types=[".json", ".jsonl"],
            elem_id="history-import",
        )
        with gr.Accordion(label("chats.trash"), open=False, elem_id="history-trash"):
            if is_public:
                gr.Markdown(label("chats.kept_in_public"), elem_classes=["remark"], elem_id="kept-in-public")
            trash = gr.HTML("", js_on_load=script)
    view = ChatsView(new=new, chats=chats, more=more, title=title, trash=trash, faces=faces)
    exported = gr.Textbox(visible=False)
    return ChatsPanel(view, search, gr.State(Listing()), form, export, exported, upload, visitor)
