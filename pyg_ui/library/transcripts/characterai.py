"""CharacterAI's dumps of chats: a character, and every conversation with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.cards.characterai import is_characterai, parse_characterai
from pyg_ui.library.containers.fields import flag, section, sections, text
from pyg_ui.library.containers.outside import Container
from pyg_ui.library.transcripts.dates import parse_date

REDACTED = "[NAME_IN_MESSAGE_REDACTED]"
"""What stands in dumps for the person's name."""


def is_characterai_chats(container: Container) -> bool:
    """Whether the container holds such a dump."""
    return isinstance(container.values.get("histories"), dict | list)


def parse_characterai_chats(container: Container, name: str) -> tuple[Chat, ...]:
    """The dump's chats; `name` is the character's where the dump does not tell it. Raises UnreadableError."""
    values, info = container.values, section(container.values, "info")
    holder = next((each for each in (info, values) if is_characterai(each)), None)
    is_named = holder is not None and bool(one_line(text(section(holder, "character"), "name")))
    character = parse_characterai(holder).character if holder is not None and is_named else Character(name)
    histories = values["histories"]
    listed = sections(histories if isinstance(histories, dict) else values, "histories")
    chats = (tuple(_turn(message) for message in sections(history, "msgs")) for history in listed)
    return tuple(Chat(character, turns=turns) for turns in chats if turns)


def _turn(message: Mapping[str, Any]) -> Turn:
    source = section(message, "src")
    role = Role.PERSON if flag(source, "is_human") or flag(message, "is_human") else Role.CHARACTER
    said = clean_text(text(message, "text")).replace(REDACTED, "{{user}}" if role is Role.CHARACTER else "You")
    return Turn.of(role, said, sent_at=parse_date(message.get("created")))
