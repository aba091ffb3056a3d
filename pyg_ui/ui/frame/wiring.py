"""The frame's events."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import AGAIN, IN_BROWSER
from pyg_ui.ui.frame.handlers import FrameHandlers
from pyg_ui.ui.frame.sheets import Sheet
from pyg_ui.ui.frame.view import FrameView

_SHOWN = "() => ({ __type__: 'update', visible: true })"


def wire_frame(
    handlers: FrameHandlers, frame: FrameView, screen: Screen, portrait: gr.HTML, faces: Sequence[Any]
) -> None:
    """The head of the chat follows the names, the `portrait` of the open character, and what changes the `faces`."""
    fields: dict[str, Any] = screen.character.inputs
    changes = [fields["character_name"].change, fields["your_name"].change, portrait.change]
    drawing: dict[str, Any] = {"inputs": [screen.session], "outputs": [frame.header], **AGAIN}
    gr.on(changes, handlers.draw_header, **drawing)
    for event in faces:
        event.then(handlers.draw_header, **drawing)


def wire_sheets(sheets: Sequence[Sheet]) -> None:
    """The content of each sheet comes into the page when it is wanted, and stays there. Asks no server."""
    for each in sheets:
        each.signal.expand(None, None, [each.content], js=_SHOWN, **IN_BROWSER)
