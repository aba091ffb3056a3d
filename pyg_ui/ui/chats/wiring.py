"""The events of the chats panel: which component calls which handler."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import gradio as gr

from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.chats.handlers import ChatsHandlers
from pyg_ui.ui.chats.layout import ChatsPanel
from pyg_ui.ui.chats.view import OpenedView, RememberedView
from pyg_ui.ui.downloads import save_in_browser
from pyg_ui.ui.events import AGAIN, QUICK, outputs


def wire_chats(
    handlers: ChatsHandlers, panel: ChatsPanel, screen: Screen, replies: Sequence[Any], changes: Sequence[Any]
) -> None:
    """The panel's components call the handlers. Another chat on the screen cancels the `replies`.

    The chat is saved after the `changes`, which are all events that change it.
    """
    session = [screen.session]
    listing: dict[str, Any] = {"query": panel.search, "num_listed": panel.num_listed}
    known = listing | {"visitor": panel.visitor}
    remembered = outputs(RememberedView, SimpleNamespace(visitor=panel.visitor, chats=panel))
    drawn = SimpleNamespace(chat=screen.chat, character=screen.character, visitor=panel.visitor, chats=panel)
    opening: dict[str, Any] = QUICK | {"outputs": outputs(OpenedView, drawn), "cancels": list(replies)}

    for change in changes:
        change.then(handlers.save, session, remembered, inputs_kwargs=known, **AGAIN)
    for shown in (panel.chats, panel.trash):
        shown.select(handlers.perform, session, inputs_kwargs=known, **opening)
    panel.upload.upload(handlers.import_file, session, inputs_kwargs=known | {"path": panel.upload}, **opening)
    panel.search.change(handlers.view, session, panel.outputs, inputs_kwargs=listing, **AGAIN)
    panel.more.click(handlers.show_more, session, panel.outputs, inputs_kwargs=listing, **QUICK)
    titled = listing | {"title": panel.title}
    entered: list[Any] = [panel.title.submit, panel.title.blur]
    gr.on(entered, handlers.rename, session, panel.outputs, inputs_kwargs=titled, **QUICK)
    form: dict[str, Any] = {"form": panel.form}
    save_in_browser(
        panel.export.click(handlers.export_file, session, [panel.exported], inputs_kwargs=form, **QUICK),
        panel.exported,
    )
