"""Where a chat of a page is stored. Knows no session."""

import asyncio
from dataclasses import dataclass, field

from pyg_ui.library.store.chats import StoredChat


@dataclass(slots=True, eq=False)
class ChatRecord:
    """Where a chat is stored in the database. Who saves it holds the lock."""

    owner: str = ""
    """Whose chat it is; "" while that is not known."""
    stored: StoredChat | None = None
    """As it was saved last; None if it never was."""
    parent_id: str = ""
    """The id of the chat that it branched off, until it is saved for the first time."""
    nonce: str = ""
    """The nonce of the message that the next save stores for the first time; "" if there is none."""
    answered: str = ""
    """The nonce of the message that was sent last, whether it was new or not."""
    untold: list[str] = field(default_factory=list)
    """What happened to it that the page has not been told yet, as keys of words."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def id(self) -> str:
        """The id of the stored chat; "" if it was never saved."""
        return "" if self.stored is None else self.stored.id
