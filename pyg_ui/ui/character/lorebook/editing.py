"""Changes lorebooks: those of the chat, and those that a person keeps in the database for any chat.

A change of a kept lorebook is stored at once, and reaches the copy in the chat on the screen. While a reply is on its
way, that copy stays as it is: it is brought up to date before the next reply.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyg_ui.dialogue.chat import KeptLorebook
from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.errors import InputError
from pyg_ui.library.store.lorebooks import LorebookStore, StoredLorebook
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class LorebookEditing:
    """The changes, and what they need. They raise InputError and StoreError, and then nothing has changed."""

    store: LorebookStore

    def write(self, session: Session, books: Sequence[Lorebook]) -> None:
        """Put these in the place of the session's `edited_lorebooks`."""
        opened = session.own_lorebooks.opened
        if opened is None:
            session.check_idle()
            session.show(replace(session.chat, lorebooks=tuple(books)))
        else:
            self.replace(session, opened, books[0] if books else replace(opened.book, entries=()))

    def replace(self, session: Session, stored: StoredLorebook, book: Lorebook) -> None:
        """Store the next state of a kept lorebook. If another page changed it, its present state is shown.

        Two events may save the same: the one that comes second has nothing to do. A name given meanwhile stays.
        """
        try:
            self.follow(session, self.store.replace(session.owner, stored, book))
        except InputError:
            present = self.store.load(session.owner, stored.id)
            before, wanted = (replace(each, name=present.book.name) for each in (stored.book, book))
            if present.book == before:
                present = self.store.replace(session.owner, present, wanted)
            self.follow(session, present)
            if present.book != wanted:
                raise

    def follow(self, session: Session, stored: StoredLorebook) -> None:
        """A kept lorebook is in this state now: show it where it is edited, and use it where it is switched on."""
        own = session.own_lorebooks
        if own.opened is not None and own.opened.id == stored.id:
            if own.opened.revision > stored.revision:  # an event that began later was quicker
                return
            own.opened = stored
        self._use(session, [stored.kept if each.id == stored.id else each for each in session.chat.kept_lorebooks])

    def keep(self, session: Session, book: Lorebook) -> StoredLorebook:
        """Store a lorebook among the person's own, and switch it on for the chat on the screen."""
        session.check_idle()
        stored = self.store.add(session.owner, book)
        self._use(session, [*session.chat.kept_lorebooks, stored.kept])
        return stored

    def switch(self, session: Session, ids: Sequence[str]) -> None:
        """Switch these on and all others off. A lorebook that only this chat still has goes into the trash."""
        session.check_idle()
        owner, before = session.owner, {each.id: each for each in session.chat.kept_lorebooks}
        listed = {each.id for each in self.store.find(owner)}
        trashed = {each.id for each in self.store.list_trash(owner)}
        for id, kept in before.items():
            if id not in (*ids, *listed, *trashed):
                self.store.trash(owner, self.store.add(owner, kept.book).id)
        known = [id for id in ids if id in before or id in listed]
        self._use(session, [self.store.load(owner, id).kept if id in listed else before[id] for id in known])

    def give(self, session: Session, stored: StoredLorebook) -> None:
        """Add a kept lorebook's entries to the character's, and switch it off, so that none counts twice."""
        session.check_idle()
        chat = session.chat
        first, *others = chat.lorebooks or (replace(stored.book, entries=()),)
        books = (replace(first, entries=(*first.entries, *stored.book.entries)), *others)
        kept = tuple(each for each in chat.kept_lorebooks if each.id != stored.id)
        session.show(replace(chat, lorebooks=books, kept_lorebooks=kept))

    def _use(self, session: Session, kept: Sequence[KeptLorebook]) -> None:
        if not session.is_writing and tuple(kept) != session.chat.kept_lorebooks:
            session.show(replace(session.chat, kept_lorebooks=tuple(kept)))
