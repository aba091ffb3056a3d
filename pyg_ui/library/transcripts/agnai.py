"""Agnai's chats: a character's texts and a list of messages, each with the id of who sent it."""

from pyg_ui.dialogue.character import Character, one_line
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import clean, sections, text
from pyg_ui.library.transcripts.dates import parse_date
from pyg_ui.library.transcripts.transcript import Transcript


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    messages = document.values.get("messages")
    is_chat = isinstance(messages, list) and all(isinstance(each, dict) and "msg" in each for each in messages)
    return "agnai" if is_chat else ""


def read(document: Document) -> Transcript:
    """The chat. The character is named after the file where the chat has no name. Raises UnreadableError."""
    values = document.values
    character = Character(
        one_line(text(values, "name")) or document.name,
        scenario=text(values, "scenario"),
        greeting=text(values, "greeting"),
        example_dialogue=text(values, "sampleChat"),
    )
    turns = tuple(
        Turn.of(
            Role.PERSON if message.get("userId") and not message.get("characterId") else Role.CHARACTER,
            clean(message, "msg"),
            sent_at=parse_date(message.get("createdAt")),
        )
        for message in sections(values, "messages")
    )
    return Transcript((Chat(character, turns=turns),))
