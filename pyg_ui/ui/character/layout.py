"""The components of the character panel: the library, the fields of the open character, and the trash.

Knows neither what the fields say nor what the library holds.
"""

from dataclasses import dataclass
from typing import Any, cast

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote
from pyg_ui.library.cards.files import CardFormat
from pyg_ui.ui.character.fields import line_field, number_field, text_field
from pyg_ui.ui.character.lorebook.layout import build_lorebook
from pyg_ui.ui.character.open_card import OpenCard
from pyg_ui.ui.character.own_lorebooks.layout import OwnLorebooksPanel, build_own_lorebooks, build_panel
from pyg_ui.ui.form.character import MAX_NOTE_DEPTH, TEXTS, CharacterFields
from pyg_ui.ui.theme.theme import FILES
from pyg_ui.ui.translations import label

SUFFIXES = (".png", ".webp", ".json", ".yaml", ".yml", ".charx", ".jpg", ".jpeg", ".lorebook", ".jsonl")
"""The suffixes of files that may hold a character or a lorebook. The content decides what a file is."""
COUNTED = ("persona", "scenario", "greeting", "example_dialogue", "your_description", "note_text", "entry_content")
"""The fields that show the number of their tokens."""
_NUM_LINES = {"persona": 6, "scenario": 3, "greeting": 3, "example_dialogue": 4}
_MAX_NAME_CHARACTERS = 2000


@dataclass(frozen=True)
class CharacterPanel:
    """The components, under the names of the views."""

    open_card: gr.State
    search: gr.Textbox
    gallery: gr.HTML
    create: gr.Button
    undo_delete: gr.Button
    files: gr.File
    portrait: gr.HTML
    save: gr.Button
    rename: gr.Button
    duplicate: gr.Button
    delete: gr.Button
    change_portrait: gr.UploadButton
    naming: gr.Column
    new_name: gr.Textbox
    confirm: gr.Button
    fields: CharacterFields
    alternate_greetings: gr.Textbox
    add_entry: gr.Button
    remove_entry: gr.Button
    own_lorebooks: OwnLorebooksPanel
    exports: dict[CardFormat, gr.Button]
    trash: gr.HTML
    download: gr.Textbox
    """The file that the browser is to save; never visible."""

    @property
    def edited(self) -> dict[str, Any]:
        """The fields of the edited card, by name."""
        return self.fields.inputs | {"alternate_greetings": self.alternate_greetings}

    @property
    def counted(self) -> list[Any]:
        """The fields that show the number of their tokens."""
        return [self.fields.inputs[name] for name in COUNTED]


def build_character_panel(character: Character) -> CharacterPanel:
    """Lay out the panel, showing a character."""
    lists = (FILES / "chats.js").read_text(encoding="utf-8")
    library, actions, naming = _build_library(lists), _build_actions(), _build_naming()
    fields = _build_fields(character)
    with _group("lorebook", "lorebook-editor"):
        own, fields["book"] = build_own_lorebooks()
        fields["lorebook"], add_entry, remove_entry = build_lorebook()
        own_lorebooks = build_panel(own)
    with _group("more_greetings", "greetings"):
        alternate_greetings = text_field("alternate_greetings", "", 4)
    with _group("take_out", "take-out"), gr.Row():
        exports = {form: _button(f"export_{form.name.lower()}") for form in CardFormat}
    with gr.Accordion(label("chats.trash"), open=False, elem_classes=["editor-group"], elem_id="character-trash"):
        trash = gr.HTML("", js_on_load=lists)
    return CharacterPanel(
        gr.State(OpenCard()), **library, **actions, **naming, fields=CharacterFields(**fields),
        alternate_greetings=alternate_greetings, add_entry=add_entry, remove_entry=remove_entry, exports=exports,
        own_lorebooks=own_lorebooks, trash=trash, download=gr.Textbox(visible="hidden", label="download"),
    )  # fmt: skip


def _build_library(script: str) -> dict[str, Any]:
    search = gr.Textbox(
        label=label("character.search"), placeholder=label("character.search"), show_label=False, container=False,
        max_lines=1, max_length=200, elem_id="find-character", interactive=True,
    )  # fmt: skip
    gallery = gr.HTML('<div class="gallery"></div>', elem_id="gallery", js_on_load=script)
    with gr.Row(elem_id="library-actions"):
        create = _button("create")
        undo_delete = _button("undo_delete", visible=False)
    files = gr.File(
        label=label("character.bring_in"), file_count="multiple", file_types=list(SUFFIXES), height=56,
        elem_id="bring-in", elem_classes=["drop-zone"], interactive=True,
    )  # fmt: skip
    return {"search": search, "gallery": gallery, "create": create, "undo_delete": undo_delete, "files": files}


def _build_actions() -> dict[str, Any]:
    with gr.Row(elem_id="portrait-row"):
        built: dict[str, Any] = {"portrait": gr.HTML("", elem_id="portrait")}
        with gr.Row(elem_id="character-actions"):
            built["save"] = _button("save", variant="primary")
            built["duplicate"] = _button("duplicate")
            built["rename"] = _button("rename", interactive=False)
            built["change_portrait"] = gr.UploadButton(
                cast(str, label("character.change_portrait")),  # Gradio translates it all the same
                file_types=["image"], size="sm", min_width=60, elem_id="change-portrait",
            )  # fmt: skip
            built["delete"] = _button("delete", interactive=False)
    return built


def _build_naming() -> dict[str, Any]:
    with gr.Column(visible=False, elem_id="character-naming") as naming:
        new_name = gr.Textbox(
            label=label("character.new_name"), max_lines=1, max_length=_MAX_NAME_CHARACTERS, elem_id="new-name",
            interactive=True,
        )  # fmt: skip
        confirm = _button("confirm_name", variant="primary")
    return {"naming": naming, "new_name": new_name, "confirm": confirm}


def _build_fields(character: Character) -> dict[str, Any]:
    built: dict[str, Any] = {
        "character_name": line_field("character_name", character.name, max_length=_MAX_NAME_CHARACTERS),
        "your_name": line_field("your_name", "You", max_length=_MAX_NAME_CHARACTERS),
        **{name: text_field(name, getattr(character, name), _NUM_LINES[name]) for name in TEXTS},
        "opened": gr.Textbox("", visible="hidden", label="opened"),
    }
    with _group("you_and_note", "note-editor"):
        built["your_description"] = text_field("your_description", "", 3)
        built["note_text"] = text_field("note_text", "", 2)
        built["note_depth"] = number_field("note_depth", AuthorsNote("").depth, 0, MAX_NOTE_DEPTH)
    return built


def _group(name: str, elem_id: str) -> gr.Accordion:
    return gr.Accordion(label(f"character.{name}"), open=False, elem_classes=["editor-group"], elem_id=elem_id)


def _button(name: str, **options: Any) -> gr.Button:
    elem_id = f"{name.replace('_', '-')}-character"
    return gr.Button(label(f"character.{name}"), elem_id=elem_id, size="sm", min_width=60, **options)
