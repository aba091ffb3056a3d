"""Refuses a message that a browser sends for the second time, because the answer to the first time was lost.

The browser gives each message a nonce. It is stored in the transaction that saves the message, so the message is known
after a restart, too. Until then this process remembers it.
"""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pyg_ui.errors import StoreError
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.ui.chat_state.record import ChatRecord

_MOST = 10_000
"""So many nonces are remembered; the database knows older ones."""


@dataclass(frozen=True)
class Nonces:
    """The nonces of the messages that were sent."""

    store: ChatStore
    _taken: dict[tuple[str, str], None] = field(default_factory=dict)

    async def take(self, record: ChatRecord, nonce: Any) -> bool:
        """Whether the message is new. It is saved with the nonce then. A browser may send anything as a nonce."""
        if not isinstance(nonce, str) or re.fullmatch(r"[0-9a-f]{32}", nonce) is None:
            return True
        key, record.answered = (record.owner, nonce), nonce
        if key in self._taken:
            return False
        self._taken[key] = None
        for oldest in list(self._taken)[:-_MOST]:
            del self._taken[oldest]
        with suppress(StoreError):
            if bool(record.owner) and await asyncio.to_thread(self.store.has_message, record.owner, nonce):
                return False
        record.nonce = nonce
        return True

    def give_back(self, record: ChatRecord) -> None:
        """The message could not be sent, so it may come again."""
        self._taken.pop((record.owner, record.nonce), None)
        record.nonce = ""
