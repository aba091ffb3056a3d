"""The desk: the card that a visitor has open, with all that the panel's fields do not show of it.

The chat on the screen knows its character only; whose card that is, is found in the library again when another chat
comes to the screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import BUNDLED, CharacterStore
from pyg_ui.ui.character.layout import OWN_CHARACTER
from pyg_ui.ui.form.character import read_character
from pyg_ui.ui.session import Session

GREETING_BREAK = "<START>"
"""The line between two alternate greetings in their field."""


@dataclass(slots=True)
class Desk:
    """What lies on it; one object per open page, changed in place."""

    id: str = ""
    """The card's id in the library; "" for one that is not kept there."""
    card: Card = Card.of(OWN_CHARACTER)  # noqa: RUF009  # frozen
    deleted_id: str = ""
    """The character that was deleted last, which one click brings back."""

    @property
    def is_own(self) -> bool:
        """Whether the card is kept as the visitor's own."""
        return bool(self.id) and not self.id.startswith(BUNDLED)

    def follow(self, session: Session, library: CharacterStore) -> None:
        """Lay out the card of the character on the screen. Raises StoreError."""
        opened = session.opened
        if self.card.character == opened:
            return
        for summary in library.find(session.record.owner, opened.name):
            card = library.load(session.record.owner, summary.id)
            if card.character == opened:
                self.id, self.card = summary.id, card
                return
        if self.card.character.name != opened.name:
            self.id, self.card = "", Card.of(opened)

    def edited(self, chat: Chat, fields: Mapping[str, Any]) -> Card:
        """The card as the fields and the chat's lorebook say now. Raises CharacterError for a blank name."""
        book = chat.lorebooks[0] if chat.lorebooks else None
        greetings = read_greetings(self.card.alternate_greetings, fields["alternate_greetings"])
        card = self.card.with_character(read_character(fields))
        return replace(card, book=book, alternate_greetings=greetings)


def greetings_text(greetings: Sequence[str]) -> str:
    """The alternate greetings as their field shows them."""
    return f"\n{GREETING_BREAK}\n".join(greetings)


def read_greetings(before: tuple[str, ...], text: str | None) -> tuple[str, ...]:
    """The alternate greetings that the field holds."""
    if (text or "") == greetings_text(before):
        return before
    parts = f"\n{text or ''}\n".split(f"\n{GREETING_BREAK}\n")
    return tuple(part.strip() for part in parts if part.strip())
