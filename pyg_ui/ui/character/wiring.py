"""The whole character panel: the library above, the fields below, and their events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.library.cards.files import CardFormat
from pyg_ui.ui.character.fields import text_field
from pyg_ui.ui.character.files import SUFFIXES, CharacterFiles
from pyg_ui.ui.character.gallery import ON_LOAD
from pyg_ui.ui.character.handlers import CharacterLibrary, Shelf
from pyg_ui.ui.character.layout import COUNTED, build_character_fields
from pyg_ui.ui.character.lorebook.handlers import add_entry, remove_entry, restore_entry, show_entry
from pyg_ui.ui.character.open_card import Desk
from pyg_ui.ui.chat.layout import ChatPanel
from pyg_ui.ui.downloads import SAVE_IN_BROWSER
from pyg_ui.ui.events import AGAIN, IN_BROWSER, QUICK
from pyg_ui.ui.form.character import CharacterFields
from pyg_ui.ui.translations import label


@dataclass(frozen=True)
class LibraryPanel:
    """The components around the fields."""

    desk: gr.State
    search: gr.Textbox
    gallery: gr.HTML
    create: gr.Button
    files: gr.File
    fields: CharacterFields
    portrait: gr.HTML
    change_portrait: gr.UploadButton
    alternate_greetings: gr.Textbox
    save: gr.Button
    duplicate: gr.Button
    delete: gr.Button
    undo_delete: gr.Button
    exports: dict[CardFormat, gr.Button]
    download: gr.Textbox
    """What the browser is to save; never seen."""

    @property
    def shelf(self) -> list[gr.components.Component]:
        """The components in the order of Shelf."""
        return [getattr(self, name) for name in Shelf._fields]


def build_character_panel(character: Character) -> LibraryPanel:
    """Lay out the panel, showing a character."""
    search = gr.Textbox(
        label=label("character.search"), placeholder=label("character.search"), show_label=False, container=False,
        max_lines=1, max_length=200, elem_id="find-character", interactive=True,
    )  # fmt: skip
    gallery = gr.HTML('<div class="gallery"></div>', elem_id="gallery", js_on_load=ON_LOAD)
    with gr.Row(elem_id="library-actions"):
        create = _button("create")
        undo_delete = _button("undo_delete", visible=False)
    files = gr.File(
        label=label("character.bring_in"), file_count="multiple", file_types=list(SUFFIXES), height=56,
        elem_id="bring-in", elem_classes=["drop-zone"], interactive=True,
    )  # fmt: skip
    with gr.Row(elem_id="portrait-row"):
        portrait = gr.HTML("", elem_id="portrait")
        with gr.Row(elem_id="character-actions"):
            save = _button("save", variant="primary")
            duplicate = _button("duplicate")
            change_portrait = gr.UploadButton(
                label("character.change_portrait"),  # type: ignore[arg-type]  # translated like every label
                file_types=["image"],
                size="sm",
                min_width=60,
                elem_id="change-portrait",
            )
            delete = _button("delete", interactive=False)
    fields = build_character_fields(character)
    with gr.Accordion(
        label("character.more_greetings"), open=False, elem_classes=["editor-group"], elem_id="greetings"
    ):
        alternate_greetings = text_field("alternate_greetings", "", 4)
    exporting = gr.Accordion(label("character.take_out"), open=False, elem_classes=["editor-group"], elem_id="take-out")
    with exporting, gr.Row():
        exports = {form: _button(f"export_{form.name.lower()}") for form in CardFormat}
    return LibraryPanel(
        desk=gr.State(Desk()), search=search, gallery=gallery, create=create, files=files,
        fields=fields, portrait=portrait, change_portrait=change_portrait, alternate_greetings=alternate_greetings,
        save=save, duplicate=duplicate, delete=delete, undo_delete=undo_delete, exports=exports,
        download=gr.Textbox(visible="hidden", label="download"),
    )  # fmt: skip


def wire_character(
    library: CharacterLibrary,
    files: CharacterFiles,
    state: gr.State,
    panel: LibraryPanel,
    chat: ChatPanel,
    replies: Sequence[Any],
) -> list[Any]:
    """The panel's events. Those that begin another chat end the `replies`; returns those that change a chat."""
    desk, fields = panel.desk, panel.fields
    both = [*chat.outputs, *fields.outputs]
    form: dict[str, Any] = fields.fields | {"alternate_greetings": panel.alternate_greetings}
    counted: list[Any] = [fields.fields[name] for name in COUNTED]
    shelf = [state, desk, panel.search]
    leaving: dict[str, Any] = {"cancels": list(replies)} | QUICK

    fields.opened.change(
        library.follow, [*shelf, *counted], [panel.alternate_greetings, *panel.shelf, *counted], **QUICK
    )
    lengths = [field.blur for field in counted]
    gr.on(lengths, library.count, [state, *counted], counted, **AGAIN)
    panel.search.input(library.search, shelf, panel.shelf, **AGAIN)
    for button, handler in ((panel.save, library.save), (panel.duplicate, library.duplicate)):
        button.click(handler, shelf, panel.shelf, inputs_kwargs=form, **QUICK)
    for button, act in ((panel.delete, library.delete), (panel.undo_delete, library.undo_delete)):
        button.click(act, shelf, panel.shelf, **QUICK)
    for card_format, button in panel.exports.items():
        take_out = files.taking_out(card_format)
        taken = button.click(take_out, [state, desk], [panel.download], inputs_kwargs=form, **QUICK)
        taken.then(None, [panel.download], [panel.download], js=SAVE_IN_BROWSER, **IN_BROWSER)
    panel.change_portrait.upload(files.change_portrait, [state, desk, panel.change_portrait], [panel.portrait], **QUICK)

    book = fields.lorebook
    entry = book.outputs
    book.entry.input(show_entry, [state, book.entry], entry, **QUICK)
    return [
        panel.gallery.select(library.open, [state, desk], both, **leaving),
        panel.create.click(library.create, [state, desk], both, **leaving),
        panel.files.upload(files.bring_in, [state, desk, panel.files], [panel.files, *both], **leaving),
        panel.alternate_greetings.blur(library.greet, [state, desk, panel.alternate_greetings], both, **QUICK),
        book.add.click(
            add_entry, [state], [*chat.outputs, *entry], inputs_kwargs=dict[str, Any](fields.fields), **QUICK
        ),
        *(
            button.click(change, [state, book.entry], [*chat.outputs, *entry], **QUICK)
            for button, change in ((book.remove, remove_entry), (book.restore, restore_entry))
        ),
    ]


def _button(name: str, **options: Any) -> gr.Button:
    elem_id = f"{name.replace('_', '-')}-character"
    return gr.Button(label(f"character.{name}"), elem_id=elem_id, size="sm", min_width=60, **options)
