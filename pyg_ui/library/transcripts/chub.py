"""Chub's lists of messages: `{"message", "is_mine"}`, in a list, in JSON lines or in an object.

Chub also writes SillyTavern's lines, in which such an object is the text. These are read as SillyTavern's.
"""

from typing import Any

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import flag, section
from pyg_ui.library.transcripts.messages import Messages
from pyg_ui.library.transcripts.speakers import labelled, speaker_of
from pyg_ui.library.transcripts.transcript import Transcript

_LISTS = ("messages", "chatMessages", "chat_messages")
_NAMES = ("character_name", "characterName", "char_name")


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    has_rows = document.items or document.kind == "jsonl"
    items = [document.first_row] if has_rows else _items(document)
    return "chub" if any(isinstance(each, dict) and _is_message(each) for each in items) else ""


def read(document: Document) -> Transcript:
    """The chat. The character is named after the file where nothing in it names the character."""
    messages, values = Messages(document), document.values
    spoken: list[tuple[str, Turn]] = []
    for message in messages.each(_items(document)):
        role = Role.PERSON if flag(message, "is_mine") else Role.CHARACTER
        versions, index = message.get("swipes"), message.get("swipe_id")
        sent_at = message.get("send_date") or message.get("created_at")
        if turn := messages.turn(role, message.get("message"), versions, index, sent_at):
            spoken.append((messages.name(message.get("name")), turn))
    messages.tell()
    given = (messages.name(each.get(key)) for each in (values, section(values, "chat")) for key in _NAMES)
    name = speaker_of(spoken, Role.CHARACTER) or next(filter(None, given), "") or document.name
    return Transcript((Chat(Character(name), speaker_of(spoken, Role.PERSON), labelled(spoken, name)),))


def _items(document: Document) -> list[Any]:
    """The list of messages."""
    if document.items or document.kind == "jsonl":
        return [item for _, item in document.rows()]
    return next((document.values[key] for key in _LISTS if isinstance(document.values.get(key), list)), [])


def _is_message(item: dict[str, Any]) -> bool:
    return "is_mine" in item and isinstance(item.get("message"), str)
