"""What can be done in the gallery: look for characters, open, make, copy, export, delete and restore them.

A browser may name any character; the store finds only the owner's own and the bundled ones. If a handler fails, the
chat and the library stay as they were, and a notice says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from pyg_ui.errors import InputError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, dump_card
from pyg_ui.library.containers.files import file_name
from pyg_ui.library.store.characters import CharacterStore, CharacterSummary
from pyg_ui.ui.character.open_card import OWN_CHARACTER, OpenCard
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.downloads import as_download
from pyg_ui.ui.events import clicked, skipped
from pyg_ui.ui.gallery.view import NUM_TILES, GalleryChoice, GalleryView, has_tag, tags_html, tiles_html, trash_html
from pyg_ui.ui.notices import errors_shown, inform
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class GalleryHandlers:
    """The handlers, and what they need."""

    store: CharacterStore

    # -- what is shown ------------------------------------------------------------------------------------------

    def show(
        self, session: Session, open_card: OpenCard, choice: GalleryChoice, query: str | None, sort: str | None
    ) -> GalleryView:
        """The characters that hold every word of the query and have the chosen tag, and the trash."""
        owner, language = session.record.owner, session.language
        if not owner:
            return skipped(GalleryView)  # drawn again once it is known whose page it is
        with errors_shown(language):
            found = self.store.find(owner, query or "")
            tagged = [each for each in found if not choice.tag or has_tag(each, choice.tag)]
            shown = self._sorted(owner, tagged, sort)[: choice.num_shown]
            trash = self.store.list_trash(owner)[:NUM_TILES]
            pictures = self.store.thumbnails(owner, [each.id for each in (*shown, *trash)])
            return GalleryView(
                tags=tags_html(found, choice.tag, language),
                tiles=tiles_html(shown, pictures, open_card.id, language),
                more=gr.update(visible=len(tagged) > len(shown)),
                undo_delete=gr.update(visible=bool(choice.deleted_id)),
                trash=trash_html(trash, pictures, language),
                download=gr.skip(),
            )
        return skipped(GalleryView)

    def show_more(self, session: Session, choice: GalleryChoice, **listing: Any) -> GalleryView:
        """Show more of the characters."""
        choice.num_shown += NUM_TILES
        return self.show(session, choice=choice, **listing)

    def _sorted(self, owner: str, found: Sequence[CharacterSummary], sort: str | None) -> Sequence[CharacterSummary]:
        """In the chosen order; `find` sorts by name, the owner's own first."""
        if sort == "name":
            return sorted(found, key=lambda each: each.name.casefold())
        if sort == "newest":
            return sorted(found, key=lambda each: each.created_at or _LONG_AGO, reverse=True)
        used = self.store.last_used(owner)
        return sorted(found, key=lambda each: used.get(each.id) or each.created_at or _LONG_AGO, reverse=True)

    # -- what is opened -----------------------------------------------------------------------------------------

    def open_named(self, session: Session, name: str) -> None:
        """Begin a chat with the character of that name or id. Raises InputError, StoreError."""
        for summary in self.store.find(session.record.owner, name):
            if name.casefold() in (summary.name.casefold(), summary.id):
                card = self.store.load(session.record.owner, summary.id)
                return session.start_with(card, summary.id)
        raise InputError("The character that this page's address names is not here.")

    def open(self, event: gr.EventData, session: Session, open_card: OpenCard) -> tuple[Any, ...]:
        """A tile was clicked: begin a chat with that character. To edit the open one, its chat stays."""
        sent = clicked(event)
        id = str(sent.get("id", ""))
        with errors_shown(session.language):
            if sent.get("act") == "edit" and id == open_card.id:
                self.refresh_draft(session)
            else:
                owner = session.record.owner
                open_card.open(id, self.store.load(owner, id), is_draft=self.store.is_draft(owner, id))
                session.start_with(open_card.card, id)
        return screen_view(session)

    def refresh_draft(self, session: Session) -> None:
        """Let the chat on the screen show its draft as it was typed last: the chat knows only fields that were left."""
        owner, id = session.record.owner, session.chat.character_id
        if session.writing is None and self.store.is_there(owner, id) and self.store.is_draft(owner, id):
            card = self.store.load(owner, id)
            session.show(session.chat.with_character(card.character, session.chat.person_name))

    def create(self, session: Session, open_card: OpenCard) -> tuple[Any, ...]:
        """Begin a chat with a new character of the visitor's own."""
        open_card.open("", Card.of(OWN_CHARACTER), is_draft=True)
        session.start_with(open_card.card)
        return screen_view(session)

    # -- what is changed ----------------------------------------------------------------------------------------

    def act(
        self, event: gr.EventData, session: Session, open_card: OpenCard, choice: GalleryChoice, **listing: Any
    ) -> GalleryView:
        """A button of the gallery was clicked that opens nothing."""
        sent = clicked(event)
        id = str(sent.get("id", ""))
        download: Any = gr.skip()
        with errors_shown(session.language):
            match sent.get("act"):
                case "tag":
                    choice.tag, choice.num_shown = "" if choice.tag == id else id, NUM_TILES
                case "duplicate":
                    card = self.store.load(session.owner, id)
                    name = say("character.copy", session.language, name=card.name)
                    self.store.duplicate(session.owner, card, name)
                    inform("character.copied", session.language, name=name)
                case "export":
                    card = self.store.load(session.owner, id)
                    name = file_name(card.name, CardFormat.PNG.suffix)
                    download = as_download(name, dump_card(card, CardFormat.PNG))
                case "trash":
                    self._trash(session, open_card, choice, id)
        return self.show(session, open_card, choice, **listing)._replace(download=download)

    def undo_delete(self, session: Session, open_card: OpenCard, choice: GalleryChoice, **listing: Any) -> GalleryView:
        """Restore the character that was deleted last."""
        with errors_shown(session.language):
            self._restore(session, open_card, choice, choice.deleted_id)
        return self.show(session, open_card, choice, **listing)

    def act_in_trash(
        self, event: gr.EventData, session: Session, open_card: OpenCard, choice: GalleryChoice, **listing: Any
    ) -> GalleryView:
        """A button in the trash was clicked: restore that character, or delete it for good."""
        sent = clicked(event)
        id = str(sent.get("id", ""))
        with errors_shown(session.language):
            if sent.get("act") == "restore":
                self._restore(session, open_card, choice, id)
            elif sent.get("act") == "delete":
                self.store.delete(session.record.owner, id)
                choice.forget_deleted(id)
        return self.show(session, open_card, choice, **listing)

    def _trash(self, session: Session, open_card: OpenCard, choice: GalleryChoice, id: str) -> None:
        card = self.store.load(session.owner, id)
        self.store.trash(session.owner, id)
        choice.deleted_id = id
        if open_card.id == id:
            open_card.open("", open_card.card)  # the chat goes on
        inform("gallery.trashed", session.language, name=card.name)

    def _restore(self, session: Session, open_card: OpenCard, choice: GalleryChoice, id: str) -> None:
        self.store.restore(session.record.owner, id)
        choice.forget_deleted(id)
        if not open_card.id and session.chat.character_id == id:
            # It is the card whose chat is still on the screen.
            open_card.id, open_card.is_draft = id, self.store.is_draft(session.record.owner, id)
