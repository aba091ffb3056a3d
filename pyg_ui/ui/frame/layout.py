"""The components of the frame. `view` says what they show."""

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from pyg_ui.ui.frame.view import Faces, bar_html, brand_html, header_html, help_html, menu_html
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import LANGUAGES

_FIRST = LANGUAGES[0]
_BUTTONS = (
    '<button type="button" class="icon" data-icon="tuning" data-panel="tuning" data-word="tuning"></button>'
    '<button type="button" class="icon" data-icon="more" data-menu="page-menu" data-word="menu"></button>'
)
_TUNING_HEAD = (
    '<h2 data-word="tuning"></h2>'
    '<button type="button" class="icon" data-icon="close" data-panel="tuning" data-word="close"></button>'
)


def build_brand() -> gr.HTML:
    """The product's name, at the head of the rail."""
    return gr.HTML(brand_html(_FIRST), elem_id="brand")


def build_header(session: Session) -> gr.HTML:
    """The head of the chat."""
    return gr.HTML(header_html(session.chat.character.name, Faces(), session.language), elem_id="who")


@contextmanager
def build_menu() -> Iterator[gr.HTML]:
    """The buttons at the end of the header, and the menu that one of them opens. The block adds to the menu."""
    gr.HTML(_BUTTONS, elem_id="header-buttons")
    with gr.Column(elem_id="page-menu", elem_classes=["menu"]):
        yield gr.HTML(menu_html(_FIRST), elem_id="menu")


def build_help() -> gr.HTML:
    """The dialog with the keys. It stands in nothing that may be hidden, or it would be too."""
    return gr.HTML(help_html(_FIRST), elem_id="help-place")


def build_content_notice() -> gr.HTML:
    """The place of the notice that a public page has before the first message; empty at first."""
    return gr.HTML("", elem_id="content-place")


def build_tuning_head() -> gr.HTML:
    """The head of the tuning, where it is a drawer."""
    return gr.HTML(_TUNING_HEAD, elem_id="tuning-head")


def build_bar() -> gr.HTML:
    """The bar at the foot of a phone's screen."""
    return gr.HTML(bar_html(_FIRST), elem_id="bar")
