"""The history of a chat's turns: what undo goes back to and redo brings again.

Immutable, as chats are. Character, names and notes are no part of it: undoing a message leaves them as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.errors import InputError

MAX_STEPS = 200
"""How many steps are remembered."""


@dataclass(frozen=True, slots=True)
class History:
    """A chat, and its turns as they were before and, after an undo, as they would be again."""

    chat: Chat
    past: tuple[tuple[Turn, ...], ...] = ()
    """Oldest first."""
    future: tuple[tuple[Turn, ...], ...] = ()
    """The next one to redo last."""

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self.past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to take again."""
        return bool(self.future)

    def step(self, chat: Chat) -> Self:
        """Another state of the chat. Where its turns differ, that is a step, and nothing is left to redo."""
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
        """One step forth again. Raises InputError unless `can_redo`."""
        if not self.future:
            raise InputError("There is nothing to redo.")
        past = (*self.past, self.chat.turns)
        return replace(self, chat=replace(self.chat, turns=self.future[-1]), past=past, future=self.future[:-1])


def taken_back(before: Chat, after: Chat) -> str:
    """What the person said anew from `before` to `after`, for their message box; "" where they said nothing."""
    shared = len(before.turns)
    if after.turns[:shared] != before.turns or len(after.turns) == shared:
        return ""
    first = after.turns[shared]
    return first.text if first.role is Role.PERSON else ""
