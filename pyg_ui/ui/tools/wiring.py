"""The tools' events."""

from __future__ import annotations

import gradio as gr

from pyg_ui.ui.chat.layout import ChatPanel
from pyg_ui.ui.events import QUICK
from pyg_ui.ui.sampling.layout import SamplingPanel
from pyg_ui.ui.tools.compare.wiring import wire_compare
from pyg_ui.ui.tools.free_text.wiring import wire_free_text
from pyg_ui.ui.tools.handlers import ToolsHandlers
from pyg_ui.ui.tools.inspector.wiring import wire_inspector
from pyg_ui.ui.tools.layout import ToolsPanel


def wire_tools(
    panel: ToolsPanel, handlers: ToolsHandlers, session: gr.State, sampling: SamplingPanel, chat: ChatPanel
) -> None:
    """The tools use the sampling panel's fields and presets; what is chosen in the comparison is drawn in the chat."""
    fields = sampling.fields
    panel.head.click(handlers.draw_head, [session], [panel.head], **QUICK)
    wire_inspector(panel.inspector, handlers.inspector, session, fields, opened=panel.head.click)
    wire_compare(panel.compare, handlers.compare, session, sampling, chat)
    wire_free_text(panel.free_text, handlers.free_text, session, fields)
