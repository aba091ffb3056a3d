"""The components of the preset panel: the dropdown, what is said about the choice, and the controls to save, name,
import and export. Knows nothing of what they do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.library.presets.files import SUFFIXES
from pyg_ui.library.presets.preset import MAX_NAME_CHARACTERS
from pyg_ui.library.store.presets import StoredPreset
from pyg_ui.ui.sampling.moods import LENGTHS, MOODS
from pyg_ui.ui.sampling.presets.open_preset import OpenPreset
from pyg_ui.ui.sampling.presets.view import PresetView, choices_among, choices_of, note_of
from pyg_ui.ui.translations import LANGUAGES, label, say


@dataclass(frozen=True)
class PresetPanel:
    """The components of the view, and those that no view changes."""

    opened: gr.State
    view: PresetView
    save_as: gr.Button
    cancel: gr.Button
    export: gr.Button
    download: gr.Textbox
    """What the browser is to save; never seen."""


def build_moods() -> dict[str, gr.Radio]:
    """Lay out the choices of a mood and of a length, as the first preset has them."""
    first: dict[str, tuple[str, Sequence[str]]] = {"mood": (MOODS[0], MOODS), "length": (LENGTHS[1], LENGTHS)}
    return {
        name: gr.Radio(
            choices_among(names, value), value=value, label=label(f"sampling.{name}"), elem_id=name, interactive=True,
            elem_classes=["segments"],
        )
        for name, (value, names) in first.items()
    }  # fmt: skip


def build_preset_panel(built_in: Sequence[StoredPreset], moods: dict[str, gr.Radio]) -> PresetPanel:
    """Lay out the panel with the first preset chosen. The view holds the `moods`, too."""
    first, choices = built_in[0], choices_of(built_in)
    built: dict[str, Any] = {"choices": gr.State(choices), **moods}
    built["preset"] = gr.Dropdown(
        list(choices), value=first.id, label=label("presets.preset"), elem_id="preset", filterable=False,
        interactive=True,
    )  # fmt: skip
    built["note"] = gr.Markdown(note_of(first), elem_id="preset-note")
    with gr.Row(elem_classes=["preset-buttons"]):
        built["save"], save_as = _button("save", interactive=False), _button("save_as")
    with gr.Column(visible=False, elem_id="preset-naming") as built["asking"]:
        built["name"] = gr.Textbox(
            label=label("presets.name"), max_lines=1, max_length=MAX_NAME_CHARACTERS, elem_id="preset-name",
            interactive=True,
        )  # fmt: skip
        built["hint"] = gr.Markdown(label("presets.hint_replace"), visible=False, elem_id="preset-hint")
        with gr.Row(elem_classes=["preset-buttons"]):
            built["confirm"], cancel = _button("keep", variant="primary"), _button("cancel")
    with gr.Accordion(label("presets.manage"), open=False, elem_id="preset-manage", elem_classes=["editor-group"]):
        with gr.Row(elem_classes=["preset-buttons"]):
            built |= {name: _button(name, interactive=False) for name in ("rename", "delete")}
            export = _button("export")
        restore = say("presets.restore", LANGUAGES[0], name="")
        built["restore"] = gr.Button(restore, visible=False, size="sm", elem_id="preset-restore")
        built["files"] = gr.File(
            label=label("presets.bring_in"), file_count="multiple", file_types=list(SUFFIXES), height=56,
            elem_id="preset-files", elem_classes=["drop-zone"], interactive=True,
        )  # fmt: skip
        built["report"] = gr.HTML("", elem_id="preset-report")
    return PresetPanel(
        opened=gr.State(OpenPreset(first)), view=PresetView(**built), save_as=save_as, cancel=cancel, export=export,
        download=gr.Textbox(visible="hidden", label="download"),
    )  # fmt: skip


def _button(name: str, **options: Any) -> gr.Button:
    elem_id = f"preset-{name.replace('_', '-')}"
    return gr.Button(label(f"presets.{name}"), elem_id=elem_id, size="sm", min_width=60, **options)
