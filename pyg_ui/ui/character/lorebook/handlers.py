"""What the lorebook editor's controls do: show, add, remove and restore an entry, of a session and field values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.errors import PygmalionError
from pyg_ui.ui.character.lorebook.layout import with_entry_back, with_new_entry, without_entry
from pyg_ui.ui.chat.view import chat_view
from pyg_ui.ui.form.character import read_chat
from pyg_ui.ui.form.lorebook import LorebookView, lorebook_view
from pyg_ui.ui.notices import notify
from pyg_ui.ui.session import Session


def show_entry(session: Session, index: int | None) -> LorebookView:
    """Another entry is edited."""
    return lorebook_view(session.chat.lorebooks, index or 0, can_restore=session.removed_entry is not None)


def add_entry(session: Session, **fields: Any) -> tuple[Any, ...]:
    """A blank entry after the others: the views of the chat and of the entry, in a row."""
    try:
        _change(session, with_new_entry(read_chat(session.chat, fields).lorebooks))
    except PygmalionError as error:
        notify(error, session.language)
        return _views(session, fields["entry"])
    return _views(session, len(session.chat.lorebooks[0].entries) - 1)


def remove_entry(session: Session, index: int | None) -> tuple[Any, ...]:
    """The entry goes, and the one after it takes its place: the views of the chat and of the entry, in a row."""
    before = session.chat.lorebooks
    try:
        after = without_entry(before, index)
        if index is not None and after != before:
            _change(session, after)
            session.removed_entry = before[0], index
    except PygmalionError as error:
        notify(error, session.language)
    return _views(session, index)


def restore_entry(session: Session, index: int | None) -> tuple[Any, ...]:
    """The entry that was removed last stands in its place again: the views of the chat and of the entry, in a row."""
    try:
        if session.removed_entry is not None:
            book, place = session.removed_entry
            _change(session, with_entry_back(session.chat.lorebooks, book, place))
            session.removed_entry, index = None, place
    except PygmalionError as error:
        notify(error, session.language)
    return _views(session, index)


def _change(session: Session, books: Sequence[Lorebook]) -> None:
    session.check_idle()
    session.show(replace(session.chat, lorebooks=tuple(books)))


def _views(session: Session, index: int | None) -> tuple[Any, ...]:
    return (*chat_view(session), *show_entry(session, index))
