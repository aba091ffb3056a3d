"""One reply on its way, as all pages that show its chat see it. Knows neither tasks nor connections nor components."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from pyg_ui.dialogue.chat import Role, Version
from pyg_ui.dialogue.history import History
from pyg_ui.library.store.chats import StoredChat
from pyg_ui.service.replies import ReplyUpdate
from pyg_ui.ui.chat_state.record import ChatRecord
from pyg_ui.ui.display import as_blocks


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for."""

    typed: str | None = None
    """The person's message, which goes back into the message box if nothing comes of it."""
    is_for_person: bool = False
    """Whether the text goes into the message box."""
    is_repeat: bool = False
    """Whether the last reply is written again, to compare the two."""
    num_drafts: int = 1
    """How many texts are written side by side."""


@dataclass(slots=True, eq=False)
class Reply:
    """A reply that a task of the process writes. Pages read it; only `RunningReplies` changes it."""

    before: History
    """The chat before the reply."""
    record: ChatRecord
    """Where its chat is saved. The page that asked has the same record, all others have their own."""
    wish: Wish
    note: Callable[[str], str]
    """What the line under the chat says in that language while it is on its way, as HTML."""
    update: ReplyUpdate | None = None
    """How far it has come."""
    error: Exception | None = None
    """Why it failed."""
    heir: object = None
    """The session that is told of an error and gets the text back; None if nobody is looking."""
    is_over: bool = False
    """Whether it has ended and is saved."""
    stored: StoredChat | None = None
    """The chat as it was saved at the end."""
    begun: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    """Set once the person's message is saved, or once it is over."""
    ended: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _reached: tuple[ReplyUpdate, History] | None = field(default=None, repr=False)
    _drawn: tuple[ReplyUpdate | None, list[list[str]]] | None = field(default=None, repr=False)

    @property
    def has_text(self) -> bool:
        """Whether the model has begun to write."""
        return self.update is not None and self.update.model is not None

    @property
    def is_first_reply(self) -> bool:
        """Whether it answers a new message. Then even a part of it is kept after an error."""
        return self.update is not None and len(self.update.chat.turns) > len(self.before.chat.turns)

    @property
    def drafts(self) -> tuple[Version, ...]:
        """The texts so far."""
        return () if self.update is None else self.update.drafts

    @property
    def is_taken_back(self) -> bool:
        """Whether it leaves nothing, so that the chat is what it was: it failed, or was stopped before it began.

        A message stays in the chat if nobody is there to get it back.
        """
        if self.update is None or self.error is None:
            return self.update is None
        return not (self.is_first_reply and (self.has_text or self.heir is None))

    @property
    def history(self) -> History:
        """The chat as far as the reply has come."""
        if self.update is None or self.is_taken_back:
            return self.before
        if self._reached is None or self._reached[0] is not self.update:
            self._reached = self.update, self.before.step(self.update.chat)
        return self._reached[1]

    @property
    def bubbles(self) -> list[list[str]]:
        """The text of each bubble as HTML, in blocks that follow each other. Later text changes only the last ones."""
        if self._drawn is None or self._drawn[0] is not self.update:
            self._drawn = self.update, self._draw()
        return self._drawn[1]

    @property
    def line(self) -> str | None:
        """The message for the person so far; None if there is none."""
        return self.drafts[0].text if self.wish.is_for_person and self.drafts else None

    def _draw(self) -> list[list[str]]:
        chat = self.history.chat
        if self.wish.num_drafts > 1:
            texts = [draft.text for draft in self.drafts] or [""] * self.wish.num_drafts
            return [as_blocks(chat.display_text(Role.CHARACTER, text)) for text in texts]
        if not chat.is_answered:
            return [[]]
        turn = chat.turns[-1]
        return [as_blocks(chat.display_text(turn.role, turn.text, turn.sent_at))]
