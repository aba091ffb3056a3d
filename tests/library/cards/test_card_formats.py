"""Every card format in, from files as people have them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.errors import CharacterError, InputError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, dump_card, lost_in, read_card
from pyg_ui.library.left_out import MAX_SENTENCES
from tests import repository
from tests.library.pngs import plain_text, png

SAMPLES = repository.SAMPLES / "cards"

FORMATS = {
    "pygmalion.json": "pygmalion-json",
    "tavern-v1.json": "tavern-v1-json",
    "tavern-v2.json": "tavern-v2-json",
    "tavern-v2-with-copies.json": "tavern-v2-json",
    "tavern-v3.json": "tavern-v3-json",
    "webui.json": "webui-json",
    "webui.yaml": "webui-yaml",
    "webui-aliases.yaml": "webui-yaml",
    "characterai.json": "characterai-json",
    "agnai.json": "agnai-json",
    "chub.json": "chub-json",
    "edge-null-book.json": "tavern-v2-json",
    "edge-blank-numbers.json": "tavern-v2-json",
    "edge-tavern-ai.json": "tavern-v1-json",
    "edge-crlf.json": "tavern-v1-json",
    "edge-html.json": "tavern-v1-json",
    "edge-both-dialects.json": "pygmalion-json",
    "edge-half-a-character.json": "pygmalion-json",
}


def card_of(file_name: str) -> Card:
    return read_card((SAMPLES / file_name).read_bytes(), file_name).card


@pytest.mark.parametrize("file_name", FORMATS)
def test_the_format_is_told_by_the_content_alone(file_name: str) -> None:
    data = (SAMPLES / file_name).read_bytes()
    assert read_card(data, "upload.bin").format == FORMATS[file_name]


@pytest.mark.parametrize("form", CardFormat)
@pytest.mark.parametrize("file_name", FORMATS)
def test_every_format_goes_out_and_comes_back_as_it_was(file_name: str, form: CardFormat) -> None:
    card = card_of(file_name)
    back = read_card(dump_card(card, form), "x").card
    assert back.character == card.character
    assert read_card(dump_card(back, form), "x").card == back
    if form is not CardFormat.PYGMALION:
        assert replace(back, picture=None) == replace(card, picture=None)


def test_pygmalions_five_texts() -> None:
    assert card_of("pygmalion.json").character == Character(
        "Odo",
        "Odo is a ferryman. He hums.",
        "A river at dusk.",
        "*lifts the oar* Across, {{user}}?",
        "{{user}}: Is it deep?\n{{char}}: Deep enough.",
    )


def test_description_and_personality_make_the_persona_and_stay_apart_in_the_card() -> None:
    card = card_of("tavern-v1.json")
    assert (card.description, card.personality) == ("Odo is a ferryman.", "patient, dry")
    assert card.character.persona == "Odo is a ferryman.\nPersonality: patient, dry"
    assert card.creator_notes == "Made on a ferry."


def test_the_conversation_uses_the_nickname() -> None:
    card = card_of("tavern-v3.json")
    assert (card.name, card.character.name) == ("Odo", "Old Odo")


def test_a_context_is_taken_apart_into_persona_scenario_and_examples() -> None:
    character = card_of("webui.json").character
    assert character.persona == "Odo is a ferryman. He hums."
    assert character.scenario == "A river at dusk."
    assert character.example_dialogue == "You: Is it deep?\nOdo: Deep enough."


def test_a_context_makes_it_a_card_of_the_webui_whatever_else_stands_there() -> None:
    found = read_card(b"name: Odo\ngreeting: Across?\ncontext: A ferryman.\ndescription: for people\n", "x")
    assert (found.format, found.card.greeting, found.card.description) == ("webui-yaml", "Across?", "A ferryman.")
    assert found.card.beside == {"description": "for people"}
    assert read_card(dump_card(found.card, CardFormat.V2), "x").card == found.card


def test_yaml_texts_stay_texts() -> None:
    card = card_of("webui-aliases.yaml")
    assert (card.name, card.greeting, card.beside) == ("No", "", {"<|user|>": "Anna"})
    assert card_of("webui.yaml").description == "Odo is a ferryman.\nHe hums: always the same song."


def test_a_characterai_definition_is_told_from_its_dialogue() -> None:
    card = card_of("characterai.json")
    assert card.description == "Odo rows people across.\nOdo has a grey coat."
    assert card.example_dialogue.count("<START>") == 1
    assert card.beside["participant__num_interactions"] == 3


def test_fields_that_nothing_shows_survive_a_round_trip() -> None:
    before = json.loads((SAMPLES / "tavern-v2-with-copies.json").read_bytes())
    after = json.loads(dump_card(card_of("tavern-v2-with-copies.json"), CardFormat.V2))
    for key in ("extensions", "alternate_greetings", "creator_notes", "tags", "future_field", "system_prompt"):
        assert after["data"][key] == before["data"][key]
    entry = after["data"]["character_book"]["entries"][0]
    assert {"extensions": {"depth": 4, "position": 0}, "id": 0, "comment": "about the river"}.items() <= entry.items()
    assert after["data"]["character_book"]["extensions"] == {"chub": {"id": 7}}
    assert (after["fav"], after["create_date"]) == (True, 1687599323828)
    assert "first_mes" not in after


def test_a_copy_at_the_top_that_says_something_else_is_kept() -> None:
    values = json.loads((SAMPLES / "tavern-v2-with-copies.json").read_bytes())
    values["first_mes"] = "An older greeting."
    card = read_card(json.dumps(values).encode(), "x").card
    assert card.greeting == "Across, {{user}}?"
    assert card.beside["first_mes"] == "An older greeting."


def test_a_text_missing_in_data_is_taken_from_the_top() -> None:
    values = json.loads((SAMPLES / "tavern-v2-with-copies.json").read_bytes())
    values["data"]["scenario"] = None
    assert read_card(json.dumps(values).encode(), "x").card.scenario == "A river at dusk."


def test_a_null_book_is_no_book_and_blank_numbers_are_defaults() -> None:
    assert card_of("edge-null-book.json").book is None
    card = card_of("edge-blank-numbers.json")
    assert card.book is not None
    assert (card.book.scan_depth, card.book.token_budget, card.book.is_recursive) == (None, 512, False)
    entry = card.book.entries[0]
    assert (entry.insertion_order, entry.priority, entry.is_enabled) == (0, 0, True)
    assert (card.extensions, card.tags, card.alternate_greetings, card.character_version) == ({}, (), (), "1.2")


def test_line_ends_are_made_one_kind_and_markup_stays_text() -> None:
    assert card_of("edge-crlf.json").description == "Odo is\na ferryman.\nHe hums."
    assert card_of("edge-tavern-ai.json").greeting == "Across?\n\nCome in."
    assert card_of("edge-html.json").greeting.startswith("<img src=x onerror=alert(1)><script>")


def test_half_a_character_and_nul_are_replaced_everywhere() -> None:
    card = card_of("edge-half-a-character.json")
    assert card.greeting == "\ufffd hi"
    assert card.beside == {"extra": "a\ufffdb\ufffd"}


def test_a_sample_that_cannot_be_used_is_refused_by_name_and_problem() -> None:
    with pytest.raises(CharacterError, match=r"^edge-no-json.json .*is no character"):
        card_of("edge-no-json.json")


def test_a_nameless_character_is_called_by_its_nickname_or_like_its_file() -> None:
    found = read_card((SAMPLES / "edge-empty-name.json").read_bytes(), "Odo.json")
    assert found.card.name == "Odo"
    assert list(map(str, found.left_out)) == ["The character has no name and is called Odo, like its file."]
    for data in (b'{"char_name": "\\u200b", "char_persona": "x"}', b"name: ''\ncontext: x\n"):
        assert read_card(data, "Bob.json").card.name == "Bob"
    named = read_card(b'{"name": " ", "nickname": "Robbie", "first_mes": "Hi."}', "x.json")
    assert (named.card.name, named.left_out) == ("Robbie", ())


@pytest.mark.parametrize(
    ("fields", "read", "left_out"),
    [
        ({"tags": ["sea", 2023, None, "storm"]}, {"tags": ("sea", "2023", "storm")}, []),
        ({"tags": ["sea", {"id": 1}, True]}, {"tags": ("sea",)}, ["tags: 2 of 3 could not be read (2, 3)."]),
        ({"tags": {"0": "sea"}}, {"tags": ("sea",)}, []),
        ({"tags": "sea, storm,"}, {"tags": ("sea", "storm")}, []),
        ({"tags": True}, {"tags": ()}, ["tags could not be read."]),
        ({"creator": False, "tags": {}, "extensions": []}, {"creator": "", "tags": (), "extensions": {}}, []),
        ({"description": ["Odo rows.", "", "He hums."]}, {"description": "Odo rows.\n\nHe hums."}, []),
        ({"scenario": {"place": "x"}}, {"scenario": ""}, ["scenario could not be read."]),
        ({"character_version": 1.2, "mes_example": 3}, {"character_version": "1.2", "example_dialogue": "3"}, []),
        ({"extensions": "x"}, {"extensions": {}}, ["extensions could not be read."]),
        ({"character_book": [1]}, {"book": None}, ["character_book could not be read."]),
    ],
)
def test_a_value_of_a_wrong_type_is_guessed_or_left_out_and_told(
    fields: dict[str, Any], read: dict[str, Any], left_out: list[str]
) -> None:
    for values in ({"name": "Odo", "first_mes": "", **fields}, {"data": {"name": "Odo", "first_mes": "", **fields}}):
        found = read_card(json.dumps(values).encode(), "odo.json")
        assert {name: getattr(found.card, name) for name in read} == read
        assert list(map(str, found.left_out)) == left_out


def test_a_broken_part_of_a_lorebook_is_named_by_its_place() -> None:
    entries: list[Any] = [
        {"keys": ["a"], "content": "A"},
        None,
        7,
        {"keys": [[1]], "content": {"a": 1}, "priority": "x"},
    ]
    values = {"name": "Odo", "first_mes": "", "character_book": {"name": 3, "entries": entries, "scan_depth": [1]}}
    found = read_card(json.dumps(values).encode(), "odo.json")
    assert found.card.book is not None
    assert [entry.content for entry in found.card.book.entries] == ["A", ""]
    assert sorted(map(str, found.left_out)) == [
        "character_book: entries: 1 of 4 could not be read (3).",
        "character_book: entry 4: content could not be read.",
        "character_book: entry 4: keys: 1 of 1 could not be read (1).",
        "character_book: entry 4: priority could not be read.",
        "character_book: scan_depth could not be read.",
    ]


def test_a_lorebook_that_is_only_a_list_of_entries_is_read() -> None:
    values = {"name": "Odo", "first_mes": "", "character_book": [{"content": "x"}, 7]}
    found = read_card(json.dumps(values).encode(), "odo.json")
    assert found.card.book is not None
    assert [entry.content for entry in found.card.book.entries] == ["x"]
    assert list(map(str, found.left_out)) == ["character_book: entries: 1 of 2 could not be read (2)."]


def test_many_broken_parts_are_counted() -> None:
    entries = [{"keys": ["a"], "content": {"a": 1}}] * 50
    values = {"name": "Odo", "first_mes": "", "character_book": {"entries": entries}, "tags": [[]] * 30}
    told = list(map(str, read_card(json.dumps(values).encode(), "odo.json").left_out))
    assert (len(told), told[-1]) == (MAX_SENTENCES + 1, "31 more parts could not be read.")
    assert "tags: 30 of 30 could not be read (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...)." in told


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not valid JSON: Expecting value at line 1, column 1"),
        (b'{"char_name": "Bob",}', "not valid JSON: "),
        (b"{\xff\xff\xff", "not a text file in UTF-8"),
        (b"\xff\xfe{", "not a text file in UTF-8"),
        (b"[1]", "is no character"),
        (b'{"name": "Bob"}', "is no character"),
        (b'{"char_name": " "}', "its name is empty"),
        (b'{"char_name": null}', "its name is empty"),
        (b'{"char_name": "\\u200b"}', "its name is empty"),
        (b'{"x":' * 100_000, "cannot be read"),
        (b'{"char_name": "Bob", "x": ' + b'{"x":' * 200 + b"1" + b"}" * 201, "nested too deeply"),
        (b'{"char_name": "Bob", "x": ' + b"9" * 10_000 + b"}", "cannot be read"),
        (b'{"char_name": "Bob", "x": 1e999}', "cannot be read"),
        (b'{"char_name": "Bob", "x": NaN}', "cannot be read"),
        (b'{"char_name": "Bob\x00"}', "not valid JSON: Invalid control character"),
        (b'{"character": {"name": "", "greeting": ""}}', "its name is empty"),
        (b'{"spec": "chara_card_v2", "data": {}}', "its name is empty"),
        (b"name: [\n", "not valid YAML at line 2"),
        (b"name: !!python/object/apply:os.system ['true']\ncontext: x\n", "YAML tags"),
        (b"name: &a Bob\ncontext: *a\n", "anchors or aliases"),
        (b"name: Bob\ncontext: " + b"[" * 100 + b"]" * 100, "nested too deeply"),
        (b"just a note", "holds no JSON object"),
    ],
)
def test_an_unusable_file_is_refused_by_name_and_problem(data: bytes, problem: str) -> None:
    with pytest.raises(CharacterError) as caught:
        read_card(data, "bob.json")
    assert str(caught.value).startswith("bob.json ")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_few_broken_characters_are_replaced_and_told() -> None:
    data = (SAMPLES / "tavern-v2.json").read_bytes().replace(b"ferryman", b"ferr\xff\xffman", 1)
    found = read_card(data, "odo.json")
    assert "ferr\ufffd\ufffdman" in found.card.description
    assert list(map(str, found.left_out)) == ["2 characters could not be read: they are not in UTF-8."]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_makes_no_difference(encoding: str) -> None:
    data = (SAMPLES / "tavern-v2.json").read_text(encoding="utf-8").encode(encoding)
    assert read_card(data, "odo.json").card == card_of("tavern-v2.json")


def test_a_file_name_is_named_in_one_line() -> None:
    with pytest.raises(InputError, match=r"^a b\.json is no character"):
        read_card(b"{}", "a\nb.json")


def test_unknown_keys_stay_and_null_texts_are_empty() -> None:
    card = read_card(b'{"char_name": " Bob ", "char_persona": null, "extra": [1]}', "bob.json").card
    assert card.character == Character("Bob")
    assert card.beside == {"extra": [1]}


def test_what_pygmalions_format_cannot_hold_is_named() -> None:
    assert "lorebook" in lost_in(card_of("tavern-v2.json"), CardFormat.PYGMALION)
    assert lost_in(card_of("pygmalion.json"), CardFormat.PYGMALION) == ()


def test_an_edited_character_changes_its_card_and_nothing_else() -> None:
    card = card_of("tavern-v3.json")
    assert card.with_character(card.character) == card
    edited = card.with_character(replace(card.character, name="Odo the Old", persona="New."))
    assert (edited.name, edited.nickname, edited.description, edited.personality) == ("Odo", "Odo the Old", "New.", "")
    assert edited.book == card.book
    bob = Character("Bob", "Kind.", "Here.", "Hi.", "You: a")
    assert Card.of(bob).character == bob
    assert Card.of(bob).with_character(replace(bob, name="Rob")).name == "Rob"


def test_unpacked_json_in_a_chunk_is_taken_too() -> None:
    text = (SAMPLES / "tavern-v2.json").read_bytes()
    for packed in (text, base64.encodebytes(text), base64.b64encode(text).rstrip(b"=")):
        assert read_card(png(plain_text(b"chara", packed)), "x").card.name == "Odo"
