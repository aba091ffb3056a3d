"""Notices of the page about errors and completed actions. Knows neither panels nor chats."""

import html
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import gradio as gr

from pyg_ui.errors import Message, PygmalionError
from pyg_ui.ui.translations import say, translate

logger = logging.getLogger(__name__)


def notify(error: Exception, language: str) -> None:
    """Show an error. Only our own errors are written for people; the details of any other go to the log."""
    if isinstance(error, PygmalionError):
        _warn(translate(error, language))
    else:
        logger.error("A handler of the page failed", exc_info=error)
        warn("notices.unexpected", language)


@contextmanager
def errors_shown(language: str) -> Iterator[None]:
    """Show an error of ours that is raised in the block, and go on after the block."""
    try:
        yield
    except PygmalionError as error:
        notify(error, language)


def warn(key: str, language: str, **values: object) -> None:
    """Show a warning in words of the page."""
    _warn(say(key, language, **values))


def inform(key: str, language: str, **values: object) -> None:
    """Show in words of the page what was done."""
    gr.Info(html.escape(say(key, language, **values)))


def warn_of_left_out(left_out: Sequence[Message], file_name: str, language: str) -> None:
    """Show what could not be read of an imported file; nothing if all of it was read."""
    if left_out:
        parts = " ".join(translate(sentence, language) for sentence in left_out)
        warn("notices.left_out", language, file=file_name, parts=parts)


def _warn(message: str) -> None:
    # It may quote what somebody typed, and Gradio renders notices as HTML.
    gr.Warning(html.escape(message))
