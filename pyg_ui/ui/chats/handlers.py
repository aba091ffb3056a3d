"""What the history panel's controls do, and which event calls what. Plain functions of a session and field values.

A browser may name any chat: the store finds none but the owner's. Whatever fails, every chat stays as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from pyg_ui.ui.chats.layout import NUM_LISTED, ChatsPanel, ChatsView, chats_html, trash_html
from pyg_ui.ui.downloads import SAVE_IN_BROWSER, as_download
from pyg_ui.ui.events import AGAIN, IN_BROWSER, QUICK, clicked, updates
from pyg_ui.ui.notices import inform, notify
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
                session.resume(stored)

    async def keep(
        self, request: gr.Request, session: Session, told: Any, query: str | None, num_listed: int
    ) -> tuple[Any, ...]:
        """Something changed in the chat: save it. The title that somebody may be typing stays, if the chat does."""
        visitor = Visitor.read(told)
        session.record.owner = session.record.owner or owner_of(request, visitor)
        await self.saver.save(session)
        is_same = visitor.chat_id == _open_id(session)
        return await self.remembered_views(session, visitor, query, num_listed, keeps_title=is_same)

    async def perform(
        self, event: gr.EventData, session: Session, told: Any, query: str | None, num_listed: int
    ) -> tuple[Any, ...]:
        """A button in one of the lists was clicked."""
        told_of = clicked(event)
        do = self._actions.get(str(told_of.get("act")))
        try:
            if do is not None:
                await do(session, str(told_of.get("id")))
        except PygmalionError as error:
            notify(error, session.language)
        return await self._all_views(session, Visitor.read(told), query, num_listed)

    async def rename(self, session: Session, title: str | None, query: str | None, num_listed: int) -> ChatsView:
        """Call the open chat otherwise."""
        stored = session.record.stored
        try:
            if stored is not None and (title or "").strip() != stored.title:
                called = await asyncio.to_thread(self.saver.store.rename, session.record.owner, stored.id, title or "")
                session.record.stored = replace(stored, title=called)
        except PygmalionError as error:
            notify(error, session.language)
        return await asyncio.to_thread(self.view, session, query, num_listed)

    async def export(self, session: Session, form: str) -> str:
        """The open chat as a file to be saved."""
        stored, chosen = session.record.stored, ChatFormat(form)
        title = (stored.title if stored is not None else "") or session.chat.character.name
        text = await asyncio.to_thread(dump_chat, session.chat, chosen)
        return as_download(file_name(title, chosen.suffix), text)

    async def take_in(
        self, session: Session, path: str | None, told: Any, query: str | None, num_listed: int
    ) -> tuple[Any, ...]:
        """Keep the chats of a file, and open the first."""
        try:
            if path is not None:
                await self._take_in(session, Path(path))
        except PygmalionError as error:
            notify(error, session.language)
        return await self._all_views(session, Visitor.read(told), query, num_listed)

    def show_more(self, session: Session, query: str | None, num_listed: int) -> tuple[Any, ...]:
        """List older chats too."""
        return (num_listed + NUM_LISTED, *self.view(session, query, num_listed + NUM_LISTED))

    def view(self, session: Session, query: str | None, num_listed: int) -> ChatsView:
        """The lists as they are now, and the open chat's title."""
        owner, language, stored = session.record.owner, session.language, session.record.stored
        try:
            found = self.chats.find(owner, query or "", limit=num_listed + 1)
            thrown_away = self.chats.find(owner, in_trash=True, limit=NUM_LISTED)
        except PygmalionError as error:
            notify(error, session.language)
            return ChatsView(*(gr.skip() for _ in ChatsView._fields))
        listed = chats_html(found[:num_listed], _open_id(session), language, is_search=bool((query or "").strip()))
        return ChatsView(
            chats=listed,
            more=gr.update(visible=len(found) > num_listed),
            title=gr.update(value=stored.title if stored is not None else "", interactive=stored is not None),
            trash=trash_html(thrown_away, language),
        )

    async def _all_views(
        self, session: Session, visitor: Visitor, query: str | None, num_listed: int
    ) -> tuple[Any, ...]:
        views = await self.remembered_views(session, visitor, query, num_listed)
        return (*updates(screen_view(session)), *views)

    async def remembered_views(
        self, session: Session, visitor: Visitor, query: str | None, num_listed: int, *, keeps_title: bool = False
    ) -> tuple[Any, ...]:
        """What the browser is to remember, and the lists; the title stays as it is in its field where told."""
        view = await asyncio.to_thread(self.view, session, query, num_listed)
        remembered = replace(visitor, chat_id=_open_id(session)).written()
        return (remembered, *(view._replace(title=gr.skip()) if keeps_title else view))

    @property
    def _actions(self) -> Mapping[str, Callable[[Session, str], Awaitable[None]]]:
        return {"open": self._open, "trash": self._trash, "restore": self._restore, "delete": self._delete}

    async def _open(self, session: Session, id: str) -> None:
        await self.saver.save(session)
        session.resume(await self.saver.load(session.record.owner, id))

    async def _trash(self, session: Session, id: str) -> None:
        await asyncio.to_thread(self.saver.store.trash, session.record.owner, id)
        if id == _open_id(session):
            session.start(Chat.start(session.chat.character, session.chat.person_name))
        inform("chats.trashed", session.language)

    async def _restore(self, session: Session, id: str) -> None:
        await asyncio.to_thread(self.saver.store.restore, session.record.owner, id)

    async def _delete(self, session: Session, id: str) -> None:
        await asyncio.to_thread(self.saver.store.delete, session.record.owner, id)

    async def _take_in(self, session: Session, path: Path) -> None:
        data = await asyncio.to_thread(read_file, path)
        found = await asyncio.to_thread(read_chats, data, path.name)
        await self.saver.save(session)
        owner = session.owner
        known = [card.character for card in self.cards]
        chats = [_with_known_character(chat, known) for chat in found.chats]
        kept = [await asyncio.to_thread(self.saver.store.create, owner, chat) for chat in reversed(chats)]
        session.resume(kept[-1])
        key = "chats.imported_one" if len(chats) == 1 else "chats.imported"
        inform(key, session.language, number=len(chats), file=path.name)
        if found.num_hidden:
            inform("chats.hidden", session.language, number=found.num_hidden)


