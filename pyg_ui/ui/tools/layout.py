"""The tools: prompt inspector, comparison and free text, in a sheet over the chat that a button of the page opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from pyg_ui.engine.manager import ModelManager
from pyg_ui.library.store.presets import KeptPreset, PresetStore
from pyg_ui.ui.display import as_attribute
from pyg_ui.ui.events import QUICK
from pyg_ui.ui.pace import Pace
from pyg_ui.ui.session import Session
from pyg_ui.ui.tools.compare.handlers import CompareHandlers, ComparePanel, build_compare_panel, wire_compare
from pyg_ui.ui.tools.free_text.handlers import FreeTextHandlers, FreeTextPanel, build_free_text_panel, wire_free_text
from pyg_ui.ui.tools.inspector.handlers import Inspector
from pyg_ui.ui.translations import LANGUAGES, label, say

# Opening tells the server, so that what is shown is of this moment.
_ON_LOAD = """
const sheet = () => element.closest('#tools');
const opener = () => document.querySelector('.tools-button');
const isOpen = () => sheet().classList.contains('is-open');
const show = (open) => {
  sheet().classList.toggle('is-open', open);
  document.getElementById('stage').inert = open;
  opener().setAttribute('aria-expanded', String(open));
  if (open) trigger('click');
  (open ? element.querySelector('.close-tools') : opener()).focus();
};
document.addEventListener('click', (event) => {
  if (event.target.closest?.('.tools-button')) show(!isOpen());
  else if (event.target.closest?.('.close-tools, #use-a, #use-b') && isOpen()) show(false);
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && isOpen() && !event.isComposing) show(false);
});
"""


def _head_html(language: str) -> str:
    title, close = escape(say("tools.title", language)), as_attribute(say("tools.close", language))
    return f'<h2>{title}</h2><button type="button" class="close-tools" aria-label="{close}">✕</button>'


@dataclass(frozen=True)
class ToolsPanel:
    """The components."""

    head: gr.HTML
    prompt_tab: gr.Tab
    prompt: gr.HTML
    compare: ComparePanel
    free_text: FreeTextPanel


def build_tools_panel(built_in: Sequence[KeptPreset]) -> ToolsPanel:
    """Lay out the sheet, closed."""
    with gr.Column(elem_id="tools"):
        head = gr.HTML(_head_html(LANGUAGES[0]), elem_id="tools-head", js_on_load=_ON_LOAD)
        with gr.Tabs(elem_id="tool-tabs"):
            with gr.Tab(label("tools.prompt"), id="prompt") as prompt_tab:
                prompt = gr.HTML("", elem_id="prompt")
            with gr.Tab(label("tools.compare"), id="compare"):
                compare = build_compare_panel(built_in)
            with gr.Tab(label("tools.free_text"), id="free-text"):
                free_text = build_free_text_panel()
    return ToolsPanel(head, prompt_tab, prompt, compare, free_text)


def wire_tools(
    panel: ToolsPanel,
    models: ModelManager,
    pace: Pace,
    presets: PresetStore,
    session: gr.State,
    fields: Mapping[str, gr.Slider | gr.Number],
    offered: gr.State,
    chat_outputs: Sequence[gr.components.Component],
) -> None:
    """Each tool calls its handlers with the session and the sampling panel's fields; `offered` are the presets."""
    inspector = Inspector(models)

    async def open_tools(visit: Session, **values: Any) -> tuple[str, str]:
        return _head_html(visit.language), await inspector.draw(visit, **values)

    gr.on(
        [panel.head.click, panel.prompt_tab.select],
        open_tools,
        [session],
        [panel.head, panel.prompt],
        inputs_kwargs=dict(fields),
        **QUICK,
    )
    wire_compare(panel.compare, CompareHandlers(models, presets, pace), session, fields, offered, chat_outputs)
    wire_free_text(panel.free_text, FreeTextHandlers(models, pace), session, fields)
