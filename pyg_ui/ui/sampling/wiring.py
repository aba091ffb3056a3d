"""The sampling panel's events: the lens and the presets follow the sliders."""

from typing import Any

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.sampling.layout import SamplingPanel
from pyg_ui.ui.sampling.lens.handlers import LensHandlers
from pyg_ui.ui.sampling.lens.wiring import wire_lens
from pyg_ui.ui.sampling.presets.handlers import PresetHandlers
from pyg_ui.ui.sampling.presets.wiring import wire_presets


def wire_sampling(
    panel: SamplingPanel, screen: Screen, *, lens: LensHandlers, presets: PresetHandlers, arrived: Any
) -> None:
    """After the event `arrived` the visitor is known."""
    shown = panel.presets.view
    wire_lens(panel.lens, lens, screen, changes=[shown.preset.change, shown.note.change])
    wire_presets(panel.presets, presets, screen, panel.reset, arrived)
