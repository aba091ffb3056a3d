"""The events of the lorebook editor: which component calls which handler."""

from types import SimpleNamespace
from typing import Any

from pyg_ui.ui.character.lorebook.handlers import EntryView, add_entry, remove_entry, restore_entry, show_entry
from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.events import QUICK, outputs


def wire_lorebook(screen: Screen) -> list[Any]:
    """The editor's components call the handlers. Returns the events after which the chat has changed."""
    editor, session = screen.character.lorebook, [screen.session]
    shown: dict[str, Any] = {"index": editor.entry}
    editor.entry.input(show_entry, session, editor.outputs, inputs_kwargs=shown, **QUICK)
    drawn = outputs(EntryView, SimpleNamespace(chat=screen.chat, editor=editor))
    changing = QUICK | {"inputs": session, "outputs": drawn}
    return [
        editor.add.click(add_entry, inputs_kwargs=dict[str, Any](editor.fields), **changing),
        editor.remove.click(remove_entry, inputs_kwargs=shown, **changing),
        editor.restore.click(restore_entry, inputs_kwargs=shown, **changing),
    ]
