"""Keeps the chats that could not be saved, and tries again until they are. Their owners' pages are told meanwhile.

Knows no database: who adds a chat says how it is saved. Runs in the event loop that serves the pages.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pyg_ui.dialogue.chat import Chat
from pyg_ui.errors import DatabaseError, StoreError
from pyg_ui.library.store.chats import StoredChat
from pyg_ui.ui.chat_state.record import ChatRecord
from pyg_ui.ui.live.audience import Audience

logger = logging.getLogger(__name__)

RETRY_S = 2.0
"""How long it waits between two attempts."""
_MOST = 50
"""So many chats are kept for one owner: whoever may store no more chats could go on and on, and fill the memory."""

Save = Callable[[ChatRecord], Awaitable[None]]
"""Saves the chat that is kept for a record, and calls `add` or `remove`."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """A chat that is not saved."""

    chat: Chat
    error: StoreError
    save: Save


class Unsaved:
    """The chats that could not be saved, by where they are to be stored."""

    def __init__(self, audience: Audience, retry_s: float = RETRY_S) -> None:
        self._audience = audience
        self.retry_s = retry_s
        self._rests: dict[ChatRecord, _Rest] = {}
        """The one that failed last is the last."""
        self._task: asyncio.Task[None] | None = None

    def chat_of(self, record: ChatRecord) -> Chat | None:
        """The newest state of the chat, which is to be saved; None if nothing is."""
        rest = self._rests.get(record)
        return None if rest is None else rest.chat

    def find(self, owner: str, id: str) -> tuple[StoredChat, Chat] | None:
        """The stored chat of that id as it was saved last, and its newest state; None if that is saved."""
        found = ((record.stored, rest.chat) for record, rest in reversed(self._rests.items()) if record.owner == owner)
        return next(((stored, chat) for stored, chat in found if stored is not None and stored.id == id), None)

    def add(self, record: ChatRecord, chat: Chat, error: StoreError, save: Save) -> None:
        """The chat could not be saved. It takes the place of an earlier state.

        A page that only shows what another one could not save has nothing of its own to add.
        """
        if record not in self._rests and (known := self.find(record.owner, record.id)) and known[1] == chat:
            return
        if not self._rests:
            logger.error("Chats are not being saved, and kept in memory. %s", error.for_operators)
        self._rests.pop(record, None)
        self._rests[record] = _Rest(chat, error, save)
        for oldest in [other for other in self._rests if other.owner == record.owner][:-_MOST]:
            del self._rests[oldest]
        self._audience.report(record.owner, error)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_trying())

    def remove(self, record: ChatRecord) -> None:
        """The chat is saved."""
        if self._rests.pop(record, None) is None:
            return
        left = (rest.error for other, rest in self._rests.items() if other.owner == record.owner)
        self._audience.report(record.owner, next(left, None))
        if not self._rests:
            logger.info("All chats are saved again.")

    async def try_again(self) -> None:
        """Save what can be saved now. While the database fails, one attempt is enough to see it."""
        for record, rest in list(self._rests.items()):
            await rest.save(record)
            failed = self._rests.get(record)
            if failed is not None and isinstance(failed.error, DatabaseError):
                break

    async def _keep_trying(self) -> None:
        while self._rests:
            await asyncio.sleep(self.retry_s)
            await self.try_again()
