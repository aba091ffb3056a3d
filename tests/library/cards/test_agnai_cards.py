"""Agnai's characters, and Chub's own objects."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFile, read_card
from pyg_ui.library.recognition import recognise
from tests import repository
from tests.library.pngs import png

SAMPLES = repository.SAMPLES / "cards"
AGNAI: dict[str, Any] = json.loads((SAMPLES / "agnai.json").read_bytes())


def card_with(**fields: Any) -> Card:
    found = recognise(json.dumps({**AGNAI, **fields}).encode(), "odo.json")
    assert isinstance(found, CardFile)
    assert found.format == "agnai-json"
    return found.card


def test_every_part_of_an_agnai_character_is_read() -> None:
    card = card_with()
    assert (card.name, card.scenario, card.greeting) == ("Odo", "A river at dusk.", "Across, {{user}}?")
    assert card.example_dialogue == "{{user}}: Is it deep?\n{{char}}: Deep enough."
    assert (card.alternate_greetings, card.tags) == (("Mind the step.",), ("river",))
    assert (card.creator_notes, card.creator, card.character_version) == ("Made on a ferry.", "Ida", "2")
    assert card.picture is None


@pytest.mark.parametrize(
    ("persona", "read"),
    [
        ({"kind": "text", "attributes": {"text": ["Odo rows."]}}, "Odo rows."),
        ({"kind": "boostyle", "attributes": {"a": ["human"], "b": ["dry"]}}, "Odo + human + dry"),
        (
            {"kind": "wpp", "attributes": {"a": ["human"], "mind": ["dry", "calm"]}},
            '[character("Odo") {\na("human")\nmind("dry" + "calm")\n}]',
        ),
        (
            {"kind": "sbf", "attributes": {"a": ["human"], "mind": ["dry", "calm"]}},
            '[ character: "Odo"; a: "human"; mind: "dry", "calm" ]',
        ),
        (
            {"kind": "attributes", "attributes": {"a": ["human"], "b": ["dry", "calm"]}},
            "Name: Odo\na: human\nb: dry, calm",
        ),
        (
            {"kind": "json", "attributes": {"a": ["human"]}},
            '{\n  "type": "character",\n  "name": "Odo",\n  "properties": {\n    "a": [\n      "human"\n    ]\n  }\n}',
        ),
        ({"kind": "text", "attributes": {"text": "Odo rows."}}, "Odo rows."),
        ({"kind": "text", "text": "Odo rows."}, "Odo rows."),
        ("Odo rows.", "Odo rows."),
        (None, ""),
    ],
)
def test_a_persona_is_read_as_agnai_puts_it_into_the_prompt(persona: Any, read: str) -> None:
    assert card_with(persona=persona).description == read


def test_the_memory_book_is_the_lorebook() -> None:
    entry = {"name": "gulls", "entry": "They steal.", "keywords": ["gull"], "enabled": True, "priority": 1, "weight": 2}
    book = card_with(characterBook={"kind": "memory", "name": "Coast", "entries": [entry]}).book
    assert book is not None
    assert [(each.keys, each.content) for each in book.entries] == [(("gull",), "They steal.")]
    tavern = {"entries": [{"keys": ["gull"], "content": "They steal."}]}
    assert card_with(characterBook=tavern).book == card_with(characterBook={**tavern, "extensions": {}}).book


def test_a_picture_in_a_data_uri_becomes_the_portrait_and_a_broken_one_is_told() -> None:
    uri = "data:image/png;base64," + base64.b64encode(png()).decode()
    assert card_with(avatar=uri).picture is not None
    found = read_card(json.dumps({**AGNAI, "avatar": "data:image/png;base64,AAAA"}).encode(), "odo.json")
    assert (found.card.picture, list(map(str, found.left_out))) == (None, ["avatar could not be read."])


def test_a_character_without_a_kind_is_known_by_its_persona() -> None:
    values = {key: value for key, value in AGNAI.items() if key != "kind"}
    assert read_card(json.dumps(values).encode(), "odo.json").format == "agnai-json"


def test_chubs_personality_is_the_description() -> None:
    card = read_card((SAMPLES / "chub.json").read_bytes(), "x.json").card
    assert (card.name, card.description, card.personality) == ("Odo", "Odo is a ferryman.", "patient")
    assert (card.greeting, card.creator, card.tags) == ("Across, {{user}}?", "ida", ("river",))
    assert (card.creator_notes, card.alternate_greetings) == ("Made on a ferry.", ("Mind the step.",))


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Odo", "personality": "Odo rows.", "first_message": "Across?", "description": "Made on a ferry."},
        {"name": "Odo", "fullPath": "ida/odo", "definition": {"personality": "Odo rows.", "first_message": "Across?"}},
        {"data": {"node": {"definition": {"name": "Odo", "personality": "Odo rows.", "first_message": "Across?"}}}},
    ],
)
def test_chubs_definition_is_read_wherever_it_stands(values: dict[str, Any]) -> None:
    found = read_card(json.dumps(values).encode(), "x.json")
    assert (found.card.name, found.card.description, found.card.greeting) == ("Odo", "Odo rows.", "Across?")
    assert found.left_out == ()
