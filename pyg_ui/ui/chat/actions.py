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
class Act:
    """What was clicked, and where."""

    name: str
    place: int
    """The index of a turn; of a version of the last turn where one is picked; of a character to start with."""
    text: str = ""
    """What was typed, where a turn was edited."""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Act:
        """What a browser told. Raises InputError for what no button tells."""
        name, place, text = told.get("name"), told.get("place"), told.get("text", "")
        if not isinstance(name, str) or type(place) is not int or not isinstance(text, str):
            raise InputError("The page sent something unreadable. Reload it and try again.")
        return cls(name, place, text)


def perform(session: Session, act: Act) -> None:
    """Carry out an act. Raises InputError for one that cannot be done."""
    if act.name not in _ACTS:
        raise InputError("The page asked for something unknown. Reload it and try again.")
    _ACTS[act.name](session, act)


def _swipe(by: int) -> Callable[[Session, Act], None]:
    def swipe(session: Session, act: Act) -> None:
        turns = session.chat.turns
        index = turns[act.place].index if 0 <= act.place < len(turns) else 0
        session.show(session.chat.choose_version(act.place, index + by))

    return swipe


def _edit(session: Session, act: Act) -> None:
    session.chat.branch(act.place)  # raises where there is no such turn
    session.editing = act.place


def _save(session: Session, act: Act) -> None:
    if len(act.text) > MAX_MESSAGE_CHARACTERS:
        raise InputError(f"This is too long: a message may have {MAX_MESSAGE_CHARACTERS:,} characters.")
    session.show(session.chat.edit(act.place, act.text))


def _cancel(session: Session, act: Act) -> None:
    session.editing = None


def _delete(session: Session, act: Act) -> None:
    session.show(session.chat.delete(act.place))


def _branch(session: Session, act: Act) -> None:
    session.branch(act.place)


def _pick(session: Session, act: Act) -> None:
    session.show(session.chat.choose_version(len(session.chat.turns) - 1, act.place))


_ACTS: Mapping[str, Callable[[Session, Act], None]] = {
    "previous": _swipe(-1),
    "next": _swipe(1),
    "edit": _edit,
    "save": _save,
    "cancel": _cancel,
    "delete": _delete,
    "branch": _branch,
    "pick": _pick,
}
