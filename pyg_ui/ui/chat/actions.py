"""What the buttons at a message do: a browser names an action and the place of a turn.

A browser may name anything. An unknown action or place is an InputError, and nothing changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

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
    """The new text of a turn that was edited."""

    @classmethod
    def read(cls, sent: Mapping[str, Any]) -> Self:
        """The action that a browser sent. Raises InputError for anything that no button sends."""
        name, place, text = sent.get("name"), sent.get("place"), sent.get("text", "")
        if not isinstance(name, str) or type(place) is not int or not isinstance(text, str):
            raise InputError("The page sent something unreadable. Reload it and try again.")
        return cls(name, place, text)


def perform_action(session: Session, action: UserAction) -> None:
    """Carry out an action. Raises InputError for one that is unknown or cannot be done."""
    chat, place = session.chat, action.place
    match action.name:
        case "previous" | "next":
            index = chat.turns[place].index if 0 <= place < len(chat.turns) else 0
            session.show(chat.choose_version(place, index + (1 if action.name == "next" else -1)))
        case "edit":
            chat.branch(place)  # raises where there is no such turn
            session.editing = place
        case "save":
            if len(action.text) > MAX_MESSAGE_CHARACTERS:
                message = "This is too long: a message may have {number:,} characters."
                raise InputError(message, number=MAX_MESSAGE_CHARACTERS)
            session.show(chat.edit(place, action.text))
        case "cancel":
            session.editing = None
        case "delete":
            session.show(chat.delete(place))
        case "branch":
            session.branch(place)
        case "pick":
            session.show(chat.choose_version(len(chat.turns) - 1, place))
        case _:
            raise InputError("The page asked for something unknown. Reload it and try again.")
