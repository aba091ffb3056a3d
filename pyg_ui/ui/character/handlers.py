"""What can be done with the library's characters: open, keep, copy, rename, delete and restore.

Handlers take a session, its open card and field values; they know no components. If a handler fails, the chat and the
library stay as they were, and a notice says why.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.engine.manager import ModelManager
from pyg_ui.errors import InputError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.ui.character.gallery import Gallery, portrait_html
from pyg_ui.ui.character.open_card import OWN_CHARACTER, OpenCard, greetings_text, read_greetings
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.events import clicked, in_a_row
from pyg_ui.ui.notices import errors_shown, inform
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say


class LibraryView(NamedTuple):
    """The gallery, the trash, and the card that is open with what can be done with it."""

    gallery: Any
    trash: Any
    portrait: Any
    alternate_greetings: Any
    save: Any
    rename: Any
    delete: Any
    undo_delete: Any
    naming: Any
    """The question for another name."""
    new_name: Any


class RenamedView(NamedTuple):
    """What is drawn when a character has another name: the components, or what a handler shows in them."""

    screen: Any
    library: Any


@dataclass(frozen=True)
class CharacterHandlers:
    """The handlers, and what they need."""

    store: CharacterStore
    models: ModelManager
    gallery: Gallery

    # -- what is shown ------------------------------------------------------------------------------------------

    def follow(self, session: Session, open_card: OpenCard, query: str | None) -> LibraryView:
        """Another chat came to the screen: open the card of its character."""
        with errors_shown(session.language):
            open_card.follow(session, self.store)
        greetings = greetings_text(open_card.card.alternate_greetings)
        return self.show(session, open_card, query)._replace(alternate_greetings=greetings)

    def count(self, session: Session, *texts: str | None) -> list[Any]:
        """For each text, the number of its tokens; nothing for an empty text or while no model serves."""
        engine = self.models.engine if self.models.status.is_ready else None
        counts = [engine.count_tokens(text.strip()) if engine and text else 0 for text in texts]
        return [
            gr.update(info=say("character.tokens", session.language, count=f"{n:,}") if n else "") for n in counts
        ]  # fmt: skip

    def search(self, session: Session, open_card: OpenCard, query: str | None) -> Any:
        """The characters that hold every word of the query, as HTML. The trash is not drawn at every letter typed."""
        with errors_shown(session.language):
            return self.gallery.html(session.record.owner, query or "", open_card.id, session.language)
        return gr.skip()

    def show(self, session: Session, open_card: OpenCard, query: str | None) -> LibraryView:
        """The characters that hold every word of the query, the trash, and what can be done with the open one."""
        owner, language = session.record.owner, session.language
        pictures: Any = gr.skip()
        trash: Any = gr.skip()
        with errors_shown(language):
            pictures = self.gallery.html(owner, query or "", open_card.id, language)
            trash = self.gallery.trash_html(owner, language)
        return LibraryView(
            gallery=pictures,
            trash=trash,
            portrait=portrait_html(open_card.card),
            alternate_greetings=gr.skip(),  # somebody may be editing them
            save=gr.update(interactive=bool(owner)),
            rename=gr.update(interactive=open_card.is_own),
            delete=gr.update(interactive=open_card.is_own),
            undo_delete=gr.update(visible=bool(open_card.deleted_id)),
            naming=gr.update(visible=open_card.is_naming),
            new_name=gr.skip() if open_card.is_naming else open_card.card.name,
        )

    # -- what is opened -----------------------------------------------------------------------------------------

    def open_named(self, session: Session, name: str) -> None:
        """Begin a chat with the character of that name or id. Raises InputError, StoreError."""
        for summary in self.store.find(session.record.owner, name):
            if name.casefold() in (summary.name.casefold(), summary.id):
                return session.start_with(self.store.load(session.record.owner, summary.id))
        raise InputError("The character that this page's address names is not here.")

    def open(self, event: gr.EventData, session: Session, open_card: OpenCard) -> tuple[Any, ...]:
        """A portrait was clicked: begin a chat with that character."""
        id = str(clicked(event).get("id", ""))
        with errors_shown(session.language):
            open_card.open(id, self.store.load(session.record.owner, id))
            session.start_with(open_card.card)
        return screen_view(session)

    def create(self, session: Session, open_card: OpenCard) -> tuple[Any, ...]:
        """Begin a chat with a character of the visitor's own."""
        open_card.open("", Card.of(OWN_CHARACTER))
        session.start_with(open_card.card)
        return screen_view(session)

    def greet(self, session: Session, open_card: OpenCard, text: str | None) -> Any:
        """The alternate greetings were edited. They are versions of the first message until the person answers."""
        before, chat = open_card.card.alternate_greetings, session.chat
        greetings = read_greetings(before, text)
        if greetings == before or session.is_writing:
            return gr.skip()
        open_card.card = replace(open_card.card, alternate_greetings=greetings)
        if not chat.is_begun:
            session.show(chat.greet(greetings))
        return screen_view(session)

    # -- what is kept -------------------------------------------------------------------------------------------

    def save(self, session: Session, open_card: OpenCard, query: str | None, **fields: Any) -> LibraryView:
        """Keep the edited card: in the place of the visitor's own character, or as a new one."""
        with errors_shown(session.language):
            card = open_card.edited(session.chat, fields)
            if open_card.is_own:
                self.store.replace(session.owner, open_card.id, card)
            else:
                open_card.id = self.store.add(session.owner, card)
            open_card.card, session.opened = card, card.character
            inform("character.saved", session.language)
        return self.show(session, open_card, query)

    def duplicate(self, session: Session, open_card: OpenCard, query: str | None, **fields: Any) -> LibraryView:
        """Keep a copy of the edited card beside the open one."""
        with errors_shown(session.language):
            card = open_card.edited(session.chat, fields)
            self.store.duplicate(session.owner, card, say("character.copy", session.language, name=card.name))
        return self.show(session, open_card, query)

    def ask_name(self, session: Session, open_card: OpenCard, query: str | None) -> LibraryView:
        """Ask for another name, or no longer."""
        view = self.show(session, open_card, query)  # the question begins with the present name
        open_card.is_naming = not open_card.is_naming
        return view._replace(naming=gr.update(visible=open_card.is_naming))

    def rename(self, session: Session, open_card: OpenCard, query: str | None, name: str | None) -> Any:
        """Give the visitor's own character another name, in the library and in its chat."""
        with errors_shown(session.language):
            session.check_idle()
            self.store.rename(session.owner, open_card.id, name or "")
            open_card.open(open_card.id, self.store.load(session.owner, open_card.id))
            session.opened = open_card.card.character
            character = replace(session.chat.character, name=session.opened.name)
            session.show(session.chat.with_character(character, session.chat.person_name))
            library = self.show(session, open_card, query)
            return in_a_row(RenamedView(screen=screen_view(session), library=library))
        return gr.skip()

    # -- what is deleted ----------------------------------------------------------------------------------------

    def delete(self, session: Session, open_card: OpenCard, query: str | None) -> LibraryView:
        """Put the visitor's own character in the trash. The chat goes on."""
        with errors_shown(session.language):
            self.store.trash(session.record.owner, open_card.id)
            open_card.deleted_id = open_card.id
            open_card.open("", open_card.card)
            inform("character.trashed", session.language, name=open_card.card.name)
        return self.show(session, open_card, query)

    def undo_delete(self, session: Session, open_card: OpenCard, query: str | None) -> LibraryView:
        """Restore the character that was deleted last."""
        with errors_shown(session.language):
            self._restore(session, open_card, open_card.deleted_id)
        return self.show(session, open_card, query)

    def act_in_trash(
        self, event: gr.EventData, session: Session, open_card: OpenCard, query: str | None
    ) -> LibraryView:
        """A button in the trash was clicked: restore that character, or delete it for good."""
        sent = clicked(event)
        id = str(sent.get("id", ""))
        with errors_shown(session.language):
            if sent.get("act") == "restore":
                self._restore(session, open_card, id)
            elif sent.get("act") == "delete":
                self.store.delete(session.record.owner, id)
                open_card.forget_deleted(id)
        return self.show(session, open_card, query)

    def _restore(self, session: Session, open_card: OpenCard, id: str) -> None:
        self.store.restore(session.record.owner, id)
        open_card.forget_deleted(id)
        if not open_card.id and self.store.load(session.record.owner, id).character == open_card.card.character:
            open_card.id = id  # it is the card whose chat is still on the screen
