"""The components of the tools: prompt inspector, comparison and free text, in a sheet over the chat.

The sheet's script opens and closes it, and tells the server when it is opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import gradio as gr

from pyg_ui.library.store.presets import StoredPreset
from pyg_ui.ui.display import as_attribute
from pyg_ui.ui.theme.theme import FILES
from pyg_ui.ui.tools.compare.layout import ComparePanel, build_compare_panel
from pyg_ui.ui.tools.free_text.layout import FreeTextPanel, build_free_text_panel
from pyg_ui.ui.translations import LANGUAGES, label, say


@dataclass(frozen=True)
class ToolsPanel:
    """The components."""

    head: gr.HTML
    prompt_tab: gr.Tab
    prompt: gr.HTML
    compare: ComparePanel
    free_text: FreeTextPanel


def build_tools_panel(built_in: Sequence[StoredPreset]) -> ToolsPanel:
    """Lay out the sheet, closed, with a tab for each tool."""
    script = (FILES / "tools.js").read_text(encoding="utf-8")
    with gr.Column(elem_id="tools"):
        head = gr.HTML(head_html(LANGUAGES[0]), elem_id="tools-head", js_on_load=script)
        with gr.Tabs(elem_id="tool-tabs"):
            with gr.Tab(label("tools.prompt"), id="prompt") as prompt_tab:
                prompt = gr.HTML("", elem_id="prompt")
            compare, free_text = build_compare_panel(built_in), build_free_text_panel()
    return ToolsPanel(head, prompt_tab, prompt, compare, free_text)


def head_html(language: str) -> str:
    """The title of the sheet and the button that closes it, as HTML."""
    title, close = escape(say("tools.title", language)), as_attribute(say("tools.close", language))
    return f'<h2>{title}</h2><button type="button" class="close-tools" aria-label="{close}">✕</button>'
