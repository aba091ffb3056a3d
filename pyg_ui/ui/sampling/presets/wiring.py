"""The preset panel: the dropdown, what is said about the choice, and the controls to keep, name, import and export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.library.presets.files import SUFFIXES
from pyg_ui.library.presets.preset import MAX_NAME_CHARACTERS, PRESET_DECLARATIONS
from pyg_ui.library.store.presets import KeptPreset
from pyg_ui.ui.downloads import SAVE_IN_BROWSER
from pyg_ui.ui.events import AGAIN, IN_BROWSER, QUICK
from pyg_ui.ui.sampling.layout import SamplingPanel
from pyg_ui.ui.sampling.presets.choice import MarkView, PresetDesk, PresetView, WarningView, choices_of, note_of
from pyg_ui.ui.sampling.presets.files import PresetFiles
from pyg_ui.ui.sampling.presets.handlers import PresetLibrary
from pyg_ui.ui.translations import LANGUAGES, label, say

# Where a name is asked for, it can be typed at once; where none is any more, the next thing is at hand.
_FOCUS = """() => requestAnimationFrame(() => requestAnimationFrame(() => {
  const name = document.querySelector('#preset-name :is(input, textarea)');
  (name ?? document.getElementById('preset-save-as')).focus();
  name?.select();
}))"""


@dataclass(frozen=True)
class PresetPanel:
    """The components, under the names of the view, and those that only ask."""

    desk: gr.State
    preset: gr.Dropdown
    note: gr.Markdown
    save: gr.Button
    save_as: gr.Button
    asking: gr.Column
    name: gr.Textbox
    hint: gr.Markdown
    confirm: gr.Button
    cancel: gr.Button
    rename: gr.Button
    delete: gr.Button
    export: gr.Button
    restore: gr.Button
    files: gr.File
    report: gr.HTML
    """What became of the files."""
    choices: gr.State
    """The presets that the visitor may choose from; its change tells other panels."""
    download: gr.Textbox
    """What the browser is to save; never seen."""

    @property
    def changes(self) -> list[Any]:
        """The events after which the sliders may stand elsewhere."""
        return [self.preset.change, self.note.change]

    def outputs(self, view: type[PresetView] | type[MarkView] | type[WarningView] = PresetView) -> list[Any]:
        """The components in a view's order."""
        return [getattr(self, name) for name in view._fields]


def build_preset_panel(built_in: Sequence[KeptPreset]) -> PresetPanel:
    """Lay out the panel at the first preset."""
    first, choices = built_in[0], choices_of(built_in)
    preset = gr.Dropdown(
        list(choices), value=first.id, label=label("presets.preset"), elem_id="preset", filterable=False,
        interactive=True,
    )  # fmt: skip
    note = gr.Markdown(note_of(first), elem_id="preset-note")
    with gr.Row(elem_classes=["preset-buttons"]):
        save = _button("save", interactive=False)
        save_as = _button("save_as")
    with gr.Column(visible=False, elem_id="preset-naming") as asking:
        name = gr.Textbox(
            label=label("presets.name"), max_lines=1, max_length=MAX_NAME_CHARACTERS, elem_id="preset-name",
            interactive=True,
        )  # fmt: skip
        hint = gr.Markdown(label("presets.hint_replace"), visible=False, elem_id="preset-hint")
        with gr.Row(elem_classes=["preset-buttons"]):
            confirm = _button("keep", variant="primary")
            cancel = _button("cancel")
    with gr.Accordion(label("presets.manage"), open=False, elem_id="preset-manage", elem_classes=["editor-group"]):
        with gr.Row(elem_classes=["preset-buttons"]):
            rename, delete = _button("rename", interactive=False), _button("delete", interactive=False)
            export = _button("export")
        restore = gr.Button(
            say("presets.restore", LANGUAGES[0], name=""), visible=False, size="sm", elem_id="preset-restore"
        )
        files = gr.File(
            label=label("presets.bring_in"), file_count="multiple", file_types=list(SUFFIXES), height=56,
            elem_id="preset-files", elem_classes=["drop-zone"], interactive=True,
        )  # fmt: skip
        report = gr.HTML("", elem_id="preset-report")
    return PresetPanel(
        desk=gr.State(PresetDesk(first)), preset=preset, note=note, save=save, save_as=save_as, asking=asking,
        name=name, hint=hint, confirm=confirm, cancel=cancel, rename=rename, delete=delete, export=export,
        restore=restore, files=files, report=report, choices=gr.State(choices),
        download=gr.Textbox(visible="hidden", label="download"),
    )  # fmt: skip


def wire_presets(
    panel: PresetPanel, library: PresetLibrary, state: gr.State, sampling: SamplingPanel, arrived: Any
) -> None:
    """The controls call the handlers. After `arrived` it is known whose page it is."""
    files, everything = PresetFiles(library), panel.outputs()
    fields: dict[str, Any] = dict(sampling.fields)
    filled = [*everything, *(fields[declared.name] for declared in PRESET_DECLARATIONS)]
    visit = [state, panel.desk]
    # A number half typed is out of its range for a moment, which would raise a notice.
    watching: dict[str, Any] = {"inputs_kwargs": fields, "preprocess": False, **QUICK}
    reading: dict[str, Any] = {"inputs_kwargs": fields, **QUICK}

    arrived.then(library.view, visit, everything, **QUICK)
    panel.preset.input(library.choose, [*visit, panel.preset], filled, **watching)
    sampling.reset.click(library.reset, visit, [*everything, *fields.values()], **watching)
    moves = [each.input for each in fields.values()]
    moves += [each.release for each in fields.values() if isinstance(each, gr.Slider)]
    gr.on(moves, library.follow, [panel.desk], panel.outputs(MarkView), trigger_mode="always_last", **watching)
    panel.save.click(library.save, visit, everything, **reading)
    panel.delete.click(library.delete, visit, everything, **watching)
    panel.restore.click(library.restore, visit, everything, **watching)

    named = [*visit, panel.name]
    asked = (
        panel.save_as.click(library.ask_to_keep, visit, everything, **QUICK),
        panel.rename.click(library.ask_to_call, visit, everything, **QUICK),
        panel.cancel.click(library.cancel, visit, everything, **QUICK),
        gr.on([panel.confirm.click, panel.name.submit], library.confirm, named, everything, **reading),
    )
    for event in asked:
        event.then(None, None, None, js=_FOCUS, **IN_BROWSER)
    panel.name.change(library.retype, [panel.desk, panel.name], panel.outputs(WarningView), **AGAIN)

    panel.files.upload(files.bring_in, [*visit, panel.files], [panel.files, panel.report, *filled], **reading)
    taken = panel.export.click(files.take_out, visit, [panel.download], **reading)
    taken.then(None, [panel.download], [panel.download], js=SAVE_IN_BROWSER, **IN_BROWSER)


def _button(name: str, **options: Any) -> gr.Button:
    return gr.Button(
        label(f"presets.{name}"), elem_id=f"preset-{name.replace('_', '-')}", size="sm", min_width=60, **options
    )
