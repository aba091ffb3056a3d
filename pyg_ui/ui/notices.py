"""Notices: what the page says when something went wrong. Knows neither panels nor chats."""

from __future__ import annotations

import html
import logging

import gradio as gr

from pyg_ui.errors import PygmalionError
from pyg_ui.ui.translations import say, translate

logger = logging.getLogger(__name__)


def notify(error: Exception, language: str) -> None:
    """Show an error. Only our own errors are written for people; of any other, the log gets the details."""
    if isinstance(error, PygmalionError):
        warn(translate(str(error), language))
    else:
        logger.error("A handler of the page failed", exc_info=error)
        warn(say("notices.unexpected", language))


def warn(message: str) -> None:
    """Show a message. It may quote what somebody typed, and Gradio renders notices as HTML."""
    gr.Warning(html.escape(message))
