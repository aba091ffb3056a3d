"""The components of the sampling panel: mood and length, where they are kept, the lens, and everything else.

Everything else are the presets, and a field for each declared parameter in its group. They are folded away at first.

Ranges and defaults come from the declarations, words from the translations under the parameter's name. What a
parameter does is the engine's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import gradio as gr

from pyg_ui.engine.declarations import Declaration, TextsDeclaration
from pyg_ui.engine.parameters import EVERY_DECLARATION
from pyg_ui.library.store.presets import StoredPreset
from pyg_ui.ui.chat.layout import SamplingField
from pyg_ui.ui.form.sampling import shown_value
from pyg_ui.ui.sampling.lens.layout import LensPanel, build_lens_panel
from pyg_ui.ui.sampling.presets.layout import PresetPanel, build_moods, build_preset_panel
from pyg_ui.ui.sampling.remembered.layout import build_remembered
from pyg_ui.ui.sampling.remembered.view import RememberedView
from pyg_ui.ui.translations import label


@dataclass(frozen=True)
class SamplingPanel:
    """The components."""

    lens: LensPanel
    remembered: RememberedView
    presets: PresetPanel
    fields: dict[str, SamplingField]
    """One for each declaration, by the parameter's name and in their order."""
    reset: gr.Button


def build_sampling_panel(built_in: Sequence[StoredPreset]) -> SamplingPanel:
    """Lay out the panel with the fields at their defaults."""
    moods, remembered, lens = build_moods(), build_remembered(), build_lens_panel()
    fields: dict[str, SamplingField] = {}
    with gr.Accordion(label("sampling.advanced"), open=False, elem_id="advanced"):
        presets = build_preset_panel(built_in, moods)
        for group, members in groupby(EVERY_DECLARATION, key=lambda declared: declared.group):
            name = f"group_{group.name.lower()}"
            with gr.Accordion(label(f"sampling.{name}"), open=False, elem_id=name, elem_classes=["sampling-group"]):
                gr.Markdown(label(f"sampling.{name}_help"), elem_classes=["group-help"])
                fields |= {declared.name: _field(declared) for declared in members}
        reset = gr.Button(label("sampling.reset"), size="sm", elem_id="reset-sampling")
    return SamplingPanel(lens=lens, remembered=remembered, presets=presets, fields=fields, reset=reset)


def _field(declared: Declaration | TextsDeclaration) -> SamplingField:
    common: dict[str, Any] = {
        "value": shown_value(declared.default), "label": label(f"sampling.{declared.name}"),
        "info": label(f"sampling.{declared.name}_help"), "interactive": True,
        "elem_id": f"sampling-{declared.name.replace('_', '-')}",
    }  # fmt: skip
    if isinstance(declared, TextsDeclaration):
        return gr.Textbox(lines=3, max_lines=len(declared.words) or 8, **common)
    if declared.name == "seed":  # a slider cannot hit one number among two thousand million
        return gr.Number(precision=0, **common)
    classes = ["has-neutral"] if declared.neutral is not None else []
    low, high = declared.slider_minimum, declared.slider_maximum
    return gr.Slider(low, high, step=declared.step, elem_classes=classes, **common)
