"""Chub's lists of messages: `{"message", "is_mine"}`, in a list, in JSON lines or in an object.

Chub also writes SillyTavern's lines, in which such an object is the text. These are read as SillyTavern's.
"""

from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import flag, objects_in, section
from pyg_ui.library.transcripts.messages import Messages
from pyg_ui.library.transcripts.speakers import labelled, speaker_of
from pyg_ui.library.transcripts.transcript import Transcript

_LISTS = ("messages", "chatMessages", "chat_messages")
_NAMES = ("character_name", "characterName", "char_name")


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    given = [document.first_row] if document.has_rows else objects_in(_listed(document.values))
    return "chub" if any("is_mine" in each and isinstance(each.get("message"), str) for each in given) else ""


def read(document: Document) -> Transcript:
    """The chat. The character is named after the file where nothing in it names the character."""
    messages, values = Messages(document), document.values
    spoken: list[tuple[str, Turn]] = []
    for message in messages.each_row() if document.has_rows else messages.each(_listed(values)):
        role = Role.PERSON if flag(message, "is_mine") else Role.CHARACTER
        versions, index = message.get("swipes"), message.get("swipe_id")
        sent_at = message.get("send_date") or message.get("created_at")
        if turn := messages.turn(role, message.get("message"), versions, index, sent_at):
            spoken.append((messages.name(message.get("name")), turn))
    messages.tell()
    given = (messages.name(each.get(key)) for each in (values, section(values, "chat")) for key in _NAMES)
    name = speaker_of(spoken, Role.CHARACTER) or next(filter(None, given), "") or document.name
    return Transcript((Chat(Character(name), speaker_of(spoken, Role.PERSON), labelled(spoken, name)),))


def _listed(values: Mapping[str, Any]) -> list[Any]:
    """The list of messages in an object."""
    return next((values[key] for key in _LISTS if isinstance(values.get(key), list)), [])
