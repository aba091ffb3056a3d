"""The compare panel's events."""

from functools import partial
from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import QUICK
from pyg_ui.ui.tools.compare.handlers import CompareHandlers
from pyg_ui.ui.tools.compare.layout import ComparePanel


def wire_compare(panel: ComparePanel, handlers: CompareHandlers, screen: Screen, choices: gr.State) -> None:
    """The controls call the handlers with the sampling panel's fields; `choices` are the presets to choose from."""
    for dropdown in panel.settings.values():
        choices.change(handlers.offer, [choices, dropdown], [dropdown], preprocess=False, **QUICK)
    view, visit, shown = panel.view, [screen.session, panel.state], list(panel.view)
    form: dict[str, Any] = {**panel.settings, **screen.sampling}
    writing = view.write.click(handlers.write, visit, shown, inputs_kwargs=form, **QUICK)
    writing.then(handlers.settle, visit, shown, **QUICK)
    view.stop.click(None, None, None, cancels=[writing], **QUICK)
    for side, use in enumerate((view.use_a, view.use_b)):
        use.click(partial(handlers.use, side=side), visit, screen.chat.outputs, **QUICK)
