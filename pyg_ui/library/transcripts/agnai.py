"""Agnai's chats: a character's texts and a list of messages, each with the id of who sent it."""

from __future__ import annotations

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.containers.fields import sections, text
from pyg_ui.library.containers.outside import Container
from pyg_ui.library.transcripts.dates import parse_date


def is_agnai(container: Container) -> bool:
    """Whether the container holds such a chat."""
    messages = container.values.get("messages")
    return isinstance(messages, list) and all(isinstance(message, dict) and "msg" in message for message in messages)


def parse_agnai(container: Container, name: str) -> Chat:
    """The chat in the container; `name` is the character's where the file does not tell it. Raises UnreadableError."""
    values = container.values
    character = Character(
        one_line(text(values, "name")) or name,
        scenario=text(values, "scenario"),
        greeting=text(values, "greeting"),
        example_dialogue=text(values, "sampleChat"),
    )
    turns = tuple(
        Turn.of(
            Role.PERSON if message.get("userId") and not message.get("characterId") else Role.CHARACTER,
            clean_text(text(message, "msg")),
            sent_at=parse_date(message.get("createdAt")),
        )
        for message in sections(values, "messages")
    )
    return Chat(character, turns=turns)
