"""What the controls of the chats panel do: open, name, delete, restore, import and export chats.

A browser may name any chat; the store finds only the owner's own. If a handler fails, every chat stays as it was.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.errors import PygmalionError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.containers.files import file_name, read_file
from pyg_ui.library.store.chat_list import ChatList
from pyg_ui.library.transcripts.files import ChatFormat, dump_chat, read_chats
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.chats.view import NUM_LISTED, ChatsView, ListsView, OpenedView, chats_html, trash_html
from pyg_ui.ui.downloads import as_download
from pyg_ui.ui.events import clicked, in_a_row, skipped
from pyg_ui.ui.notices import errors_shown, inform, notify, warn_of_left_out
from pyg_ui.ui.owner import Visitor, owner_of
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class ChatsHandlers:
    """The handlers, and what they need."""

    saver: ChatSaver
    chats: ChatList
    cards: Sequence[Card]
    """The characters to choose from."""

    async def resume_last(self, session: Session, visitor: Visitor) -> None:
        """Show the chat that this person saw last, unless they have begun one meanwhile. Raises StoreError."""
        if not session.has_content:
            stored = await self.saver.last(session.record.owner, visitor.chat_id)
            if stored is not None and not session.has_content:
                session.start(stored.chat, stored)

    async def save(
        self, request: gr.Request, session: Session, visitor: Any, query: str | None, num_listed: int
    ) -> tuple[Any, ...]:
        """Save the chat after a change, and draw the lists. While it is the same chat, a title being typed stays."""
        known = Visitor.read(visitor)
        session.record.owner = session.record.owner or owner_of(request, known)
        await self.saver.save(session)
        is_same = known.chat_id == _open_id(session)
        return await self.lists_view(session, known, query, num_listed, **{"title": gr.skip()} if is_same else {})

    async def perform(
        self, event: gr.EventData, session: Session, visitor: Any, query: str | None, num_listed: int
    ) -> tuple[Any, ...]:
        """Carry out the action of a button that was clicked in one of the lists."""
        sent = clicked(event)
        with errors_shown(session.language):
            await self._carry_out(session, sent.get("act"), str(sent.get("id")))
        lists = await self.lists_view(session, Visitor.read(visitor), query, num_listed)
        return in_a_row(OpenedView(screen=screen_view(session), lists=lists))

    async def rename(self, session: Session, title: str | None, query: str | None, num_listed: int) -> ChatsView:
        """Give the open chat another title."""
        stored = session.record.stored
        with errors_shown(session.language):
            if stored is not None and (title or "").strip() != stored.title:
                called = await asyncio.to_thread(self.saver.store.rename, session.record.owner, stored.id, title or "")
                session.record.stored = replace(stored, title=called)
        return await asyncio.to_thread(self.view, session, query, num_listed)

    async def export_file(self, session: Session, form: str) -> str:
        """The open chat as a file, for SAVE_IN_BROWSER."""
        stored, chosen = session.record.stored, ChatFormat(form)
        title = (stored.title if stored is not None else "") or session.chat.character.name
        text = await asyncio.to_thread(dump_chat, session.chat, chosen)
        return as_download(file_name(title, chosen.suffix), text)

    async def import_file(
        self, session: Session, path: str | None, visitor: Any, query: str | None, num_listed: int
    ) -> tuple[Any, ...]:
        """Store the chats of a file, and open the first."""
        with errors_shown(session.language):
            if path is not None:
                await self._import(session, Path(path))
        lists = await self.lists_view(session, Visitor.read(visitor), query, num_listed)
        return in_a_row(OpenedView(screen=screen_view(session), lists=lists))

    def show_more(self, session: Session, query: str | None, num_listed: int) -> ChatsView:
        """List older chats too."""
        number = num_listed + NUM_LISTED
        return self.view(session, query, number)._replace(num_listed=number)

    def view(self, session: Session, query: str | None, num_listed: int) -> ChatsView:
        """The lists as they are now, and the open chat's title."""
        owner, language, stored = session.record.owner, session.language, session.record.stored
        try:
            found = self.chats.find(owner, query or "", limit=num_listed + 1)
            deleted = self.chats.find(owner, in_trash=True, limit=NUM_LISTED)
        except PygmalionError as error:
            notify(error, session.language)
            return skipped(ChatsView)
        listed = chats_html(found[:num_listed], _open_id(session), language, is_search=bool((query or "").strip()))
        return ChatsView(
            chats=listed,
            more=gr.update(visible=len(found) > num_listed),
            title=gr.update(value=stored.title if stored is not None else "", interactive=stored is not None),
            trash=trash_html(deleted, language),
            num_listed=gr.skip(),
        )

    async def lists_view(
        self, session: Session, visitor: Visitor, query: str | None, num_listed: int, **changes: Any
    ) -> tuple[Any, ...]:
        """What the browser is to remember, and the lists. The `changes` replace fields of the view."""
        view = await asyncio.to_thread(self.view, session, query, num_listed)
        remembered = replace(visitor, chat_id=_open_id(session)).written()
        return in_a_row(ListsView(visitor=remembered, view=view._replace(**changes)))

    async def _carry_out(self, session: Session, action: Any, id: str) -> None:
        store, owner = self.saver.store, session.record.owner
        match action:
            case "open":
                await self.saver.save(session)
                stored = await self.saver.load(owner, id)
                session.start(stored.chat, stored)
            case "trash":
                await asyncio.to_thread(store.trash, owner, id)
                if id == _open_id(session):
                    session.start(Chat.start(session.chat.character, session.chat.person_name))
                inform("chats.trashed", session.language)
            case "restore":
                await asyncio.to_thread(store.restore, owner, id)
            case "delete":
                await asyncio.to_thread(store.delete, owner, id)

    async def _import(self, session: Session, path: Path) -> None:
        data = await asyncio.to_thread(read_file, path)
        found = await asyncio.to_thread(read_chats, data, path.name)
        await self.saver.save(session)
        owner = session.owner
        known = [card.character for card in self.cards]
        chats = [_with_known_character(chat, known) for chat in found.chats]
        stored = [await asyncio.to_thread(self.saver.store.create, owner, chat) for chat in reversed(chats)]
        session.start(stored[-1].chat, stored[-1])
        key = "chats.imported_one" if len(chats) == 1 else "chats.imported"
        inform(key, session.language, number=len(chats), file=path.name)
        if found.num_hidden:
            inform("chats.hidden", session.language, number=found.num_hidden)
        warn_of_left_out(found.left_out, path.name, session.language)


def _open_id(session: Session) -> str:
    return "" if session.record.stored is None else session.record.stored.id


def _with_known_character(chat: Chat, characters: Sequence[Character]) -> Chat:
    """The chat with the known character of the same name, because a chat file holds only the character's name."""
    known = next((each for each in characters if each.name == chat.character.name), None)
    return replace(chat, character=known) if known is not None and chat.character == Character(known.name) else chat
