"""The prompt inspector's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from pyg_ui.ui.events import QUICK
from pyg_ui.ui.tools.inspector.handlers import InspectorHandlers
from pyg_ui.ui.tools.inspector.layout import InspectorPanel


def wire_inspector(
    panel: InspectorPanel,
    handlers: InspectorHandlers,
    session: gr.State,
    fields: Mapping[str, gr.Slider | gr.Number],
    opened: Any,
) -> None:
    """The prompt is drawn anew when the sheet is `opened` and when its tab is selected."""
    gr.on([opened, panel.tab.select], handlers.draw, [session], [panel.prompt], inputs_kwargs=dict(fields), **QUICK)
