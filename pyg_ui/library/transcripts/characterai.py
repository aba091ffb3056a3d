"""CharacterAI's dumps of chats: a character, and every conversation with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.character import Character, one_line
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.cards import characterai as characters
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import clean, flag, section, sections, text
from pyg_ui.library.transcripts.dates import parse_date
from pyg_ui.library.transcripts.transcript import Transcript

REDACTED = "[NAME_IN_MESSAGE_REDACTED]"
"""What dumps have in the place of the person's name."""


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    return "characterai" if isinstance(document.values.get("histories"), dict | list) else ""


def read(document: Document) -> Transcript:
    """The dump's chats. The character is named after the file where the dump has no name. Raises UnreadableError."""
    values, info = document.values, section(document.values, "info")
    holder = next((each for each in (info, values) if isinstance(each.get("character"), dict)), {})
    character = Character(document.name)
    if one_line(text(section(holder, "character"), "name")):
        character = characters.read(replace(document, values=holder)).character
    histories = values["histories"]
    listed = sections(histories if isinstance(histories, dict) else values, "histories")
    chats = (tuple(_turn(message) for message in sections(history, "msgs")) for history in listed)
    return Transcript(tuple(Chat(character, turns=turns) for turns in chats if turns))


def _turn(message: Mapping[str, Any]) -> Turn:
    source = section(message, "src")
    role = Role.PERSON if flag(source, "is_human") or flag(message, "is_human") else Role.CHARACTER
    said = clean(message, "text").replace(REDACTED, "{{user}}" if role is Role.CHARACTER else "You")
    return Turn.of(role, said, sent_at=parse_date(message.get("created")))
