"""Agnai's characters. Their persona is a text, or attributes that Agnai puts into the prompt in one of five spellings.

The persona is read as Agnai would put it there, so that the model reads the same.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.names import name_in
from pyg_ui.library.containers.document import Document
from pyg_ui.library.containers.json_text import dump_json
from pyg_ui.library.containers.pictures import as_png, is_picture
from pyg_ui.library.containers.png import is_png
from pyg_ui.library.fields import Fields, others, plain_section, read_fields, section, text, texts
from pyg_ui.library.left_out import tell_field
from pyg_ui.library.lorebooks import agnai as memory_books
from pyg_ui.library.lorebooks.character_book import parse_book
from pyg_ui.library.unreadable import UnreadableError

_MARKS = ("sampleChat", "persona")
_FIELDS: Fields = {
    "description": ("creator_notes", text),
    "scenario": ("scenario", text),
    "greeting": ("greeting", text),
    "sampleChat": ("example_dialogue", text),
    "alternateGreetings": ("alternate_greetings", texts),
    "systemPrompt": ("system_prompt", text),
    "postHistoryInstructions": ("post_history_instructions", text),
    "creator": ("creator", text),
    "characterVersion": ("character_version", text),
    "tags": ("tags", texts),
    "extensions": ("extensions", plain_section),
}
_READ = {*_FIELDS, "name", "persona", "characterBook", "avatar"}


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    values, persona = document.values, document.values.get("persona")
    if "spec" in values or isinstance(values.get("messages"), list):
        return ""
    has_attributes = isinstance(persona, dict) and "kind" in persona and "attributes" in persona
    is_character = values.get("kind") == "character" and any(key in values for key in (*_MARKS, "greeting"))
    return "agnai" if is_character or has_attributes or all(key in values for key in _MARKS) else ""


def read(document: Document) -> Card:
    """The card. Raises UnreadableError."""
    values = document.values
    name = name_in(values, ("name",), document.name)
    return Card(
        name,
        description=_persona(values, name),
        **read_fields(values, _FIELDS),
        book=_book(document),
        picture=_picture(values),
        beside=others(values, _READ),
    )


def _persona(values: Mapping[str, Any], name: str) -> str:
    if not isinstance(values.get("persona"), dict):
        return text(values, "persona")
    persona = section(values, "persona")
    attributes = section(persona, "attributes")
    given = {key: texts(attributes, key) for key in attributes}
    match persona.get("kind"):
        case "wpp":
            lines = (f"{key}({' + '.join(map(_quoted, words))})" for key, words in given.items())
            return "\n".join((f'[character("{name}") {{', *lines, "}]"))
        case "sbf":
            parts = (f"{key}: {', '.join(map(_quoted, words))}" for key, words in given.items())
            return f'[ character: "{name}"; {"; ".join(parts)} ]'
        case "boostyle":
            return " + ".join((name, *(word for words in given.values() for word in words)))
        case "json":
            described = {"type": "character", "name": name, "properties": {key: [*given[key]] for key in given}}
            return dump_json(described).strip()
        case "attributes":
            return _listed(name, given)
        case _:
            said = "\n".join(given.get("text", ())) or text(persona, "text")
            return said or (_listed(name, given) if given else "")


def _listed(name: str, attributes: Mapping[str, Sequence[str]]) -> str:
    return "\n".join((f"Name: {name}", *(f"{key}: {', '.join(words)}" for key, words in attributes.items())))


def _quoted(word: str) -> str:
    return f'"{word}"'


def _book(document: Document) -> Lorebook | None:
    """The character's memory book, which other programs may have replaced by one of Tavern's."""
    book = replace(document, values=section(document.values, "characterBook"))
    if not book.values:
        return None
    return memory_books.read(book) if memory_books.recognise(book) else parse_book(book.values)


def _picture(values: Mapping[str, Any]) -> bytes | None:
    """The picture in a data URI; None for a link. A broken one is told of."""
    kind, comma, packed = text(values, "avatar").partition(";base64,")
    if not comma or not kind.startswith("data:image/"):
        return None
    try:
        data = base64.b64decode(packed)
        if is_png(data) or is_picture(data):
            return as_png(data)
    except (binascii.Error, ValueError, UnreadableError):
        pass
    tell_field(values, "avatar")
    return None
