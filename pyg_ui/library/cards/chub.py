"""Chub's own objects of characters: a `definition`, often within a `node`. Chub calls the persona `personality`."""

from collections.abc import Mapping
from typing import Any

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.names import name_in
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import Fields, others, read_fields, section, text, texts
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
    "extensions": ("extensions", lambda values, key: dict(section(values, key))),
}


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    definition = _node(document.values).get("definition")
    return "chub" if isinstance(definition, dict) and "first_message" in definition else ""


def read(document: Document) -> Card:
    """The card. Raises UnreadableError."""
    node = _node(document.values)
    definition = section(node, "definition")
    book = section(definition, "embedded_lorebook")
    return Card(
        name_in(definition, ("name", "project_name"), text(node, "name") or document.name),
        **read_fields(definition, _FIELDS),
        tags=texts(node, "topics"),
        creator=text(node, "fullPath").partition("/")[0],
        book=parse_book(book) if book else None,
        beside={**others(node, {"definition"}), **others(definition, {*_FIELDS, "name", "embedded_lorebook"})},
    )


def _node(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return section(values, "node") if isinstance(values.get("node"), dict) else values
