"""The components of the tools: prompt inspector, comparison and free text, in a sheet over the page."""

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from pyg_ui.library.store.presets import StoredPreset
from pyg_ui.ui.tools.compare.layout import ComparePanel, build_compare_panel
from pyg_ui.ui.tools.free_text.layout import FreeTextPanel, build_free_text_panel
from pyg_ui.ui.translations import label


@dataclass(frozen=True)
class ToolsPanel:
    """The components."""

    opened: gr.HTML
    """Tells that the sheet was opened."""
    prompt_tab: gr.Tab
    prompt: gr.HTML
    compare: ComparePanel
    free_text: FreeTextPanel


def build_tools_panel(opened: gr.HTML, built_in: Sequence[StoredPreset]) -> ToolsPanel:
    """Lay out a tab for each tool."""
    with gr.Tabs(elem_id="tool-tabs"):
        with gr.Tab(label("tools.prompt"), id="prompt") as prompt_tab:
            prompt = gr.HTML("", elem_id="prompt")
        compare, free_text = build_compare_panel(built_in), build_free_text_panel()
    return ToolsPanel(opened, prompt_tab, prompt, compare, free_text)
