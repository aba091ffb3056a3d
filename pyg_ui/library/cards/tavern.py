"""Tavern's cards, versions 1 to 3, read and written as JSON objects.

Version 1 has its fields at the top, the later versions in `data`. Fields of a later version are read in an earlier
one too. `spec` hardly counts, because some files name "tavern_ai" or a version that they are not. Versions 2 and 3
are written with the same fields, so that neither program loses those that it does not know.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.library.cards.assets import unpack_assets
from pyg_ui.library.cards.card import TEXTS, Card
from pyg_ui.library.cards.names import name_in
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import (
    Fields,
    dump_fields,
    objects_in,
    others,
    plain_section,
    read_fields,
    section,
    text,
    texts,
)
from pyg_ui.library.left_out import within
from pyg_ui.library.lorebooks.character_book import dump_book, parse_book

V2, V3 = "chara_card_v2", "chara_card_v3"
SPEC_VERSIONS = {V2: "2.0", V3: "3.0"}


def _book(values: Mapping[str, Any], key: str) -> Lorebook | None:
    """The lorebook. Some files have only the list of its entries."""
    is_list = bool(objects_in(values.get(key)))
    book = within(values, {"entries": values[key]}, key) if is_list else section(values, key)
    return parse_book(book) if book else None


def _tags(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The tags. SillyTavern reads a single text as tags with commas between them."""
    value = values.get(key)
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else texts(values, key)


_CARD: Fields = {
    **{key: (name, text) for key, name in TEXTS.items()},
    **{
        key: (key, text)
        for key in ("creator_notes", "system_prompt", "post_history_instructions", "creator", "nickname")
    },
    **{key: (key, texts) for key in ("alternate_greetings", "group_only_greetings")},
    "tags": ("tags", _tags),
    "character_version": ("character_version", text),
    "extensions": ("extensions", plain_section),
    "character_book": ("book", _book),
}
_ONLY_OURS = ("first_mes", "mes_example", "alternate_greetings", "character_book", "post_history_instructions")
_FOREIGN = ("entries", "mes", "greeting", "first_message", "firstMessage", "sampleChat", "persona")
"""Other programs' keys. A card would lose what they hold."""
_ONLY_IN_V3 = ("nickname", "group_only_greetings")


def recognise(document: Document) -> str:
    """The format's name with the version; "" for other documents."""
    values = document.values
    if not isinstance(values.get("data"), dict):
        is_named = values.get("spec") in (V2, V3) and any(key in values for key in TEXTS)
        return "tavern-v1" if is_named or _is_card(values) else ""
    if values.get("spec") not in (V2, V3) and not _is_card(values["data"]):
        return ""
    return "tavern-v3" if values.get("spec") == V3 else "tavern-v2"


def _is_card(values: Mapping[str, Any]) -> bool:
    """Whether the object has a key that only these cards have, and another one of their texts.

    Without such a key, version 1 has a description with both personality and scenario.
    """
    num_texts = sum(key in values for key in TEXTS)
    if num_texts > 1 and any(key in values for key in _ONLY_OURS):
        return True
    if any(key in values for key in _FOREIGN):
        return False
    return all(key in values for key in ("name", "description", "personality", "scenario"))


def read(document: Document) -> Card:
    """The card. Raises UnreadableError, or CharacterError for a name without a visible character."""
    if document.archive is None:
        return parse_tavern(document.values, document.name)
    values, picture = unpack_assets(document.values, document.archive)
    return replace(parse_tavern(within(document.values, values), document.name), picture=picture)


def parse_tavern(values: Mapping[str, Any], file_name: str = "") -> Card:
    """The card in the object, without a picture. It gets `file_name` where it has no name. Raises like `read`."""
    if not isinstance(values.get("data"), dict):
        beside = others(values, {*_CARD, "creatorcomment"})
        card = within(values, {"creator_notes": values.get("creatorcomment"), **values})
        return _parse(card, file_name, rest={}, beside=beside)
    data = values["data"]
    given = {key: item for key, item in data.items() if item is not None}
    missing = {key: values.get(key) for key in TEXTS if key not in given}
    card = within(values, {**given, **missing})
    return _parse(card, file_name, rest=others(data, _CARD), beside=others(values, missing))


def dump_tavern(card: Card, spec: str) -> dict[str, Any]:
    """The card as an object of version 2 or 3, without its picture; `parse_tavern` makes the same card of it."""
    data = dump_fields(card, _CARD)
    if card.book is not None:
        data["character_book"] = dump_book(card.book)
    if spec == V2:
        data = {key: value for key, value in data.items() if value or key not in _ONLY_IN_V3}
    return {**card.beside, "spec": spec, "spec_version": SPEC_VERSIONS[spec], "data": {**card.rest, **data}}


def _parse(values: Mapping[str, Any], file_name: str, *, rest: dict[str, Any], beside: dict[str, Any]) -> Card:
    name = name_in(values, ("name", "nickname"), file_name)
    return Card(**{**read_fields(values, _CARD), "name": name}, rest=rest, beside=beside)
