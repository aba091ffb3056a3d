"""The events of the lorebook editor: which control calls which handler."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import gradio as gr

from pyg_ui.ui.character.lorebook.handlers import EntryView, add_entry, remove_entry, restore_entry, show_entry
from pyg_ui.ui.chat.layout import ChatPanel
from pyg_ui.ui.events import QUICK, outputs
from pyg_ui.ui.form.lorebook import LorebookFields


def wire_lorebook(editor: LorebookFields, state: gr.State, chat: ChatPanel) -> Sequence[Any]:
    """Register the editor's events. Returns those after which the chat may have changed."""
    changed, shown = outputs(EntryView, SimpleNamespace(chat=chat, editor=editor)), [state, editor.entry]
    editor.entry.input(show_entry, shown, editor.outputs, **QUICK)
    return [
        editor.add.click(add_entry, [state], changed, inputs_kwargs=dict[str, Any](editor.fields), **QUICK),
        editor.remove.click(remove_entry, shown, changed, **QUICK),
        editor.restore.click(restore_entry, shown, changed, **QUICK),
    ]
