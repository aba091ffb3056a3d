"""The prompt inspector's events."""

from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import QUICK
from pyg_ui.ui.tools.inspector.handlers import InspectorHandlers
from pyg_ui.ui.tools.inspector.layout import InspectorPanel


def wire_inspector(panel: InspectorPanel, handlers: InspectorHandlers, screen: Screen, opened: Any) -> None:
    """The prompt is drawn anew when the sheet is `opened` and when its tab is selected."""
    shown = [opened, panel.tab.select]
    gr.on(shown, handlers.draw, [screen.session], [panel.prompt], inputs_kwargs=dict(screen.sampling), **QUICK)
