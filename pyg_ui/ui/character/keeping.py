"""Keeps the open card in the library: as a draft while a new character is typed, and when it is saved."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from pyg_ui.errors import CharacterError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.ui.character.open_card import OWN_CHARACTER, OpenCard
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class CardKeeping:
    """The library, and the order of its changes: no character is stored twice. The methods raise StoreError."""

    store: CharacterStore
    _lock: Lock = field(default_factory=Lock, repr=False)

    def keep_draft(self, session: Session, open_card: OpenCard, fields: Mapping[str, Any]) -> None:
        """Keep what is typed of a new character. Nothing happens for other cards, and while the name is blank."""
        if not open_card.is_draft or not session.record.owner:
            return
        with self._lock, suppress(CharacterError):
            card = open_card.edited(session.chat, fields)
            if not open_card.is_draft:
                return  # it was saved meanwhile
            if open_card.id:
                self.store.replace(session.owner, open_card.id, card, is_draft=True)
            elif card != Card.of(OWN_CHARACTER):
                open_card.id = self.store.add(session.owner, card, is_draft=True)
                session.know_character(open_card.id)

    def save(self, session: Session, open_card: OpenCard, fields: Mapping[str, Any]) -> None:
        """Keep the edited card: in the place of the visitor's own character, or as a new one. Raises InputError."""
        with self._lock:
            card = open_card.edited(session.chat, fields)
            if open_card.is_own:
                self.store.replace(session.owner, open_card.id, card)
            else:
                before, open_card.id = open_card.id, self.store.add(session.owner, card)
                self.store.choose_backdrop(
                    session.owner, open_card.id, *self.store.chosen_backdrop(session.owner, before)
                )
            session.know_character(open_card.id)
            open_card.card, open_card.is_draft, session.opened = card, False, card.character
