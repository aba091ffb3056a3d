"""The frame's events."""

from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import AGAIN
from pyg_ui.ui.frame.handlers import FrameHandlers
from pyg_ui.ui.frame.view import FrameView


def wire_frame(handlers: FrameHandlers, frame: FrameView, screen: Screen, portrait: gr.HTML) -> None:
    """The head of the chat follows the names, and the `portrait` of the open character."""
    fields: dict[str, Any] = screen.character.inputs
    changes = [fields["character_name"].change, fields["your_name"].change, portrait.change]
    gr.on(changes, handlers.draw_header, [screen.session], [frame.header], **AGAIN)
