"""The components of the character editor: the fields in tabs, and beside them the preview.

Knows neither what the fields say nor what the library holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote
from pyg_ui.library.cards.files import CardFormat
from pyg_ui.ui.character.backdrop import BackdropView, backdrop_html
from pyg_ui.ui.character.fields import COUNTED, line_field, number_field, text_field
from pyg_ui.ui.character.lorebook.layout import build_lorebook
from pyg_ui.ui.character.open_card import OpenCard
from pyg_ui.ui.character.own_lorebooks.layout import OwnLorebooksPanel, build_own_lorebooks, build_panel
from pyg_ui.ui.form.character import MAX_NOTE_DEPTH, CharacterFields
from pyg_ui.ui.translations import label

# Tells that something was typed, soon after the last letter and again and again meanwhile: a call of the server at each
# letter would hold up the typing.
_TYPED = """{
  const PAUSE_MS = 250, LONGEST_MS = 1000;
  let timer = 0, since = 0;
  const tell = () => { since = 0; trigger('select'); };
  document.addEventListener('input', (event) => {
    if (!event.target.closest?.('#editor, #you')) return;
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(tell, Math.min(PAUSE_MS, Math.max(since + LONGEST_MS - Date.now(), 0)));
  });
}"""
_NUM_LINES = {"persona": 12, "scenario": 3, "greeting": 6, "example_dialogue": 14}
_MAX_NAME_CHARACTERS = 2000


@dataclass(frozen=True)
class CharacterPanel:
    """The components, under the names of the views."""

    open_card: gr.State
    portrait: gr.HTML
    save: gr.Button
    rename: gr.Button
    duplicate: gr.Button
    change_portrait: gr.UploadButton
    backdrop: BackdropView
    change_backdrop: gr.UploadButton
    naming: gr.Column
    new_name: gr.Textbox
    confirm: gr.Button
    fields: CharacterFields
    alternate_greetings: gr.Textbox
    add_entry: gr.Button
    remove_entry: gr.Button
    own_lorebooks: OwnLorebooksPanel
    exports: dict[CardFormat, gr.Button]
    cost: gr.HTML
    preview: gr.HTML
    typed: gr.HTML
    """Invisible; its event tells that something was typed."""
    download: gr.Textbox
    """The file that the browser is to save; never visible."""

    @property
    def edited(self) -> dict[str, Any]:
        """The fields of the edited card, by name."""
        return self.fields.inputs | {"alternate_greetings": self.alternate_greetings}

    @property
    def counted(self) -> list[Any]:
        """The fields that show the number of their tokens."""
        return [self.edited[name] for name in COUNTED]


def build_backdrop() -> gr.HTML:
    """The picture behind the chat."""
    return gr.HTML(backdrop_html(None), elem_id="backdrop")


def build_typing() -> gr.HTML:
    """What tells that something was typed, in the editor or in the sheet about the person. It stands in neither."""
    return gr.HTML("", visible="hidden", js_on_load=_TYPED)


def build_character_panel(
    character: Character, person: Mapping[str, Any], backdrop: gr.HTML, typed: gr.HTML
) -> CharacterPanel:
    """Lay out the editor, showing a character. The fields about the person are elsewhere."""
    fields: dict[str, Any] = {**person, "opened": gr.Textbox("", visible="hidden", label="opened")}
    built: dict[str, Any] = {}
    with gr.Row(elem_id="editor-columns"):
        with gr.Column(elem_id="editor-fields"):
            with gr.Row(elem_id="editor-head"):
                name = line_field("character_name", character.name, max_length=_MAX_NAME_CHARACTERS)
                fields["character_name"], built["save"] = name, _button("save", variant="primary")
            with gr.Tabs(elem_id="editor-tabs"):
                _build_tabs(character, fields, built)
        with gr.Column(elem_id="editor-side"):
            built["cost"] = gr.HTML("", elem_id="editor-cost")
            built["preview"] = gr.HTML("", elem_id="editor-preview")
    buttons = {name: built.pop(name) for name in ("remove", "restore")}
    return CharacterPanel(
        gr.State(OpenCard()), **built, typed=typed, fields=CharacterFields(**fields),
        backdrop=BackdropView(picture=backdrop, **buttons), download=gr.Textbox(visible="hidden", label="download"),
    )  # fmt: skip


def _build_tabs(character: Character, fields: dict[str, Any], built: dict[str, Any]) -> None:
    def text(name: str) -> None:
        fields[name] = text_field(name, getattr(character, name), _NUM_LINES[name])

    with _tab("persona"):
        text("persona")
        text("scenario")
    with _tab("examples"):
        text("example_dialogue")
    with _tab("greetings"):
        text("greeting")
        built["alternate_greetings"] = text_field("alternate_greetings", "", 6)
    with _tab("lorebook"), gr.Column(elem_id="lorebook-editor"):
        own, fields["book"] = build_own_lorebooks()
        fields["lorebook"], built["add_entry"], built["remove_entry"] = build_lorebook()
        built["own_lorebooks"] = build_panel(own)
    with _tab("note"):
        fields["note_text"] = text_field("note_text", "", 4)
        fields["note_depth"] = number_field("note_depth", AuthorsNote("").depth, 0, MAX_NOTE_DEPTH)
    with _tab("picture"):
        _build_picture(built)


def _build_picture(built: dict[str, Any]) -> None:
    with gr.Row(elem_id="portrait-row"):
        built["portrait"] = gr.HTML("", elem_id="portrait")
        with gr.Column(elem_id="picture-actions"):
            built["change_portrait"] = _upload("change_portrait")
            built["change_backdrop"] = _upload("change_backdrop")
            built["remove"] = _button("remove_backdrop", visible=False)
            built["restore"] = _button("restore_backdrop", visible=False)
    with gr.Row(elem_id="character-actions"):
        built["duplicate"], built["rename"] = _button("duplicate"), _button("rename", interactive=False)
    with gr.Column(visible=False, elem_id="character-naming") as built["naming"]:
        built["new_name"] = gr.Textbox(
            label=label("character.new_name"), max_lines=1, max_length=_MAX_NAME_CHARACTERS, elem_id="new-name",
            interactive=True,
        )  # fmt: skip
        built["confirm"] = _button("confirm_name", variant="primary")
    gr.Markdown(label("character.take_out"), elem_classes=["remark"])
    with gr.Row(elem_id="take-out"):
        built["exports"] = {form: _button(f"export_{form.name.lower()}") for form in CardFormat}


def _tab(name: str) -> gr.Tab:
    return gr.Tab(label(f"character.tab_{name}"), id=name, elem_id=f"tab-{name}")


def _upload(name: str) -> gr.UploadButton:
    words = cast(str, label(f"character.{name}"))  # Gradio translates it all the same
    return gr.UploadButton(words, file_types=["image"], size="sm", min_width=60, elem_id=name.replace("_", "-"))


def _button(name: str, **options: Any) -> gr.Button:
    elem_id = f"{name.replace('_', '-')}-character"
    return gr.Button(label(f"character.{name}"), elem_id=elem_id, size="sm", min_width=60, **options)
