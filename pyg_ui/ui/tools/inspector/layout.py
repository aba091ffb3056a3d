"""The components of the prompt inspector."""

from dataclasses import dataclass

import gradio as gr

from pyg_ui.ui.translations import label


@dataclass(frozen=True)
class InspectorPanel:
    """The components."""

    tab: gr.Tab
    prompt: gr.HTML


def build_inspector_panel() -> InspectorPanel:
    """Lay out the tab, empty."""
    with gr.Tab(label("tools.prompt"), id="prompt") as tab:
        return InspectorPanel(tab, gr.HTML("", elem_id="prompt"))
