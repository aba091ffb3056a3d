"""Pygmalion's own JSON, read and written. It holds the five texts that the model reads, and nothing else of a card."""

from typing import Any

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.names import name_in
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import others, text

FIELDS = {
    "char_name": "name",
    "char_persona": "persona",
    "world_scenario": "scenario",
    "char_greeting": "greeting",
    "example_dialogue": "example_dialogue",
}
"""The keys of Pygmalion's JSON, and the fields of Character for them."""


def recognise(document: Document) -> str:
    """The format's name; "" for other documents. Files with copies of the texts in another format count too."""
    values = document.values
    is_other = any(key in values for key in ("context", "first_mes")) and "char_persona" not in values
    is_other = is_other or isinstance(values.get("data"), dict) or isinstance(values.get("chat"), list)
    return "pygmalion" if "char_name" in values and not is_other else ""


def read(document: Document) -> Card:
    """The card. Raises UnreadableError, or CharacterError for a name without a visible character."""
    values = document.values
    _, persona, scenario, greeting, examples = (text(values, key) for key in FIELDS)
    name = name_in(values, ("char_name",), document.name)
    return Card(name, persona, "", scenario, greeting, examples, beside=others(values, FIELDS))


def dump_pygmalion(card: Card) -> dict[str, Any]:
    """The character as an object in Pygmalion's format."""
    return {**{key: getattr(card.character, name) for key, name in FIELDS.items()}, **others(card.beside, FIELDS)}


def lost_in(card: Card) -> tuple[str, ...]:
    """The parts of the card that Pygmalion's format cannot hold, in words."""
    parts = {
        "alternate greetings": card.alternate_greetings or card.group_only_greetings,
        "lorebook": card.book,
        "creator's notes and tags": card.creator_notes or card.tags,
        "instructions": card.system_prompt or card.post_history_instructions,
        "other programs' fields": card.extensions or card.rest,
        "picture": card.picture,
    }
    return tuple(words for words, value in parts.items() if value)
