"""The events of a person's own lorebooks: which component calls which handler."""

from typing import Any

import gradio as gr

from pyg_ui.ui.character.own_lorebooks.handlers import OwnLorebookHandlers
from pyg_ui.ui.character.own_lorebooks.layout import OwnLorebooksPanel
from pyg_ui.ui.character.own_lorebooks.view import LorebooksView
from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.downloads import save_in_browser
from pyg_ui.ui.events import IN_BROWSER, QUICK, focus_name, in_a_row


def wire_own_lorebooks(
    handlers: OwnLorebookHandlers, panel: OwnLorebooksPanel, screen: Screen, imported: Any
) -> list[Any]:
    """The panel's components call the handlers. The event `imported` may have added lorebooks.

    Returns the events after which the chat has changed.
    """
    session, fields, view = [screen.session], screen.character, panel.view
    parts = LorebooksView(chat=screen.chat.view, own=view, book=fields.book, entry=fields.lorebook)
    drawing: dict[str, Any] = QUICK | {"inputs": session, "outputs": list(in_a_row(parts))}
    typed = dict[str, Any](fields.lorebook.inputs)
    opening = typed | {"book": fields.book}

    for arrived in (fields.opened.change, imported.then):
        arrived(handlers.view, **drawing)
    asked = view.rename.click(handlers.ask_name, **drawing)
    made = panel.create.click(handlers.create, inputs_kwargs=typed, **drawing)
    entered: list[Any] = [panel.confirm.click, view.new_name.submit]
    renamed = gr.on(entered, handlers.rename, inputs_kwargs={"name": view.new_name}, **drawing)
    for event in (asked, made, renamed):
        focus_name(event, "lorebook-name", "rename-lorebook", "create-lorebook")
    dropped = panel.files.upload(handlers.import_files, inputs_kwargs={"paths": panel.files}, **drawing)
    dropped.then(None, None, [panel.files], js="() => null", **IN_BROWSER)
    view.delete.click(handlers.delete, inputs_kwargs=typed, **drawing)
    view.undo_delete.click(handlers.undo_delete, **drawing)
    view.trash.select(handlers.act_in_trash, **drawing)
    view.keep.click(handlers.keep, **drawing)
    form = typed | {"form": panel.form}
    exported = panel.export.click(handlers.export, session, [panel.download], inputs_kwargs=form, **QUICK)
    save_in_browser(exported, panel.download)
    return [
        made,
        renamed,
        dropped,
        view.switched_on.input(handlers.switch, inputs_kwargs={"ids": view.switched_on}, **drawing),
        view.give.click(handlers.give, inputs_kwargs=typed, **drawing),
        fields.book.input(handlers.open, inputs_kwargs=opening, **drawing),
    ]
