"""Lorebooks by themselves: each program's file means here what it means there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pyg_ui.dialogue.lorebook import KeyLogic, Lorebook, LorebookEntry, Position
from pyg_ui.library.cards.portrait import draw_portrait
from pyg_ui.library.containers.document import open_document
from pyg_ui.library.containers.json_text import dump_json
from pyg_ui.library.containers.png import Png
from pyg_ui.library.lorebooks.character_book import dump_book, parse_book
from pyg_ui.library.lorebooks.files import READERS, BookFile, book_in
from pyg_ui.library.lorebooks.world_info import parse_world_info
from pyg_ui.library.lorebooks.written import dump_world_info
from pyg_ui.library.recognition import recognise, recognise_file
from tests.repository import SAMPLES

FOLDER = SAMPLES / "lorebooks"
FILES = [*sorted(FOLDER.iterdir()), SAMPLES / "cards" / "lorebook-v3.json", SAMPLES / "cards" / "world-info.json"]


def read(name: str) -> Lorebook:
    found = recognise_file(FOLDER / name)
    assert isinstance(found, BookFile)
    return found.book


def book_of(values: Any, name: str = "coast.json") -> BookFile:
    found = recognise(dump_json(values).encode(), name)
    assert isinstance(found, BookFile)
    return found


def entries_by_name(book: Lorebook) -> dict[str, LorebookEntry]:
    return {entry.name: entry for entry in book.entries}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_book_is_recognised_by_one_reader_only(path: Any) -> None:
    document = open_document(path.read_bytes(), path.name)
    assert len([reader for reader in READERS if reader.recognise(document)]) == (
        2 if path.stem == "kobold-world-info" else 1  # KoboldAI's entries look like SillyTavern's
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_book_of_any_program_is_kept_whole_as_a_character_book(path: Any) -> None:
    found = book_in(open_document(path.read_bytes(), path.name))
    assert found is not None
    assert found.book.entries
    assert parse_book(dump_book(found.book)) == found.book


def test_a_novelai_book_has_its_keys_texts_and_order() -> None:
    book = read("novelai.lorebook")
    assert (book.name, book.rest["extensions"]["novelai"]["lorebookVersion"]) == ("novelai", 5)
    ferry, rain, toll, bridge = book.entries
    assert (ferry.name, ferry.content, ferry.keys) == ("Ferry", "The ferry leaves at noon.", ("ferry", "/boats?/i"))
    assert (ferry.priority, ferry.insertion_order, ferry.is_enabled, ferry.is_constant) == (400, 400, True, False)
    assert ferry.rest["extensions"]["novelai"]["contextConfig"]["trimDirection"] == "trimBottom"
    assert (rain.content, rain.is_constant) == ("[ It is always raining. ]", True)
    assert (ferry.use_regex, rain.use_regex) == (True, False)
    assert (ferry.matches_whole_words, ferry.ignores_recursion) == (True, True)
    assert not toll.is_enabled
    assert not bridge.is_enabled  # its category is off


def test_an_agnai_book_has_its_keywords_with_wildcards() -> None:
    book = read("agnai.json")
    assert (book.name, book.description, book.scan_depth) == ("Mill town", "A town with a mill.", 50)
    mill, miller = book.entries
    assert (mill.name, mill.content) == ("Mill", "The mill stands still since spring.")
    assert mill.keys == ("mill", r"/\bwind\w*\b/i")
    assert (mill.priority, mill.insertion_order, mill.position) == (5, 10, Position.BEFORE)
    assert (miller.keys, miller.secondary_keys, miller.is_selective) == ((r"/\b\willer\b/i",), ("debt",), True)
    assert mill.matches_whole_words
    assert (miller.is_enabled, miller.position) == (False, Position.AFTER)


def test_a_risu_book_has_keys_between_commas_and_no_folders_among_its_entries() -> None:
    book = read("risu.json")
    assert (book.scan_depth, book.is_recursive, len(book.rest["extensions"]["risu"]["folders"])) == (5, True, 1)
    comet, pattern, sky, heaven = book.entries
    assert (comet.keys, comet.secondary_keys, comet.is_selective) == (("comet", "tail star"), ("night", "dusk"), True)
    assert (comet.priority, comet.insertion_order, comet.is_case_sensitive) == (100, 100, True)
    assert (pattern.keys, pattern.use_regex) == (("/com{1,2}et/i", "/tails?/"), True)
    assert (sky.is_constant, sky.keys) == (True, ())
    assert (heaven.keys, heaven.content, heaven.is_constant) == (("heaven",), "The sky is green.", False)


def test_kobold_world_info_has_its_texts() -> None:
    dune, wreck = read("kobold-world-info.json").entries
    assert (dune.name, dune.keys, dune.content, dune.is_selective) == (
        "Dune",
        ("dune", "sand"),
        "The dunes wander.",
        False,
    )
    assert (wreck.content, wreck.secondary_keys, wreck.is_selective) == (
        "The wreck lies there since the storm.", ("storm",), True,
    )  # fmt: skip


def test_kobold_lites_world_info_has_its_keys_between_commas() -> None:
    lamp, stairs = read("kobold-lite.json").entries
    assert (lamp.name, lamp.keys, lamp.is_enabled) == ("Lamp", ("lamp", "light"), True)
    assert (stairs.keys, stairs.secondary_keys, stairs.is_selective) == (("stairs",), ("night", "storm"), True)
    assert not stairs.is_enabled
    assert (stairs.probability, lamp.probability) == (50, 100)
    (found,) = book_of(
        [{"key": "a", "keysecondary": "", "keyanti": "b", "content": "A", "constant": False}]
    ).book.entries
    assert (found.secondary_keys, found.logic) == (("b",), KeyLogic.NOT_ANY)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_entry_written_for_sillytavern_means_there_what_it_means_here(path: Any) -> None:
    found = book_in(open_document(path.read_bytes(), path.name))
    assert found is not None
    again = parse_world_info(dump_world_info(found.book))
    unlike = {"rest": {}, "priority": 0, "use_regex": False, "scan_depth": None}
    assert [replace(each, **unlike) for each in again.entries] == [
        replace(each, **unlike) for each in found.book.entries
    ]


def test_a_picture_may_hold_a_novelai_book() -> None:
    book = (FOLDER / "novelai.lorebook").read_bytes()
    picture = Png.parse(draw_portrait("Book")).with_texts([("naidata", book)])
    found = recognise(picture, "ferry.png")
    assert isinstance(found, BookFile)
    assert (found.format, found.book.name, len(found.book.entries)) == ("novelai-lorebook-png", "ferry", 4)


def test_a_bare_character_book_is_named_after_its_file() -> None:
    book = read("character-book.json")
    assert (book.name, book.entries[0].keys) == ("character-book", ("heron",))
    assert book_of({"scan_depth": 3, "entries": []}).book.scan_depth == 3


def test_a_new_world_without_entries_is_a_lorebook() -> None:
    assert book_of({"entries": {}}).format == "world-info-json"


@pytest.mark.parametrize(
    ("values", "form", "keys"),
    [
        ({"lorebookVersion": 1, "entries": [{"text": "A", "keys": ["a"]}, 7]}, "novelai-lorebook", ["a"]),
        ({"kind": "memory", "entries": [3, {"entry": "A", "keywords": ["a"]}]}, "agnai-memory", ["a"]),
        ({"type": "risu", "data": [{"content": "A", "key": "a"}, "b"]}, "risu-lorebook", ["a"]),
        ({"folders": {}, "entries": {"0": {"content": "A", "key": ["a"]}, "1": []}}, "kobold-world-info", ["a"]),
        ({"token_budget": 9, "entries": [{"content": "A", "keys": ["a"]}, False]}, "character-book", ["a"]),
        ({"entries": {"0": {"content": "A", "key": ["a"]}, "1": "?"}}, "world-info", ["a"]),
    ],
)
def test_one_bad_entry_is_left_out_of_a_book(values: dict[str, Any], form: str, keys: list[str]) -> None:
    found = book_of(values)
    assert found.format == f"{form}-json"
    assert [list(entry.keys) for entry in found.book.entries] == [keys]
    assert len(found.left_out) == 1


ENTRY = {"keys": ["gull"], "content": "They steal."}
RISU = {"key": "gull", "content": "They steal.", "mode": "normal", "insertorder": 1}


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ({"name": "Coast", "entries": {"0": ENTRY}}, "character-book-json"),
        ({"entries": {"0": ENTRY}}, "character-book-json"),
        ({"character_book": {"name": "Coast", "entries": [ENTRY]}}, "character-book-json"),
        ([ENTRY, None], "character-book-json"),
        ({"spec": "lorebook_v3", "entries": [ENTRY]}, "lorebook-v3-json"),
        ({"type": "risu", "data": [{**RISU, "key": ["gull"]}]}, "risu-lorebook-json"),
        ({"type": "risu", "data": {"0": RISU}}, "risu-lorebook-json"),
        ({"name": "Coast", "entries": [{"keywords": ["gull"], "entry": "They steal."}]}, "agnai-memory-json"),
        ({"entries": [{"key": ["gull"], "content": "They steal.", "uid": 0}]}, "world-info-json"),
    ],
)
def test_a_book_in_another_shape_is_read_too(values: Any, form: str) -> None:
    found = book_of(values)
    assert found.format == form
    assert [(entry.keys, entry.content) for entry in found.book.entries] == [(("gull",), "They steal.")]
    assert found.left_out == ()


def test_several_keys_in_a_list_of_risu_stay_apart() -> None:
    book = book_of({"type": "risu", "data": [{**RISU, "key": ["gull, tern", "auk"]}]}).book
    assert book.entries[0].keys == ("gull", "tern", "auk")


def test_a_character_book_without_entries_is_a_lorebook() -> None:
    assert book_of({"name": "Coast", "entries": [], "extensions": {}}).book == Lorebook(name="Coast")
