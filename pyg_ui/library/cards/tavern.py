"""Tavern's cards, versions 1 to 3, as JSON objects.

Version 1 has its fields at the top, the later ones in `data`. Fields of a later version are taken in an earlier one
too, and `spec` decides little: files call themselves "tavern_ai", or a version that they are not. One card is
written alike in versions 2 and 3, so that neither program loses what it has no field for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyg_ui.library.cards.card import TEXTS, Card
from pyg_ui.library.containers.documents import UnreadableError
from pyg_ui.library.containers.fields import label, others, section, text, texts
from pyg_ui.library.lorebooks.books import dump_book, is_book, parse_book

V2, V3 = "chara_card_v2", "chara_card_v3"
SPEC_VERSIONS = {V2: "2.0", V3: "3.0"}

_LATER_TEXTS = {
    "creator_notes": "creator_notes",
    "system_prompt": "system_prompt",
    "post_history_instructions": "post_history_instructions",
    "creator": "creator",
    "nickname": "nickname",
}
_LISTS = ("alternate_greetings", "group_only_greetings", "tags")
_OTHERS = ("character_version", "character_book", "extensions")
_CARD_KEYS = {*TEXTS, *_LATER_TEXTS, *_LISTS, *_OTHERS}


def is_tavern(values: Mapping[str, Any]) -> bool:
    """Whether the object is a card of any of the versions."""
    holder = values["data"] if isinstance(values.get("data"), dict) else values
    marks = ("first_mes",) if "context" in values else ("first_mes", "description", "personality", "mes_example")
    has_texts = any(key in holder for key in marks)
    is_told = values.get("spec") in (V2, V3) and holder is not values
    return is_told or ("name" in holder and has_texts and not is_book(values))


def format_of(values: Mapping[str, Any]) -> str:
    """The version of the card that the object holds."""
    if not isinstance(values.get("data"), dict):
        return "tavern-v1"
    return "tavern-v3" if values.get("spec") == V3 else "tavern-v2"


def parse_tavern(values: Mapping[str, Any]) -> Card:
    """The card in the object. Raises UnreadableError, or CharacterError where it has no name."""
    if format_of(values) == "tavern-v1":
        beside = others(values, {*_CARD_KEYS, "creatorcomment"})
        return _parse({"creator_notes": values.get("creatorcomment"), **values}, rest={}, beside=beside)
    data = section(values, "data")
    given = {key: item for key, item in data.items() if item is not None}
    missing = {key: values.get(key) for key in TEXTS if key not in given}
    return _parse({**given, **missing}, rest=others(data, _CARD_KEYS), beside=others(values, missing))


def dump_tavern(card: Card, spec: str) -> dict[str, Any]:
    """The card as an object of version 2 or 3, without its picture; `parse_tavern` makes the same card of it."""
    data: dict[str, Any] = {key: getattr(card, name) for key, name in {**TEXTS, **_LATER_TEXTS}.items()}
    data |= {key: list(getattr(card, key)) for key in _LISTS}
    data |= {"character_version": card.character_version, "extensions": card.extensions}
    if card.book is not None:
        data["character_book"] = dump_book(card.book)
    if spec == V2:
        data = {key: value for key, value in data.items() if value or key not in ("nickname", "group_only_greetings")}
    return {**card.beside, "spec": spec, "spec_version": SPEC_VERSIONS[spec], "data": {**card.rest, **data}}


def _parse(values: Mapping[str, Any], *, rest: dict[str, Any], beside: dict[str, Any]) -> Card:
    book = section(values, "character_book")
    if not text(values, "name").strip():
        raise UnreadableError("cannot be used: its name is empty. Give the character a name.")
    known: dict[str, Any] = {name: text(values, key) for key, name in {**TEXTS, **_LATER_TEXTS}.items()}
    known |= {key: texts(values, key) for key in _LISTS}
    return Card(
        **known,
        character_version=label(values, "character_version"),
        book=parse_book(book) if book else None,
        extensions=section(values, "extensions"),
        rest=rest,
        beside=beside,
    )
