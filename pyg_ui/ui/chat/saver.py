"""Saves the chats of sessions: the person's message before a reply begins, the reply each second, and its end.

So the database has the chat whatever happens to the page or the server. While a reply is on its way, its task alone
saves the chat. If another tab has changed the same chat, this one continues in a branch, and a notice says so. What
cannot be saved is kept by `Unsaved`, which tells the pages of its owner and tries again.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from pyg_ui.dialogue.chat import Chat
from pyg_ui.errors import NotFoundError, StoreError
from pyg_ui.library.store.chats import ChatStore, StoredChat
from pyg_ui.service.replies import ReplyUpdate
from pyg_ui.ui.chat_state.record import ChatRecord
from pyg_ui.ui.chat_state.reply import Reply
from pyg_ui.ui.live.running import RunningReplies
from pyg_ui.ui.live.unsaved import Unsaved
from pyg_ui.ui.notices import inform
from pyg_ui.ui.session import Session

SAVE_INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class Opened:
    """A chat that was loaded."""

    stored: StoredChat
    """As it was saved last."""
    chat: Chat
    """As it is: not all of it may have been saved."""
    reply: Reply | None
    """The reply that was on its way in it."""


@dataclass(frozen=True)
class ChatSaver:
    """Saves and loads the chats of sessions."""

    store: ChatStore
    running: RunningReplies = field(default_factory=RunningReplies)

    @property
    def unsaved(self) -> Unsaved:
        """The chats that could not be saved."""
        return self.running.unsaved

    async def open(self, session: Session, id: str) -> None:
        """Show a stored chat, and the reply on its way in it. Raises NotFoundError."""
        self.show(session, await self._load(session.record.owner, id))

    def show(self, session: Session, opened: Opened) -> None:
        """Show a chat that was loaded."""
        session.start(opened.chat, opened.stored)
        reply = opened.reply or self.running.find(session.record.owner, opened.stored.id)
        if reply is not None:
            self.running.attach(session, reply)

    async def last(self, owner: str, id: str) -> Opened | None:
        """The chat of that id, or else the one that was changed last; None if the owner has none."""
        try:
            return await self._load(owner, id)
        except NotFoundError:
            latest = await asyncio.to_thread(self.store.latest, owner)
        return None if latest is None else await self._load(owner, latest.id)

    async def current(self, session: Session, chat: Chat) -> Chat:
        """The chat with the person's own lorebooks as they are now. If the database fails, they stay as they are."""
        if not chat.kept_lorebooks or not session.record.owner:
            return chat
        with contextlib.suppress(StoreError):
            return await asyncio.to_thread(self.store.with_current_lorebooks, session.record.owner, chat)
        return chat

    async def save(self, session: Session) -> None:
        """Save the chat on the screen if it holds anything.

        While a reply is on its way, this does nothing: the reply saves its chat.
        """
        session.settle()
        if not session.is_writing and (session.record.stored is not None or session.has_content):
            await self.write(session.record, session.chat)
        self.tell(session)

    async def keep(self, session: Session) -> None:
        """Save the chat on the screen, even if nothing has been said in it."""
        session.settle()
        if not session.is_writing:
            await self.write(session.record, session.chat)
        self.tell(session)

    def tell(self, session: Session) -> None:
        """Show what happened to saves since the last time."""
        untold, session.record.untold = session.record.untold, []
        for news in untold:
            inform(news, session.language)

    async def saving(
        self, record: ChatRecord, updates: AsyncGenerator[ReplyUpdate, None]
    ) -> AsyncGenerator[ReplyUpdate, None]:
        """The same updates, saved as they pass: the first before the second is asked for, the last in any case."""
        saved_at = -math.inf
        update: ReplyUpdate | None = None
        try:
            async with aclosing(updates):
                async for update in updates:
                    if time.monotonic() - saved_at >= SAVE_INTERVAL_S:
                        await self.write(record, update.chat)
                        saved_at = time.monotonic()
                    yield update
        finally:
            if update is not None:
                await self.write(record, update.chat)

    async def write(self, record: ChatRecord, chat: Chat) -> None:
        """Save completely, even if the caller is cancelled, because the next save builds on this one."""
        if record.owner:  # unknown if the page was closed while it opened
            await asyncio.shield(asyncio.ensure_future(self._save_in_turn(record, chat)))

    async def _write_again(self, record: ChatRecord) -> None:
        """Save what could not be saved before."""
        await asyncio.shield(asyncio.ensure_future(self._save_in_turn(record, None)))

    async def _load(self, owner: str, id: str) -> Opened:
        await self.unsaved.try_again()
        # Once a reply is no longer found, all of it is in the database, or waits to be saved.
        reply, kept = self.running.find(owner, id), self.unsaved.find(owner, id)
        if kept is not None:
            return Opened(*kept, reply)
        stored = await asyncio.to_thread(self.store.load, owner, id)
        return Opened(stored, stored.chat, reply)

    async def _save_in_turn(self, record: ChatRecord, given: Chat | None) -> None:
        """Save the chat; without one, that of the record which could not be saved, if it still is not."""
        async with record.lock:
            chat = given or self.unsaved.chat_of(record)
            if chat is None:
                return
            try:
                before, record.stored = record.stored, await asyncio.to_thread(self._follow, record, chat)
            except StoreError as error:
                self.unsaved.add(record, chat, error, self._write_again)
                return
            record.nonce = ""
            self.unsaved.remove(record)
        if before is not None and record.stored.parent_id == before.id != record.stored.id:
            record.untold.append("chats.branched")

    def _follow(self, record: ChatRecord, chat: Chat) -> StoredChat:
        nonce = record.nonce
        try:
            if record.stored is not None:
                return self.store.save(record.owner, record.stored, chat, nonce)
            if record.parent_id:
                return self.store.branch(record.owner, record.parent_id, chat, nonce)
        except NotFoundError:
            pass  # deleted in another tab; it is stored again as a new chat
        title = record.stored.title if record.stored is not None else ""
        return self.store.create(record.owner, chat, title, nonce)
