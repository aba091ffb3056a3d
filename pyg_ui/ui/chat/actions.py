"""Acts: what the buttons at a message do. Each takes the session and the place of a turn, as a browser names it.

A browser may name anything: whatever is not there is an InputError, and nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pyg_ui.errors import InputError
from pyg_ui.ui.session import Session

MAX_MESSAGE_CHARACTERS = 20_000
"""More than any context here holds."""


@dataclass(frozen=True, slots=True)
class UserAction:
    """What was clicked, and where."""

    name: str
    place: int
    """The index of a turn; of a version of the last turn where one is picked; of a character to start with."""
    text: str = ""
    """What was typed, where a turn was edited."""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> UserAction:
        """What a browser told. Raises InputError for what no button tells."""
        name, place, text = told.get("name"), told.get("place"), told.get("text", "")
        if not isinstance(name, str) or type(place) is not int or not isinstance(text, str):
            raise InputError("The page sent something unreadable. Reload it and try again.")
        return cls(name, place, text)


def perform_action(session: Session, action: UserAction) -> None:
    """Carry out an action. Raises InputError for one that cannot be done."""
    if action.name not in _ACTIONS:
        raise InputError("The page asked for something unknown. Reload it and try again.")
    _ACTIONS[action.name](session, action)


def _swipe(by: int) -> Callable[[Session, UserAction], None]:
    def swipe(session: Session, action: UserAction) -> None:
        turns = session.chat.turns
        index = turns[action.place].index if 0 <= action.place < len(turns) else 0
        session.show(session.chat.choose_version(action.place, index + by))

    return swipe


def _edit(session: Session, action: UserAction) -> None:
    session.chat.branch(action.place)  # raises where there is no such turn
    session.editing = action.place


def _save(session: Session, action: UserAction) -> None:
    if len(action.text) > MAX_MESSAGE_CHARACTERS:
        raise InputError(f"This is too long: a message may have {MAX_MESSAGE_CHARACTERS:,} characters.")
    session.show(session.chat.edit(action.place, action.text))


def _cancel(session: Session, action: UserAction) -> None:
    session.editing = None


def _delete(session: Session, action: UserAction) -> None:
    session.show(session.chat.delete(action.place))


def _branch(session: Session, action: UserAction) -> None:
    session.branch(action.place)


def _pick(session: Session, action: UserAction) -> None:
    session.show(session.chat.choose_version(len(session.chat.turns) - 1, action.place))


_ACTIONS: Mapping[str, Callable[[Session, UserAction], None]] = {
    "previous": _swipe(-1),
    "next": _swipe(1),
    "edit": _edit,
    "save": _save,
    "cancel": _cancel,
    "delete": _delete,
    "branch": _branch,
    "pick": _pick,
}
