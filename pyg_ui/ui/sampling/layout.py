"""The sampling panel's fields: one for each declared parameter, in its group, and the way back to the defaults.

Ranges and defaults come from the declarations, words from the translations under the parameter's name; what the values
do is the engine's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.engine.parameters import DECLARATIONS, Declaration, Group
from pyg_ui.ui.translations import label

OPEN_GROUPS = (Group.LENGTH, Group.SAMPLING)
"""The groups that need no click to be seen."""


@dataclass(frozen=True)
class SamplingPanel:
    """The components; `fields` has one for each declaration, by the parameter's name and in their order."""

    fields: dict[str, gr.Slider | gr.Number]
    reset: gr.Button


def build_sampling_panel() -> SamplingPanel:
    """Lay out the fields at the defaults."""
    fields: dict[str, gr.Slider | gr.Number] = {}
    for group in Group:
        members = [declared for declared in DECLARATIONS if declared.group is group]
        name = label(f"sampling.group_{group.name.lower()}")
        with gr.Accordion(name, open=group in OPEN_GROUPS, elem_classes=["sampling-group"]):
            fields |= {declared.name: _field(declared) for declared in members}
    reset = gr.Button(label("sampling.reset"), size="sm", elem_id="reset-sampling")
    return SamplingPanel({declared.name: fields[declared.name] for declared in DECLARATIONS}, reset)


def neutral_marks() -> str:
    """Style rules that put a tick on each slider's track where the parameter changes nothing."""
    return "\n".join(
        f"#{_element_id(declared)} {{ --neutral: {_neutral_place(declared):.4f} }}"
        for declared in DECLARATIONS
        if declared.neutral is not None and not _is_number_box(declared)
    )


def _field(declared: Declaration) -> gr.Slider | gr.Number:
    common: dict[str, Any] = {
        "value": declared.default, "label": label(f"sampling.{declared.name}"),
        "info": label(f"sampling.{declared.name}_help"), "elem_id": _element_id(declared), "interactive": True,
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
