"""What can be done with the library's characters: open, keep, copy, delete. Plain functions of a session and its desk.

Whatever fails, the chat and the library stay as they were, and the message says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.manager import ModelManager
from pyg_ui.errors import InputError, PygmalionError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.ui.character.fields import token_counts
from pyg_ui.ui.character.gallery import Gallery, portrait_html
from pyg_ui.ui.character.layout import OWN_CHARACTER
from pyg_ui.ui.character.open_card import Desk, greetings_text, read_greetings
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.events import clicked, updates
from pyg_ui.ui.notices import inform, notify
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say


class Shelf(NamedTuple):
    """What the library shows, in the order of its outputs."""

    gallery: Any
    portrait: Any
    save: Any
    delete: Any
    undo_delete: Any


@dataclass(frozen=True)
class CharacterLibrary:
    """The handlers, and what they need."""

    store: CharacterStore
    models: ModelManager
    gallery: Gallery

    # -- what is on the screen ----------------------------------------------------------------------------------

    def open_named(self, session: Session, name: str) -> None:
        """Begin a chat with the character of that name or id. Raises InputError, StoreError."""
        session.start_with(self._named(session.record.owner, name))

    def follow(self, session: Session, desk: Desk, query: str | None, *texts: str | None) -> tuple[Any, ...]:
        """Another character came to the screen: its further greetings, the shelf, and the lengths of its texts."""
        try:
            desk.follow(session, self.store)
        except PygmalionError as error:
            notify(error, session.language)
        greetings = greetings_text(desk.card.alternate_greetings)
        return (greetings, *self.search(session, desk, query), *self.count(session, *texts))

    def count(self, session: Session, *texts: str | None) -> list[Any]:
        """How many tokens each of the counted fields has."""
        return token_counts(self.models, texts, session.language)

    def search(self, session: Session, desk: Desk, query: str | None) -> Shelf:
        """The characters that hold every word of the query, and what can be done with the one that is open."""
        try:
            nobody = say("character.nobody", session.language)
            pictures: Any = self.gallery.html(session.record.owner, query or "", desk.id, nobody=nobody)
        except PygmalionError as error:
            notify(error, session.language)
            pictures = gr.skip()
        return Shelf(
            pictures,
            portrait_html(desk.card),
            save=gr.update(interactive=bool(session.record.owner)),
            delete=gr.update(interactive=desk.is_own),
            undo_delete=gr.update(visible=bool(desk.deleted_id)),
        )

    # -- what is opened -----------------------------------------------------------------------------------------

    def open(self, event: gr.EventData, session: Session, desk: Desk) -> tuple[Any, ...]:
        """A portrait was clicked: a new chat with that character."""
        told = clicked(event)
        try:
            card = self.store.load(session.record.owner, str(told.get("id", "")))
        except PygmalionError as error:
            notify(error, session.language)
            return updates(screen_view(session))
        desk.id, desk.card = str(told["id"]), card
        session.start_with(card)
        return updates(screen_view(session))

    def create(self, session: Session, desk: Desk) -> tuple[Any, ...]:
        """A new chat with somebody of the visitor's own."""
        desk.id, desk.card = "", Card.of(OWN_CHARACTER)
        session.start_with(desk.card)
        return updates(screen_view(session))

    def greet(self, session: Session, desk: Desk, text: str | None) -> tuple[Any, ...]:
        """The further greetings were edited: they are further versions of the first message, until somebody answers."""
        before, chat = desk.card.alternate_greetings, session.chat
        greetings = read_greetings(before, text)
        if greetings != before and session.writing is None:
            desk.card = replace(desk.card, alternate_greetings=greetings)
            if not chat.is_begun:
                turns = Chat.start(chat.character, alternate_greetings=greetings).turns
                session.show(replace(chat, turns=turns))
        return updates(screen_view(session))

    # -- what is kept -------------------------------------------------------------------------------------------

    def save(self, session: Session, desk: Desk, query: str | None, **fields: Any) -> Shelf:
        """Keep what the fields say: in the place of the visitor's own character, or as a new one."""
        try:
            card = desk.edited(session.chat, fields)
            if desk.is_own:
                self.store.replace(session.owner, desk.id, card)
            else:
                desk.id = self.store.add(session.owner, card)
            desk.card, session.opened = card, card.character
            inform("character.saved", session.language)
        except PygmalionError as error:
            notify(error, session.language)
        return self.search(session, desk, query)

    def duplicate(self, session: Session, desk: Desk, query: str | None, **fields: Any) -> Shelf:
        """Keep a copy of what the fields say, beside the one that is open."""
        try:
            card = desk.edited(session.chat, fields)
            name = say("character.copy", session.language, name=card.name)
            self.store.add(session.owner, replace(card, name=name))
        except PygmalionError as error:
            notify(error, session.language)
        return self.search(session, desk, query)

    def delete(self, session: Session, desk: Desk, query: str | None) -> Shelf:
        """Put the visitor's own character in the trash. The chat goes on."""
        try:
            self.store.trash(session.record.owner, desk.id)
            desk.deleted_id, desk.id = desk.id, ""
        except PygmalionError as error:
            notify(error, session.language)
        return self.search(session, desk, query)

    def undo_delete(self, session: Session, desk: Desk, query: str | None) -> Shelf:
        """Bring back the character that was deleted last."""
        try:
            self.store.restore(session.record.owner, desk.deleted_id)
            desk.id, desk.deleted_id = desk.id or desk.deleted_id, ""
        except PygmalionError as error:
            notify(error, session.language)
        return self.search(session, desk, query)

    def _named(self, owner: str, name: str) -> Card:
        for summary in self.store.find(owner, name):
            if name.casefold() in (summary.name.casefold(), summary.id):
                return self.store.load(owner, summary.id)
        raise InputError("The character that this page's address names is not here.")
