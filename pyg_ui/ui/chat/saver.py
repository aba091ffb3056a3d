"""Saves the chats of sessions: the person's message before a reply begins, the reply each second, and its end.

So the database has the chat whatever happens to the page or the server. If another tab has changed the same chat,
this one continues in a branch, and a notice says so.
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
from pyg_ui.ui.notices import inform, notify
from pyg_ui.ui.session import ChatRecord, Session

SAVE_INTERVAL_S = 1.0
PATIENCE_S = 2.0
"""How long an opening page waits until another page has saved the end of its reply."""


@dataclass(frozen=True)
class ChatSaver:
    """Saves and loads the chats of sessions."""

    store: ChatStore
    _written: dict[str, asyncio.Event] = field(default_factory=dict)
    """For each chat id with a reply on its way in this process, the event of its end."""

    async def load(self, owner: str, id: str) -> StoredChat:
        """A stored chat. If a reply to it is still being written, this waits for its end. Raises NotFoundError."""
        if id in self._written:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._written[id].wait(), PATIENCE_S)
        return await asyncio.to_thread(self.store.load, owner, id)

    async def last(self, owner: str, id: str) -> StoredChat | None:
        """The chat of that id, or else the one that was changed last; None if the owner has none."""
        try:
            return await self.load(owner, id)
        except NotFoundError:
            latest = await asyncio.to_thread(self.store.latest, owner)
        return None if latest is None else await self.load(owner, latest.id)

    async def current(self, session: Session, chat: Chat) -> Chat:
        """The chat with the person's own lorebooks as they are now. If the database fails, they stay as they are."""
        if not chat.kept_lorebooks or not session.record.owner:
            return chat
        with contextlib.suppress(StoreError):
            return await asyncio.to_thread(self.store.with_current_lorebooks, session.record.owner, chat)
        return chat

    async def save(self, session: Session) -> None:
        """Save the chat on the screen if it holds anything. A failure is shown once, and the next save tries again."""
        if session.record.stored is not None or session.has_content:
            await self.keep(session)

    async def keep(self, session: Session) -> None:
        """Save the chat on the screen, even if nothing has been said in it."""
        await self._save(session, session.record, session.chat)

    async def saving(
        self, session: Session, updates: AsyncGenerator[ReplyUpdate, None]
    ) -> AsyncGenerator[ReplyUpdate, None]:
        """The same updates, saved as they pass: the first before the second is asked for, the last in any case."""
        record, saved_at, ended = session.record, -math.inf, asyncio.Event()
        chat: Chat | None = None
        try:
            async with aclosing(updates):
                async for update in updates:
                    chat = update.chat
                    if time.monotonic() - saved_at >= SAVE_INTERVAL_S:
                        await self._save(session, record, chat)
                        saved_at = time.monotonic()
                        if record.stored is not None:
                            self._written[record.stored.id] = ended
                    yield update
        finally:
            if chat is not None:
                await self._save(session, record, chat)
            ended.set()
            for id in [id for id, event in self._written.items() if event is ended]:
                del self._written[id]

    async def _save(self, session: Session, record: ChatRecord, chat: Chat) -> None:
        """Save completely, even if the caller is cancelled, because the next save builds on this one."""
        if record.owner:  # unknown if the page was closed while it opened
            await asyncio.shield(asyncio.ensure_future(self._save_in_turn(session, record, chat)))

    async def _save_in_turn(self, session: Session, record: ChatRecord, chat: Chat) -> None:
        async with record.lock:
            try:
                before, record.stored = record.stored, await asyncio.to_thread(self._follow, record, chat)
            except StoreError as error:
                if not record.has_failed:
                    notify(error, session.language)
                record.has_failed = True
                return
            record.has_failed = False
        if before is not None and record.stored.parent_id == before.id != record.stored.id:
            inform("chats.branched", session.language)

    def _follow(self, record: ChatRecord, chat: Chat) -> StoredChat:
        try:
            if record.stored is not None:
                return self.store.save(record.owner, record.stored, chat)
            if record.parent_id:
                return self.store.branch(record.owner, record.parent_id, chat)
        except NotFoundError:
            pass  # deleted in another tab; it is stored again as a new chat
        return self.store.create(record.owner, chat, record.stored.title if record.stored is not None else "")