def wire_chats(
    handlers: ChatsHandlers,
    panel: ChatsPanel,
    *,
    state: gr.State,
    visitor: gr.BrowserState,
    conversation: Sequence[gr.components.Component],
    changes: Sequence[Any],
    replies: Sequence[dict[str, Any]],
) -> None:
    """The panel's controls call the handlers, and so do the events that change a chat.

    `conversation` are the components of the chat and its character, `changes` the events after which a chat is to be
    saved, `replies` those that another chat on the screen ends.
    """
    look, told = [panel.search, panel.num_listed], [state, visitor, panel.search, panel.num_listed]
    everything = [*conversation, visitor, *panel.outputs]
    for change in changes:
        change.then(handlers.keep, told, [visitor, *panel.outputs], **AGAIN)
    for shown in (panel.chats, panel.trash):
        shown.select(handlers.perform, told, everything, cancels=list(replies), **QUICK)
    panel.upload.upload(
        handlers.take_in, [state, panel.upload, visitor, *look], everything, cancels=list(replies), **QUICK
    )
    panel.search.change(handlers.view, [state, *look], panel.outputs, **AGAIN)
    panel.more.click(handlers.show_more, [state, *look], [panel.num_listed, *panel.outputs], **QUICK)
    gr.on([panel.title.submit, panel.title.blur], handlers.rename, [state, panel.title, *look], panel.outputs, **QUICK)
    panel.export.click(handlers.export, [state, panel.form], [panel.exported], **QUICK).then(
        None, [panel.exported], [panel.exported], js=SAVE_IN_BROWSER, **IN_BROWSER
    )


def _open_id(session: Session) -> str:
    return "" if session.record.stored is None else session.record.stored.id


def _with_known_character(chat: Chat, characters: Sequence[Character]) -> Chat:
    """Chat files hold the character's name only: where we know somebody of that name, it is them."""
    known = next((each for each in characters if each.name == chat.character.name), None)
    return replace(chat, character=known) if known is not None and chat.character == Character(known.name) else chat
