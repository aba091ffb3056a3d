"""The tools' events."""

import gradio as gr

from pyg_ui.engine.manager import ModelManager
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import QUICK
from pyg_ui.ui.live.pace import Pace
from pyg_ui.ui.tools.compare.handlers import CompareHandlers
from pyg_ui.ui.tools.compare.wiring import wire_compare
from pyg_ui.ui.tools.free_text.handlers import FreeTextHandlers
from pyg_ui.ui.tools.free_text.wiring import wire_free_text
from pyg_ui.ui.tools.handlers import ToolsHandlers
from pyg_ui.ui.tools.layout import ToolsPanel


def wire_tools(
    panel: ToolsPanel, screen: Screen, choices: gr.State, *, models: ModelManager, presets: PresetStore, pace: Pace
) -> None:
    """The tools use the sampling panel's fields, and the comparison the `choices` of presets.

    The prompt is drawn again when the sheet is opened, and when its tab is selected. All
    streams share the `pace` at which they are drawn.
    """
    handlers, visit, opened = ToolsHandlers(models), [screen.session], panel.opened.select
    shown, fields = [opened, panel.prompt_tab.select], dict(screen.sampling)
    gr.on(shown, handlers.draw_prompt, visit, [panel.prompt], inputs_kwargs=fields, **QUICK)
    wire_compare(panel.compare, CompareHandlers(models, presets, pace), screen, choices)
    wire_free_text(panel.free_text, FreeTextHandlers(models, pace), screen)
