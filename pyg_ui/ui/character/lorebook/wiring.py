"""The events of the lorebook editor: which component calls which handler."""

from typing import Any

import gradio as gr

from pyg_ui.ui.character.lorebook.handlers import LorebookHandlers
from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import AGAIN, QUICK


def wire_lorebook(handlers: LorebookHandlers, screen: Screen, add: gr.Button, remove: gr.Button) -> list[Any]:
    """The editor's components call the handlers. Returns the events after which the chat has changed."""
    editor, session = screen.character.lorebook, [screen.session]
    shown: dict[str, Any] = {"index": editor.entry}
    fields = dict[str, Any](editor.inputs)
    editor.entry.input(handlers.show_entry, session, list(editor), inputs_kwargs=shown, **QUICK)
    changing = QUICK | {"inputs": session, "outputs": [*screen.chat.outputs, *editor]}
    return [
        gr.on(editor.edits, handlers.save_entry, session, list(editor), inputs_kwargs=fields, **AGAIN),
        add.click(handlers.add_entry, inputs_kwargs=fields, **changing),
        remove.click(handlers.remove_entry, inputs_kwargs=shown, **changing),
        editor.restore.click(handlers.restore_entry, inputs_kwargs=shown, **changing),
    ]
