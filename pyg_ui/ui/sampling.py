"""The sampling panel: one field for each declared parameter, presets, and the way back to the defaults.

Everything it shows comes from the declarations; what the values do is the engine's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.engine.parameters import DECLARATIONS, Declaration, Group, SamplingParameters
from pyg_ui.library.presets import Preset
from pyg_ui.ui.events import QUICK

OPEN_GROUPS = (Group.LENGTH, Group.SAMPLING)
"""The groups that need no click to be seen."""
_OWN_NOTE = "Your own settings."


@dataclass(frozen=True)
class SamplingPanel:
    """The components; `fields` has one for each declaration, by the parameter's name."""

    preset: gr.Dropdown
    note: gr.Markdown
    reset: gr.Button
    fields: dict[str, gr.Slider | gr.Number]

    @property
    def outputs(self) -> list[gr.components.Component]:
        """What a preset fills in: the dropdown, its note and the fields in the order of the declarations."""
        return [self.preset, self.note, *(self.fields[d.name] for d in DECLARATIONS)]


def build_sampling_panel(presets: Sequence[Preset]) -> SamplingPanel:
    """Lay out the panel at the defaults."""
    start = _find(presets, SamplingParameters())
    preset = gr.Dropdown(
        [p.name for p in presets],
        value=start.name if start else None,
        label="Preset",
        elem_id="preset",
        filterable=False,
        interactive=True,
    )
    note = gr.Markdown(start.note if start else _OWN_NOTE, elem_id="preset-note")
    fields: dict[str, gr.Slider | gr.Number] = {}
    for group in Group:
        members = [d for d in DECLARATIONS if d.group is group]
        with gr.Accordion(group.value, open=group in OPEN_GROUPS, elem_classes=["sampling-group"]):
            fields |= {declared.name: _field(declared) for declared in members}
    reset = gr.Button("Reset to defaults", size="sm", elem_id="reset-sampling")
    return SamplingPanel(preset, note, reset, fields)


def wire_sampling(presets: Sequence[Preset], sampling: SamplingPanel) -> None:
    """Presets fill the fields, and the fields name the preset they show."""

    def choose(name: str | None) -> list[Any]:
        return fill(presets, name)

    def reset() -> list[Any]:
        return fill(presets, None)

    def name_settings(**fields: Any) -> tuple[str | None, str]:
        return recognise(presets, fields)

    sampling.preset.input(choose, [sampling.preset], sampling.outputs, **QUICK)
    sampling.reset.click(reset, None, sampling.outputs, **QUICK)
    fields = sampling.fields.values()
    gr.on(
        [*(field.input for field in fields), *(field.release for field in fields if isinstance(field, gr.Slider))],
        name_settings,
        None,
        [sampling.preset, sampling.note],
        inputs_kwargs=sampling.fields,
        trigger_mode="always_last",
        preprocess=False,  # or a number half typed, out of its range for a moment, would raise a notice
        **QUICK,
    )


def read_parameters(fields: Mapping[str, Any]) -> SamplingParameters:
    """The parameters that the fields show. Raises ParameterError, which names the parameter."""
    return SamplingParameters(**{declared.name: fields[declared.name] for declared in DECLARATIONS})


def fill(presets: Sequence[Preset], name: str | None) -> list[Any]:
    """The panel's outputs for a preset; for an unknown name, the defaults."""
    chosen = {preset.name: preset for preset in presets}.get(name or "")
    parameters = chosen.parameters if chosen else SamplingParameters()
    shown = chosen or _find(presets, parameters)
    values = [getattr(parameters, declared.name) for declared in DECLARATIONS]
    return [shown.name if shown else None, shown.note if shown else _OWN_NOTE, *values]


def recognise(presets: Sequence[Preset], fields: Mapping[str, Any]) -> tuple[str | None, str]:
    """The name and note of the preset that the fields show, if they show one."""
    values = [fields[declared.name] for declared in DECLARATIONS]
    for preset in presets:
        if values == [getattr(preset.parameters, declared.name) for declared in DECLARATIONS]:
            return preset.name, preset.note
    return None, _OWN_NOTE


def neutral_marks() -> str:
    """Style rules that put a tick on each slider's track where the parameter changes nothing."""
    return "\n".join(
        f"#{_element_id(declared)} {{ --neutral: {_neutral_place(declared):.4f} }}"
        for declared in DECLARATIONS
        if declared.neutral is not None and not _is_number_box(declared)
    )


def _find(presets: Sequence[Preset], parameters: SamplingParameters) -> Preset | None:
    return next((preset for preset in presets if preset.parameters == parameters), None)


def _field(declared: Declaration) -> gr.Slider | gr.Number:
    common: dict[str, Any] = {
        "value": declared.default, "label": declared.label, "info": declared.help,
        "elem_id": _element_id(declared), "interactive": True,
    }  # fmt: skip
    if _is_number_box(declared):
        return gr.Number(precision=0, **common)
    has_mark = declared.neutral is not None
    return gr.Slider(
        declared.slider_minimum,
        declared.slider_maximum,
        step=declared.step,
        elem_classes=["has-neutral"] if has_mark else [],
        **common,
    )


def _is_number_box(declared: Declaration) -> bool:
    # A slider cannot hit one seed among two thousand million.
    return declared.name == "seed"


def _element_id(declared: Declaration) -> str:
    return f"sampling-{declared.name.replace('_', '-')}"


def _neutral_place(declared: Declaration) -> float:
    assert declared.neutral is not None
    return (declared.neutral - declared.slider_minimum) / (declared.slider_maximum - declared.slider_minimum)
