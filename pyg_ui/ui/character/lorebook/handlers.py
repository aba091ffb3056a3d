"""What the lorebook editor's controls do: show, save, add, remove and restore an entry.

The entries belong to the session's chat, or to a lorebook of the person's own. While a reply is on its way, those of
the chat stay as they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.chat.view import chat_view
from pyg_ui.ui.events import skipped
from pyg_ui.ui.form.character import entry_view
from pyg_ui.ui.form.lorebook import (
    LorebookFields,
    read_lorebooks,
    with_new_entry,
    with_restored_entry,
    without_entry,
)
from pyg_ui.ui.notices import errors_shown
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class LorebookHandlers:
    """The handlers, and what they need."""

    editing: LorebookEditing

    def show_entry(self, session: Session, index: int | None) -> LorebookFields:
        """Show that entry in the editor."""
        return entry_view(session, index or 0)

    def save_entry(self, session: Session, **fields: Any) -> LorebookFields:
        """A field of an entry has changed: store it if it is one of the person's own lorebooks."""
        opened = session.own_lorebooks.opened
        if opened is None or fields["shown"] != opened.id:
            return skipped(LorebookFields)
        books = read_lorebooks((opened.book,), fields)
        if books == (opened.book,):
            return skipped(LorebookFields)
        with errors_shown(session.language):
            self.editing.write(session, books)
            titles = self.show_entry(session, fields["entry"]).entry["choices"]
            return skipped(LorebookFields)._replace(entry=gr.update(choices=titles))  # another may be chosen by now
        return self.show_entry(session, fields["entry"])

    def add_entry(self, session: Session, **fields: Any) -> Any:
        """Add a blank entry after the others, and show it."""
        before = session.edited_lorebooks
        books = with_new_entry(read_lorebooks(before, fields) if fields["shown"] == session.edited_id else before)
        return self._changed(session, books, lambda: len(books[0].entries) - 1)

    def remove_entry(self, session: Session, index: int | None) -> Any:
        """Remove the entry, and show the one that takes its place."""
        before = session.edited_lorebooks

        def remember() -> int | None:
            if index is not None and session.edited_lorebooks != before:
                session.removed_entry = before[0], index
            return index

        return self._changed(session, without_entry(before, index), remember)

    def restore_entry(self, session: Session, index: int | None) -> Any:
        """Put the entry that was removed last back into its place, and show it."""
        if session.removed_entry is None:
            return self._view(session, index)
        book, place = session.removed_entry

        def forget() -> int:
            session.removed_entry = None
            return place

        return self._changed(session, with_restored_entry(session.edited_lorebooks, book, place), forget)

    def _changed(self, session: Session, books: Sequence[Lorebook], after: Callable[[], int | None]) -> Any:
        """Change the books; `after` that, show the entry at the index that it returns."""
        with errors_shown(session.language):
            if tuple(books) != session.edited_lorebooks:
                self.editing.write(session, books)
            return self._view(session, after())
        return gr.skip()

    def _view(self, session: Session, index: int | None) -> tuple[Any, ...]:
        return (*chat_view(session), *self.show_entry(session, index))
