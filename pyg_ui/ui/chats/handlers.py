"""What the controls of the chats panel do: open, name, delete, restore, import and export chats.

A browser may name any chat; the store finds only the owner's own. If a handler fails, every chat stays as it was.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.cards.card import Card
from pyg_ui.library.containers.files import file_name, read_file
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.transcripts.files import ChatFormat, dump_chat, read_chats
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.chats.listing import Listing, TrashedChat
from pyg_ui.ui.chats.lists import ChatLists, open_id
from pyg_ui.ui.chats.view import ChatsView, ListsView, OpenedView, screen_skipped
from pyg_ui.ui.downloads import as_download
from pyg_ui.ui.events import clicked, in_a_row
from pyg_ui.ui.notices import errors_shown, inform, warn_of_left_out
from pyg_ui.ui.owner import Visitor, owner_of
from pyg_ui.ui.session import Session, new_seed


@dataclass(frozen=True)
class ChatsHandlers:
    """The handlers, and what they need."""

    saver: ChatSaver
    lists: ChatLists
    library: CharacterStore
    cards: Sequence[Card]
    """The bundled characters."""

    async def resume_last(self, session: Session, visitor: Visitor) -> None:
        """Show the chat that this person saw last, unless they have begun one meanwhile. Raises StoreError."""
        if not session.has_content:
            last = await self.saver.last(session.record.owner, visitor.chat_id)
            if last is not None and not session.has_content:
                self.saver.show(session, last)

    async def save(
        self, request: gr.Request, session: Session, visitor: Any, query: str | None, listing: Listing
    ) -> tuple[Any, ...]:
        """Save the chat after a change, and draw the lists. While it is the same chat, a title being typed stays."""
        known = Visitor.read(visitor)
        session.record.owner = session.record.owner or owner_of(request, known)
        await self.saver.save(session)
        is_same = known.chat_id == open_id(session)
        return await self.lists_view(session, known, query, listing, **{"title": gr.skip()} if is_same else {})

    async def perform(
        self, event: gr.EventData, session: Session, visitor: Any, query: str | None, listing: Listing
    ) -> tuple[Any, ...]:
        """Carry out the action of a button in one of the lists. The screen is drawn if it shows another chat then."""
        sent, num_opened = clicked(event), session.num_opened
        with errors_shown(session.language):
            await self._carry_out(session, listing, sent)
        lists = await self.lists_view(session, Visitor.read(visitor), query, listing)
        is_same = session.num_opened == num_opened
        return in_a_row(OpenedView(screen=screen_skipped() if is_same else screen_view(session), lists=lists))

    async def rename(self, session: Session, title: str | None, query: str | None, listing: Listing) -> ChatsView:
        """Give the open chat another title."""
        stored = session.record.stored
        with errors_shown(session.language):
            if stored is not None and (title or "").strip() != stored.title:
                await self._rename(session, stored.id, title or "")
        return await asyncio.to_thread(self.lists.view, session, query, listing)

    async def export_file(self, session: Session, form: str) -> str:
        """The open chat as a file, for SAVE_IN_BROWSER."""
        stored, chosen = session.record.stored, ChatFormat(form)
        title = (stored.title if stored is not None else "") or session.chat.character.name
        text = await asyncio.to_thread(dump_chat, session.chat, chosen)
        return as_download(file_name(title, chosen.suffix), text)

    async def import_file(
        self, session: Session, path: str | None, visitor: Any, query: str | None, listing: Listing
    ) -> tuple[Any, ...]:
        """Store the chats of a file, and open the first."""
        with errors_shown(session.language):
            if path is not None:
                await self.import_chats(session, Path(path))
        lists = await self.lists_view(session, Visitor.read(visitor), query, listing)
        return in_a_row(OpenedView(screen=screen_view(session), lists=lists))

    def show_more(self, session: Session, query: str | None, listing: Listing) -> ChatsView:
        """List more groups, or more of what a search has found."""
        listing.show_more(is_search=bool((query or "").strip()))
        return self.lists.view(session, query, listing)

    async def lists_view(
        self, session: Session, visitor: Visitor, query: str | None, listing: Listing, **changes: Any
    ) -> tuple[Any, ...]:
        """What the browser is to remember, and the lists. The `changes` replace fields of the view."""
        view = await asyncio.to_thread(self.lists.view, session, query, listing)
        remembered = replace(visitor, chat_id=open_id(session)).written()
        return in_a_row(ListsView(visitor=remembered, view=view._replace(**changes)))

    async def _carry_out(self, session: Session, listing: Listing, sent: Mapping[str, Any]) -> None:
        store, owner = self.saver.store, session.record.owner
        action, id = sent.get("act"), str(sent.get("id"))
        trashed = listing.trashed
        if action not in ("fold", "more"):
            listing.trashed = None
        match action:
            case "fold":
                listing.turn(id)
            case "more":
                listing.extend(id)
            case "open":
                await self._open(session, listing, id)
                if type(place := sent.get("place")) is int:
                    session.mark_found(place)
            case "rename":
                await self._rename(session, id, str(sent.get("text", "")))
            case "trash":
                # A later save would take the chat out of the trash.
                await self.saver.running.cancel_in(owner, id)
                await self.saver.unsaved.try_again()
                await asyncio.to_thread(store.trash, owner, id)
                listing.trashed = TrashedChat(id, was_open=id == open_id(session))
                if listing.trashed.was_open:
                    session.start_anew(session.chat)
                inform("chats.trashed", session.language)
            case "undo" if trashed is not None:
                await asyncio.to_thread(store.restore, owner, trashed.id)
                if trashed.was_open and not session.has_content:
                    await self._reopen(session, listing, trashed.id)
            case "restore":
                await asyncio.to_thread(store.restore, owner, id)
            case "delete":
                await asyncio.to_thread(store.delete, owner, id)

    async def _open(self, session: Session, listing: Listing, id: str) -> None:
        await self.saver.save(session)
        await self.saver.open(session, id)
        listing.show(session.chat.character.name)

    async def _reopen(self, session: Session, listing: Listing, id: str) -> None:
        """Open the chat that was on the screen before, with what can be undone in it."""
        if session.set_aside is not None and (aside := session.set_aside[1].stored) is not None and aside.id == id:
            session.restore()
            session.set_aside = None
        else:
            await self._open(session, listing, id)

    async def _rename(self, session: Session, id: str, title: str) -> None:
        called = await asyncio.to_thread(self.saver.store.rename, session.record.owner, id, title)
        if session.record.stored is not None and session.record.stored.id == id:
            session.record.stored = replace(session.record.stored, title=called)

    async def import_chats(self, session: Session, path: Path) -> None:
        """Store the chats of a file, and open the first. Raises InputError."""
        data = await asyncio.to_thread(read_file, path)
        found = await asyncio.to_thread(read_chats, data, path.name)
        await self.saver.save(session)
        owner = session.owner
        chats = await asyncio.to_thread(self._with_cards, owner, session.chat, found.chats)
        chats = [chat if chat.seed is not None else replace(chat, seed=new_seed()) for chat in chats]
        stored = await asyncio.to_thread(self.saver.store.create_all, owner, chats[::-1])
        session.start(stored[-1].chat, stored[-1])
        key = "chats.imported_one" if len(chats) == 1 else "chats.imported"
        inform(key, session.language, number=len(chats), file=path.name)
        if found.num_hidden:
            inform("chats.hidden", session.language, number=found.num_hidden)
        warn_of_left_out(found.left_out, path.name, session.language)

    def _with_cards(self, owner: str, on_screen: Chat, chats: Sequence[Chat]) -> Sequence[Chat]:
        """The chats with the cards of their characters, because most chat files hold only a name.

        The owner's own card counts first, then the character on the screen, then a bundled card.
        """
        open_character, book = on_screen.character, on_screen.lorebooks[0] if on_screen.lorebooks else None
        is_bare = open_character == Character(open_character.name)
        others = [*([] if is_bare else [replace(Card.of(open_character), book=book)]), *self.cards]
        found: dict[str, Card | None] = {}
        for name in {chat.character.name for chat in chats}:
            own = self.library.own_named(owner, name)
            found[name] = own or next((card for card in others if name in (card.character.name, card.name)), None)
        cards = [found[chat.character.name] for chat in chats]
        return [chat if card is None else _with_card(chat, card) for chat, card in zip(chats, cards, strict=True)]


def _with_card(chat: Chat, card: Card) -> Chat:
    """The chat with the card's lorebook, and with the card's texts where the chat's character has none."""
    own, known = asdict(chat.character), asdict(card.character)
    filled = {key: value if value.strip() else known[key] for key, value in own.items()}
    books = () if card.book is None else (card.book,)
    return replace(chat, character=Character(**filled | {"name": known["name"]}), lorebooks=(*books, *chat.lorebooks))
