"""Pygmalion UI's chats: `{"chat": ["You: ...", "Name: ...", ...]}`. We add `char_name`, which it passes over."""

from __future__ import annotations

from typing import Any

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.containers.documents import UnreadableError
from pyg_ui.library.containers.fields import text
from pyg_ui.library.containers.outside import Container
from pyg_ui.library.transcripts.speakers import PERSON, character_label, without_label


def is_pygmalion_chat(container: Container) -> bool:
    """Whether the container holds such a chat."""
    return isinstance(container.values.get("chat"), list)


def parse_pygmalion_chat(container: Container, name: str) -> Chat:
    """The chat in the container; `name` is the character's where no label tells it. Raises UnreadableError."""
    items = container.values["chat"]
    if not all(isinstance(item, str) for item in items):
        raise UnreadableError("cannot be used: its chat must be a list of texts.")
    said = [clean_text(item) for item in items if item.strip()]
    name = one_line(text(container.values, "char_name")) or character_label(said) or name
    turns: list[Turn] = []
    for item in said:
        turns.append(_turn(item, name, follows=turns[-1].role if turns else Role.PERSON))
    return Chat(Character(name), turns=tuple(turns))


def dump_pygmalion_chat(chat: Chat) -> dict[str, Any]:
    """The chat's turns in their present version."""
    labels = {Role.PERSON: PERSON, Role.CHARACTER: chat.character.name}
    return {
        "char_name": chat.character.name,
        "chat": [f"{labels[turn.role]}: {turn.text}" for turn in chat.turns],
    }


def _turn(item: str, name: str, follows: Role) -> Turn:
    """The turn in an item; one without a label is by whoever did not speak last."""
    if (said := without_label(item, PERSON)) is not None:
        return Turn.of(Role.PERSON, said)
    if (said := without_label(item, name)) is not None:
        return Turn.of(Role.CHARACTER, said)
    return Turn.of(Role.CHARACTER if follows is Role.PERSON else Role.PERSON, item)
