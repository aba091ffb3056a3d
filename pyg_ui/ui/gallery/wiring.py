"""The events of the gallery: which component calls which handler."""

from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.downloads import save_in_browser
from pyg_ui.ui.events import AGAIN, IN_BROWSER, QUICK
from pyg_ui.ui.gallery.handlers import GalleryHandlers
from pyg_ui.ui.gallery.layout import GalleryPanel

_TELL = """() => requestAnimationFrame(() => requestAnimationFrame(() => {
  document.dispatchEvent(new CustomEvent("page:character"));
}))"""
"""The chosen character stands in the editor's fields."""


def wire_gallery(
    handlers: GalleryHandlers, panel: GalleryPanel, screen: Screen, open_card: gr.State, dropped: Any
) -> list[Any]:
    """The gallery's components call the handlers. The event `dropped` may have added characters.

    Returns the events that open another chat.
    """
    session, view = [screen.session], panel.view
    card: dict[str, Any] = {"open_card": open_card}
    listing = card | panel.listing
    drawing: dict[str, Any] = {"inputs": session, "outputs": list(view), "inputs_kwargs": listing}
    looked: list[Any] = [panel.opened.select, panel.search.change, panel.sort.input]
    gr.on(looked, handlers.show, **drawing, **AGAIN)
    dropped.then(handlers.show, **drawing, **QUICK)
    view.more.click(handlers.show_more, **drawing, **QUICK)
    view.undo_delete.click(handlers.undo_delete, **drawing, **QUICK)
    view.trash.select(handlers.act_in_trash, **drawing, **QUICK)
    for shown in (view.tags, view.tiles):
        save_in_browser(shown.submit(handlers.act, **drawing, **QUICK), view.download)
    opening = QUICK | {"inputs": session, "outputs": screen.outputs, "inputs_kwargs": card}
    opened = [view.tiles.select(handlers.open, **opening), panel.create.click(handlers.create, **opening)]
    for event in opened:
        event.then(None, None, None, js=_TELL, **IN_BROWSER)
    return opened
