"""Adds, removes and restores entries of a chat's lorebooks. Only the first book is changed.

Plain functions of lorebooks; knows neither components nor sessions.
"""

from collections.abc import Sequence
from dataclasses import replace

from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.ui.form.lorebook import NEW_ENTRY


def with_new_entry(books: Sequence[Lorebook]) -> tuple[Lorebook, ...]:
    """The books with a blank entry at the end of the first one."""
    first, *others = books or (Lorebook(),)
    return (replace(first, entries=(*first.entries, NEW_ENTRY)), *others)


def with_restored_entry(books: Sequence[Lorebook], before: Lorebook, index: int) -> tuple[Lorebook, ...]:
    """The books with the entry that was removed from the first one. `before` is that book as it was with the entry."""
    first, *others = books or (replace(before, entries=()),)
    entries = (*first.entries[:index], before.entries[index], *first.entries[index:])
    return (replace(first, entries=entries), *others)


def without_entry(books: Sequence[Lorebook], index: int | None) -> tuple[Lorebook, ...]:
    """The books without that entry of the first one; unchanged where there is no such entry.

    The only book of a chat is dropped with its last entry.
    """
    if not books or index is None or not 0 <= index < len(books[0].entries):
        return tuple(books)
    first, *others = books
    entries = (*first.entries[:index], *first.entries[index + 1 :])
    return (replace(first, entries=entries), *others) if entries or others else ()
