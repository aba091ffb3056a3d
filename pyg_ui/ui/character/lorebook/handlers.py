"""What the lorebook editor's controls do: show, save, add, remove and restore an entry.

The entries belong to the session's chat, or to a lorebook of the person's own. While a reply is on its way, those of
the chat stay as they are.
"""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.chat.view import chat_view
from pyg_ui.ui.events import skipped
from pyg_ui.ui.form.character import entry_view, typed_lorebooks
from pyg_ui.ui.form.lorebook import LorebookFields, with_new_entry, with_restored_entry, without_entry
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
        books = typed_lorebooks(session, fields)
        if session.own_lorebooks.opened is None or books == session.edited_lorebooks:
            return skipped(LorebookFields)
        with errors_shown(session.language):
            self.editing.write(session, books)
            titles = self.show_entry(session, fields["entry"]).entry["choices"]
            return skipped(LorebookFields)._replace(entry=gr.update(choices=titles))  # another may be chosen by now
        return self.show_entry(session, fields["entry"])

    def add_entry(self, session: Session, **fields: Any) -> Any:
        """Add a blank entry after the others, and show it."""
        books = with_new_entry(typed_lorebooks(session, fields))
        with errors_shown(session.language):
            self.editing.write(session, books)
            return self._view(session, len(books[0].entries) - 1)
        return gr.skip()

    def remove_entry(self, session: Session, index: int | None) -> Any:
        """Remove the entry, and show the one that takes its place."""
        before = session.edited_lorebooks
        after = without_entry(before, index)
        with errors_shown(session.language):
            if index is not None and after != before:
                self.editing.write(session, after)
                session.removed_entry = before[0], index
            return self._view(session, index)
        return gr.skip()

    def restore_entry(self, session: Session, index: int | None) -> Any:
        """Put the entry that was removed last back into its place, and show it."""
        with errors_shown(session.language):
            if session.removed_entry is not None:
                book, index = session.removed_entry
                self.editing.write(session, with_restored_entry(session.edited_lorebooks, book, index))
                session.removed_entry = None
            return self._view(session, index)
        return gr.skip()

    def _view(self, session: Session, index: int | None) -> tuple[Any, ...]:
        return (*chat_view(session), *self.show_entry(session, index))
