"""The card that a visitor has open, with everything that the panel's fields do not show of it.

It knows neither components nor how cards are stored. The chat on the screen knows only its character and its id; the
card is looked up in the library when another chat comes to the screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import BUNDLED, CharacterStore
from pyg_ui.ui.form.character import read_character
from pyg_ui.ui.session import Session

OWN_CHARACTER = Character("Stranger")
"""The character that a new one of the visitor's own starts as."""
GREETING_BREAK = "<START>"
"""The line between two alternate greetings in their field."""


@dataclass(slots=True)
class OpenCard:
    """The open card and where it is kept; one object per open page, changed in place."""

    id: str = ""
    """The card's id in the library; "" for a card that is not kept there."""
    card: Card = Card.of(OWN_CHARACTER)  # noqa: RUF009  # frozen
    is_draft: bool = False
    """Whether it is a new character, which is kept as it is typed. It has an id as soon as it says anything."""
    is_naming: bool = False
    """Whether the page asks for another name."""

    @property
    def is_own(self) -> bool:
        """Whether the card is kept as the visitor's own."""
        return bool(self.id) and not self.id.startswith(BUNDLED)

    def open(self, id: str, card: Card, *, is_draft: bool = False) -> None:
        """Another card is open."""
        self.id, self.card, self.is_draft, self.is_naming = id, card, is_draft, False

    def follow(self, session: Session, library: CharacterStore) -> None:
        """Open the card of the character on the screen. Raises StoreError."""
        owner, id = session.record.owner, session.chat.character_id
        if id and id == self.id:
            return
        if library.is_there(owner, id):
            self.open(id, library.load(owner, id), is_draft=library.is_draft(owner, id))
        elif self.card.character != session.opened:
            self._open_like(session, library)

    def _open_like(self, session: Session, library: CharacterStore) -> None:
        """Open the card that equals the character on the screen: older chats do not know its id."""
        owner, opened = session.record.owner, session.opened
        found = library.find(owner, opened.name)
        for summary in sorted(found, key=lambda each: each.name != opened.name):  # a copy is called by another name
            card = library.load(owner, summary.id)
            if card.character == opened:
                self.open(summary.id, card, is_draft=summary.is_draft)
                session.know_character(summary.id)
                return
        if self.card.character.name != opened.name:
            self.open("", Card.of(opened))

    def edited(self, chat: Chat, fields: Mapping[str, Any]) -> Card:
        """The card with the fields' values and the chat's lorebook. Raises CharacterError for a blank name."""
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
