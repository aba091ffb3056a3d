"""Risu's chats, one or all of a character. They do not name the character, but their files are called after it."""

import re
from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn
from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import clean, flag, objects_in, sections
from pyg_ui.library.lorebooks import risu as lorebooks
from pyg_ui.library.transcripts.messages import Messages
from pyg_ui.library.transcripts.speakers import labelled, speaker_of
from pyg_ui.library.transcripts.transcript import Transcript

_ADDED_TO_NAMES = re.compile(r"_(?:all_chats_)?[\dTZ.:-]{8,}(?:_chat)?$|_chat$")
_ROLES = {"user": Role.PERSON, "char": Role.CHARACTER}


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    values = document.values
    return "risu" if values.get("type") in ("risuChat", "risuAllChats") or _is_chat(values) else ""


def read(document: Document) -> Transcript:
    """The chats that hold a message, with the character that the file is named after."""
    values, messages = document.values, Messages(document)
    name = _ADDED_TO_NAMES.sub("", document.name) or document.name
    given = values if _is_chat(values) else values.get("data")
    listed = {"data": given if isinstance(given, list) else [given]}
    found = [_chat(chat, name, messages) for chat in sections({**values, **listed}, "data")]
    messages.tell()
    return Transcript(tuple(chat for chat, _ in found if chat.turns), sum(num_hidden for _, num_hidden in found))


def _is_chat(values: Mapping[str, Any]) -> bool:
    """Whether it is a chat without the envelope of a file."""
    return any(each.get("role") in _ROLES and "data" in each for each in objects_in(values.get("message")))


def _chat(values: Mapping[str, Any], name: str, messages: Messages) -> tuple[Chat, int]:
    """A chat, and the number of messages in it that Risu hides from the model."""
    num_hidden = 0
    spoken: list[tuple[str, Turn]] = []
    given = values.get("message")
    for message in messages.each(given if isinstance(given, list) else []):
        role = _ROLES.get(str(message.get("role")))
        if message.get("disabled") is True or flag(message, "isComment"):
            num_hidden += 1
        elif role is None:
            messages.miss()
        elif turn := messages.turn(role, message.get("data"), sent_at=message.get("time")):
            spoken.append((messages.name(message.get("name")), turn))
    name = speaker_of(spoken, Role.CHARACTER) or name
    note = clean(values, "note")
    chat = Chat(
        Character(name),
        speaker_of(spoken, Role.PERSON),
        labelled(spoken, name),
        note=AuthorsNote(note) if note.strip() else None,
        lorebooks=_lore(values),
    )
    return chat, num_hidden


def _lore(values: Mapping[str, Any]) -> tuple[Lorebook, ...]:
    """The chat's own lorebook, whose rows are like those of a file."""
    rows = sections(values, "localLore")
    return (lorebooks.read(Document("json", {"type": "risu", "data": rows})),) if rows else ()
