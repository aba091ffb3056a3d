"""The compare panel's events."""

from functools import partial
from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import GENERATING, QUICK, outputs
from pyg_ui.ui.tools.compare.handlers import CompareHandlers
from pyg_ui.ui.tools.compare.layout import ComparePanel
from pyg_ui.ui.tools.compare.view import CompareView


def wire_compare(panel: ComparePanel, handlers: CompareHandlers, screen: Screen, choices: gr.State) -> None:
    """The controls call the handlers with the sampling panel's fields; `choices` are the presets to choose from."""
    for dropdown in (panel.settings_a, panel.settings_b):
        choices.change(handlers.offer, [choices, dropdown], [dropdown], preprocess=False, **QUICK)
    visit, shown = [screen.session, panel.state], outputs(CompareView, panel)
    form: dict[str, Any] = {"settings_a": panel.settings_a, "settings_b": panel.settings_b, **screen.sampling}
    writing = panel.write.click(handlers.write, visit, shown, inputs_kwargs=form, **GENERATING)
    writing.then(handlers.settle, visit, shown, **QUICK)
    panel.stop.click(None, None, None, cancels=[writing], **QUICK)
    for side, use in enumerate((panel.use_a, panel.use_b)):
        use.click(partial(handlers.use, side=side), visit, screen.chat.outputs, **QUICK)
