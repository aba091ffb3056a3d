"""The chats of one file. Every format is read into this model, which knows none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyg_ui.dialogue.chat import Chat, Role, Turn, Version
from pyg_ui.errors import Message


@dataclass(frozen=True, slots=True)
class Transcript:
    """The chats, and how they were found."""

    chats: tuple[Chat, ...]
    num_hidden: int = 0
    """Messages that the other program hides from the model. They are left out."""
    format: str = ""
    """The name of the format that the chats were found in."""
    left_out: tuple[Message, ...] = ()
    """What could not be read of the file."""


def turn_of(role: Role, said: str, versions: Sequence[str], index: int | None, sent_at: datetime | None) -> Turn:
    """A turn with versions, of which `index` is chosen if the file has a valid one.

    The chosen version becomes `said`: programs change that text alone when somebody edits a message.
    """
    if index is None or not 0 <= index < len(versions):
        index = versions.index(said) if said in versions else len(versions)
    texts = (*versions[:index], said, *versions[index + 1 :])
    return Turn(role, tuple(map(Version, texts)), index, sent_at)
