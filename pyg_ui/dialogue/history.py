"""The history of a chat's turns, for undo and redo.

It is immutable, as chats are. Undo changes the turns only: character, names and notes stay as they are.
"""

from dataclasses import dataclass, replace
from typing import Self

from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.errors import InputError

MAX_STEPS = 200
"""How many steps are kept."""


@dataclass(frozen=True, slots=True)
class History:
    """A chat, its earlier turns for undo, and its later turns for redo."""

    chat: Chat
    past: tuple[tuple[Turn, ...], ...] = ()
    """Oldest first."""
    future: tuple[tuple[Turn, ...], ...] = ()
    """The next one to redo last."""

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self.past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self.future)

    def step(self, chat: Chat) -> Self:
        """The history after the chat changed. Changed turns make a step that can be undone, and end the redo."""
        if chat.turns == self.chat.turns:
            return replace(self, chat=chat)
        return type(self)(chat, (*self.past, self.chat.turns)[-MAX_STEPS:])

    def undo(self) -> Self:
        """One step back. Raises InputError unless `can_undo`."""
        if not self.past:
            raise InputError("There is nothing to undo.")
        future = (*self.future, self.chat.turns)
        return replace(self, chat=replace(self.chat, turns=self.past[-1]), past=self.past[:-1], future=future)

    def redo(self) -> Self:
        """One step forward. Raises InputError unless `can_redo`."""
        if not self.future:
            raise InputError("There is nothing to redo.")
        past = (*self.past, self.chat.turns)
        return replace(self, chat=replace(self.chat, turns=self.future[-1]), past=past, future=self.future[:-1])


def taken_back(before: Chat, after: Chat) -> str:
    """The person's first message that is in `after` and not in `before`, for the message box; "" if there is none."""
    shared = len(before.turns)
    if after.turns[:shared] != before.turns or len(after.turns) == shared:
        return ""
    first = after.turns[shared]
    return first.text if first.role is Role.PERSON else ""
