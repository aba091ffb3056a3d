"""The events of files that are dropped on the page."""

from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.dropping.handlers import DropHandlers
from pyg_ui.ui.dropping.layout import DropPanel
from pyg_ui.ui.events import IN_BROWSER, QUICK


def wire_drop(handlers: DropHandlers, panel: DropPanel, screen: Screen, open_card: gr.State) -> Any:
    """Files that are dropped call the handlers. Returns the event."""
    taken = panel.files.upload(
        handlers.take, [screen.session], [panel.presets, *screen.outputs],
        inputs_kwargs={"open_card": open_card, "paths": panel.files}, **QUICK,
    )  # fmt: skip
    taken.then(None, None, [panel.files], js="() => null", **IN_BROWSER)
    return taken
