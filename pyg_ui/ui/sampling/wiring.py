"""The sampling panel's events: the lens and the presets follow the sliders."""

from typing import Any

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.sampling.layout import SamplingPanel
from pyg_ui.ui.sampling.lens.handlers import LensHandlers
from pyg_ui.ui.sampling.lens.wiring import wire_lens
from pyg_ui.ui.sampling.presets.wiring import Dropped, wire_presets
from pyg_ui.ui.sampling.remembered.handlers import RememberedHandlers
from pyg_ui.ui.sampling.remembered.wiring import wire_remembered


def wire_sampling(
    panel: SamplingPanel, screen: Screen, *, lens: LensHandlers, remembered: RememberedHandlers, dropped: Dropped
) -> list[Any]:
    """Wire the parts of the panel. Returns the events after which the chat must be saved."""
    shown = panel.presets.view
    wire_lens(panel.lens, lens, screen, changes=[shown.preset.change, shown.note.change, shown.mood.change])
    wire_presets(panel.presets, remembered.presets, screen, panel.reset, dropped)
    return wire_remembered(panel.remembered, remembered, panel.presets, screen)
