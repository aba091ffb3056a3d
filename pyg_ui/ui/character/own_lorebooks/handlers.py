"""What can be done with a person's own lorebooks: switch on, open, make, name, copy, delete, import and export.

A browser may name any lorebook; the store finds only the owner's own. If a handler fails, the chat and the lorebooks
stay as they were, and a notice says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.errors import InputError
from pyg_ui.library.containers.files import file_name
from pyg_ui.library.lorebooks.written import LorebookFormat, dump_lorebook
from pyg_ui.library.store.lorebooks import LorebookSummary, StoredLorebook
from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.character.own_lorebooks.files import read_upload
from pyg_ui.ui.character.own_lorebooks.view import LorebooksView, own_lorebooks_view
from pyg_ui.ui.chat.view import chat_view
from pyg_ui.ui.downloads import as_download
from pyg_ui.ui.events import clicked, in_a_row, skipped
from pyg_ui.ui.form.character import book_choice, entry_view, typed_lorebooks
from pyg_ui.ui.form.lorebook import LorebookFields
from pyg_ui.ui.notices import errors_shown, inform, warn_of_left_out
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say


@dataclass(frozen=True)
class OwnLorebookHandlers:
    """The handlers, and what they need. Those that change something return a LorebooksView in a row."""

    editing: LorebookEditing

    def view(self, session: Session, name: str | None = None, *, draws_entry: bool = False) -> tuple[Any, ...]:
        """What is shown of lorebooks, as it is now, with `name` in the box for another name.

        The entry's fields are drawn only where another lorebook is shown: what is being typed stays.
        """
        owner, store = session.record.owner, self.editing.store
        trash: Sequence[LorebookSummary] = ()
        with errors_shown(session.language):
            session.own_lorebooks.listed = store.find(owner) if owner else ()
            trash = store.list_trash(owner) if owner else ()
        entry = entry_view(session) if draws_entry else skipped(LorebookFields)
        shown = own_lorebooks_view(session, trash, name)
        return in_a_row(LorebooksView(chat=chat_view(session), own=shown, book=book_choice(session), entry=entry))

    # -- which lorebooks ----------------------------------------------------------------------------------------

    def switch(self, session: Session, ids: Sequence[str] | None) -> tuple[Any, ...]:
        """Use these lorebooks in this chat, and no others of the person's own."""
        with errors_shown(session.language):
            self.editing.switch(session, ids or ())
        return self.view(session)

    def open(self, session: Session, book: str | None, **fields: Any) -> tuple[Any, ...]:
        """Show the entries of another lorebook. What the fields still say of the one before is saved first."""
        with errors_shown(session.language):
            self._save_typed(session, fields)
            session.edit_lorebook(self.editing.store.load(session.owner, book) if book else None)
        return self.view(session, draws_entry=True)

    # -- what is kept -------------------------------------------------------------------------------------------

    def create(self, session: Session, **fields: Any) -> tuple[Any, ...]:
        """Keep a new lorebook without entries, switched on, and ask for its name."""
        with errors_shown(session.language):
            self._save_typed(session, fields)
            session.edit_lorebook(self.editing.keep(session, Lorebook(name=say("books.create", session.language))))
            session.own_lorebooks.is_naming = True
        return self._with_name(session, draws_entry=True)

    def keep(self, session: Session) -> tuple[Any, ...]:
        """Keep a copy of the character's lorebook."""
        with errors_shown(session.language):
            for book in session.chat.lorebooks[:1]:
                name = book.name.strip() or say(
                    "books.of_character", session.language, name=session.chat.character.name
                )
                self.editing.store.add(session.owner, replace(book, name=name))
                inform("books.copied", session.language, name=name)
        return self.view(session)

    def give(self, session: Session, **fields: Any) -> tuple[Any, ...]:
        """Add the open lorebook's entries to the character's."""
        with errors_shown(session.language):
            self._save_typed(session, fields)
            opened = self._opened(session)
            self.editing.give(session, opened)
            session.edit_lorebook(None)
            inform("books.given", session.language, book=opened.book.name, name=session.chat.character.name)
        return self.view(session, draws_entry=True)

    def ask_name(self, session: Session) -> tuple[Any, ...]:
        """Ask for another name, or no longer."""
        session.own_lorebooks.is_naming = not session.own_lorebooks.is_naming
        return self._with_name(session)

    def rename(self, session: Session, name: str | None) -> tuple[Any, ...]:
        """Give the open lorebook another name."""
        with errors_shown(session.language):
            opened = self._opened(session)
            self.editing.follow(session, self.editing.store.rename(session.owner, opened.id, name or ""))
            session.own_lorebooks.is_naming = False
        return self.view(session)

    # -- what is deleted ----------------------------------------------------------------------------------------

    def delete(self, session: Session, **fields: Any) -> tuple[Any, ...]:
        """Put the open lorebook in the trash. Chats that use it keep their copy."""
        with errors_shown(session.language):
            self._save_typed(session, fields)
            opened = self._opened(session)
            self.editing.store.trash(session.owner, opened.id)
            session.own_lorebooks.deleted_id = opened.id
            session.edit_lorebook(None)
            inform("books.trashed", session.language, name=opened.book.name)
        return self.view(session, draws_entry=True)

    def undo_delete(self, session: Session) -> tuple[Any, ...]:
        """Restore the lorebook that was deleted last."""
        with errors_shown(session.language):
            self._restore(session, session.own_lorebooks.deleted_id)
        return self.view(session)

    def act_in_trash(self, event: gr.EventData, session: Session) -> tuple[Any, ...]:
        """A button in the trash was clicked: restore that lorebook, or delete it for good."""
        sent = clicked(event)
        id = str(sent.get("id", ""))
        with errors_shown(session.language):
            if sent.get("act") == "restore":
                self._restore(session, id)
            elif sent.get("act") == "delete":
                self.editing.store.delete(session.owner, id)
                self._forget_deleted(session, id)
        return self.view(session)

    # -- files --------------------------------------------------------------------------------------------------

    def import_files(self, session: Session, paths: Sequence[str] | None) -> tuple[Any, ...]:
        """Keep the lorebooks in the files, also those inside of cards, switched on for this chat."""
        for path in map(Path, paths or ()):
            with errors_shown(session.language):
                found = read_upload(path)
                self.editing.keep(session, found.book)
                inform("books.kept", session.language, name=found.book.name)
                warn_of_left_out(found.left_out, path.name, session.language)
        return self.view(session)

    def export(self, session: Session, form: str, **fields: Any) -> str:
        """The lorebook whose entries are shown, for SAVE_IN_BROWSER; "" if it cannot be written."""
        name = session.chat.character.name
        chosen = LorebookFormat(form)
        with errors_shown(session.language):
            self._save_typed(session, fields)
            book = next(iter(session.edited_lorebooks), Lorebook())
            return as_download(file_name(book.name.strip() or name, chosen.suffix), dump_lorebook(book, chosen))
        return ""

    # -- the parts of it ----------------------------------------------------------------------------------------

    def _opened(self, session: Session) -> StoredLorebook:
        """The lorebook of the person's own that is open. Raises InputError."""
        opened = session.own_lorebooks.opened
        if opened is None:
            raise InputError("This lorebook is no longer there.")
        return opened

    def _save_typed(self, session: Session, fields: Mapping[str, Any]) -> None:
        """Save what the fields say of the entry that they show. Gradio may serve a click before the field was left."""
        if fields and (typed := typed_lorebooks(session, fields)) != session.edited_lorebooks:
            self.editing.write(session, typed)

    def _with_name(self, session: Session, *, draws_entry: bool = False) -> tuple[Any, ...]:
        opened = session.own_lorebooks.opened
        return self.view(session, "" if opened is None else opened.book.name, draws_entry=draws_entry)

    def _restore(self, session: Session, id: str) -> None:
        self.editing.store.restore(session.owner, id)
        self._forget_deleted(session, id)

    def _forget_deleted(self, session: Session, id: str) -> None:
        if session.own_lorebooks.deleted_id == id:
            session.own_lorebooks.deleted_id = ""
