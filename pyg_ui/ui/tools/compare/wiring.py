"""The compare panel's events."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import ChatPanel
from pyg_ui.ui.events import GENERATING, QUICK, outputs
from pyg_ui.ui.sampling.layout import SamplingPanel
from pyg_ui.ui.tools.compare.handlers import CompareHandlers
from pyg_ui.ui.tools.compare.layout import ComparePanel
from pyg_ui.ui.tools.compare.view import CompareView


def wire_compare(
    panel: ComparePanel, handlers: CompareHandlers, session: gr.State, sampling: SamplingPanel, chat: ChatPanel
) -> None:
    """The controls call the handlers with the sampling panel's fields; the reply that is used is drawn in the chat."""
    settings: dict[str, Any] = panel.settings
    choices, visit = sampling.presets.choices, [session, panel.state]
    choices.change(handlers.offer, [choices], [*settings.values()], inputs_kwargs=settings, preprocess=False, **QUICK)
    shown = outputs(CompareView, panel)
    form = settings | sampling.fields
    writing = panel.write.click(handlers.write, visit, shown, inputs_kwargs=form, **GENERATING)
    writing.then(handlers.settle, visit, shown, **QUICK)
    panel.stop.click(None, None, None, cancels=[writing], **QUICK)
    for side, use in enumerate((panel.use_a, panel.use_b)):
        use.click(partial(handlers.use, side=side), visit, chat.outputs, **QUICK)
