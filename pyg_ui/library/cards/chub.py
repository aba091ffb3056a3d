"""Chub's own objects of characters: a `definition`, often within a `node`. Chub calls the persona `personality`.

A definition may stand alone. Other programs that took over its keys write the same.
"""

from collections.abc import Mapping
from typing import Any

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.names import name_in
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import Fields, others, plain_section, read_fields, section, text, texts
from pyg_ui.library.left_out import within
from pyg_ui.library.lorebooks.character_book import parse_book

_FIELDS: Fields = {
    "personality": ("description", text),
    "tavern_personality": ("personality", text),
    "scenario": ("scenario", text),
    "first_message": ("greeting", text),
    "example_dialogs": ("example_dialogue", text),
    "description": ("creator_notes", text),
    "system_prompt": ("system_prompt", text),
    "post_history_instructions": ("post_history_instructions", text),
    "alternate_greetings": ("alternate_greetings", texts),
    "extensions": ("extensions", plain_section),
}
_WITH_GREETING = ("personality", "example_dialogs")
"""Keys of a definition, of which one stands beside `first_message`."""


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    values, definition = document.values, _node(document.values).get("definition")
    if isinstance(definition, dict) and "first_message" in definition:
        return "chub"
    is_bare = "first_message" in values and "first_mes" not in values
    return "chub" if is_bare and any(key in values for key in _WITH_GREETING) else ""


def read(document: Document) -> Card:
    """The card. Raises UnreadableError."""
    node = _node(document.values)
    definition = section(node, "definition") if isinstance(node.get("definition"), dict) else node
    book = section(definition, "embedded_lorebook")
    named = within(definition, {**definition, "node": node.get("name")})
    return Card(
        name_in(named, ("name", "project_name", "node"), document.name),
        **read_fields(definition, _FIELDS),
        tags=texts(node, "topics"),
        creator=text(node, "fullPath").partition("/")[0],
        book=parse_book(book) if book else None,
        beside=others({**node, **definition}, {"definition", *_FIELDS, "name", "embedded_lorebook"}),
    )


def _node(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return section(values, "node") if isinstance(values.get("node"), dict) else values
