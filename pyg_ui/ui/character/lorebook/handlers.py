"""What the lorebook editor's controls do: show, add, remove and restore an entry.

Plain functions of a session and field values. The entries belong to the session's chat; nothing is stored here. While a
reply is on its way, entries stay as they are.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.ui.chat.view import chat_view
from pyg_ui.ui.form.lorebook import (
    LorebookFields,
    lorebook_view,
    read_lorebooks,
    with_new_entry,
    with_restored_entry,
    without_entry,
)
from pyg_ui.ui.notices import errors_shown
from pyg_ui.ui.session import Session


def show_entry(session: Session, index: int | None) -> LorebookFields:
    """Show that entry in the editor."""
    return lorebook_view(session.chat.lorebooks, index or 0, can_restore=session.removed_entry is not None)


def add_entry(session: Session, **fields: Any) -> Any:
    """Add a blank entry after the others, and show it."""
    with errors_shown(session.language):
        _change(session, with_new_entry(read_lorebooks(session.chat.lorebooks, fields)))
        return _view(session, len(session.chat.lorebooks[0].entries) - 1)
    return gr.skip()


def remove_entry(session: Session, index: int | None) -> Any:
    """Remove the entry, and show the one that takes its place."""
    before = session.chat.lorebooks
    after = without_entry(before, index)
    with errors_shown(session.language):
        if index is not None and after != before:
            _change(session, after)
            session.removed_entry = before[0], index
        return _view(session, index)
    return gr.skip()


def restore_entry(session: Session, index: int | None) -> Any:
    """Put the entry that was removed last back into its place, and show it."""
    with errors_shown(session.language):
        if session.removed_entry is not None:
            book, place = session.removed_entry
            _change(session, with_restored_entry(session.chat.lorebooks, book, place))
            session.removed_entry, index = None, place
        return _view(session, index)
    return gr.skip()


def _change(session: Session, books: Sequence[Lorebook]) -> None:
    session.check_idle()
    session.show(replace(session.chat, lorebooks=tuple(books)))


def _view(session: Session, index: int | None) -> tuple[Any, ...]:
    return (*chat_view(session), *show_entry(session, index))
