"""The events of the chats panel: which component calls which handler."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.chats.handlers import ChatsHandlers
from pyg_ui.ui.chats.layout import ChatsPanel
from pyg_ui.ui.chats.view import OpenedView
from pyg_ui.ui.downloads import save_in_browser
from pyg_ui.ui.events import AGAIN, QUICK, in_a_row


def wire_chats(handlers: ChatsHandlers, panel: ChatsPanel, screen: Screen, changes: Sequence[Any]) -> None:
    """The panel's components call the handlers.

    The chat is saved after the `changes`, which are all events that change it.
    """
    session, listing, view = [screen.session], panel.drawn_from, panel.view
    known, drawn = listing | {"visitor": panel.visitor}, list(view)
    opened = list(in_a_row(OpenedView(screen=tuple(screen.outputs), lists=tuple(panel.outputs))))
    opening: dict[str, Any] = QUICK | {"outputs": opened}

    for change in changes:
        change.then(handlers.save, session, panel.outputs, inputs_kwargs=known, **AGAIN)
    for shown in (view.chats, view.trash):
        shown.select(handlers.perform, session, inputs_kwargs=known, **opening)
    panel.upload.upload(handlers.import_file, session, inputs_kwargs=known | {"path": panel.upload}, **opening)
    panel.search.change(handlers.lists.view, session, drawn, inputs_kwargs=listing, **AGAIN)
    view.more.click(handlers.show_more, session, drawn, inputs_kwargs=listing, **QUICK)
    titled = listing | {"title": view.title}
    entered: list[Any] = [view.title.submit, view.title.blur]
    gr.on(entered, handlers.rename, session, drawn, inputs_kwargs=titled, **QUICK)
    form: dict[str, Any] = {"form": panel.form}
    save_in_browser(
        panel.export.click(handlers.export_file, session, [panel.exported], inputs_kwargs=form, **QUICK),
        panel.exported,
    )
