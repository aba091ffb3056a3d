"""The sampling panel's events: the lens and the presets follow the sliders."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pyg_ui.ui.sampling.layout import SamplingPanel
from pyg_ui.ui.sampling.lens.handlers import LensHandlers
from pyg_ui.ui.sampling.lens.wiring import wire_lens
from pyg_ui.ui.sampling.presets.handlers import PresetHandlers
from pyg_ui.ui.sampling.presets.wiring import wire_presets


def wire_sampling(
    panel: SamplingPanel, lens: LensHandlers, presets: PresetHandlers, session: gr.State, *, arrived: Any, replied: Any
) -> None:
    """After the event `arrived` the visitor is known; at `replied` the chat may have changed."""
    wire_lens(panel.lens, lens, session, panel.fields, [replied, *panel.presets.changes])
    wire_presets(panel.presets, presets, session, panel.fields, panel.reset, arrived)
