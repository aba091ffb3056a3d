"""The events of the lorebook editor: which component calls which handler."""

from typing import Any

import gradio as gr

from pyg_ui.ui.character.lorebook.handlers import add_entry, remove_entry, restore_entry, show_entry
from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import QUICK


def wire_lorebook(screen: Screen, add: gr.Button, remove: gr.Button) -> list[Any]:
    """The editor's components call the handlers. Returns the events after which the chat has changed."""
    editor, session = screen.character.lorebook, [screen.session]
    shown: dict[str, Any] = {"index": editor.entry}
    editor.entry.input(show_entry, session, list(editor), inputs_kwargs=shown, **QUICK)
    changing = QUICK | {"inputs": session, "outputs": [*screen.chat.outputs, *editor]}
    return [
        add.click(add_entry, inputs_kwargs=dict[str, Any](editor.inputs), **changing),
        remove.click(remove_entry, inputs_kwargs=shown, **changing),
        editor.restore.click(restore_entry, inputs_kwargs=shown, **changing),
    ]
