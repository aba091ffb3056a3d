"""Pygmalion's own JSON. It has room for the five texts that the model reads; the rest of a card stays behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyg_ui.library.cards.card import Card
from pyg_ui.library.containers.documents import UnreadableError
from pyg_ui.library.containers.fields import others, text

FIELDS = {
    "char_name": "name",
    "char_persona": "persona",
    "world_scenario": "scenario",
    "char_greeting": "greeting",
    "example_dialogue": "example_dialogue",
}
"""The keys of Pygmalion's JSON, and the fields of Character that they hold."""


def is_pygmalion(values: Mapping[str, Any]) -> bool:
    """Whether the object is a character in Pygmalion's format, be it beside copies in another one."""
    is_other = any(key in values for key in ("context", "first_mes")) and "char_persona" not in values
    return "char_name" in values and not is_other and not isinstance(values.get("data"), dict)


def parse_pygmalion(values: Mapping[str, Any]) -> Card:
    """The card in the object. Raises UnreadableError, or CharacterError where it has no name."""
    name, persona, scenario, greeting, examples = (text(values, key) for key in FIELDS)
    if not name.strip():
        raise UnreadableError("cannot be used: its char_name is empty. Give it a name.")
    return Card(name, persona, "", scenario, greeting, examples, beside=others(values, FIELDS))


def dump_pygmalion(card: Card) -> dict[str, Any]:
    """The character as an object in Pygmalion's format."""
    return {**{key: getattr(card.character, name) for key, name in FIELDS.items()}, **others(card.beside, FIELDS)}


def left_behind(card: Card) -> tuple[str, ...]:
    """What of the card Pygmalion's format cannot hold, in words."""
    parts = {
        "alternate greetings": card.alternate_greetings or card.group_only_greetings,
        "lorebook": card.book,
        "creator's notes and tags": card.creator_notes or card.tags,
        "instructions": card.system_prompt or card.post_history_instructions,
        "other programs' fields": card.extensions or card.rest,
        "picture": card.picture,
    }
    return tuple(words for words, value in parts.items() if value)
