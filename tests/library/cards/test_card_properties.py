"""For every card: written and read again, it is the same card."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyg_ui.dialogue.character import Character, one_line
from pyg_ui.dialogue.lorebook import KeyLogic, Lorebook, LorebookEntry, Position, Source, Voice
from pyg_ui.errors import CharacterError, InputError
from pyg_ui.library.cards.card import TEXTS, Card
from pyg_ui.library.cards.files import CardFormat, dump_card, read_card
from pyg_ui.library.containers.text import plain_text
from pyg_ui.library.recognition import recognise
from tests.library.pngs import png

texts = st.text(max_size=12).map(plain_text)
lines = st.text(max_size=8).map(plain_text)
lists = st.lists(texts.filter(bool), max_size=3).map(tuple)
names = st.text(max_size=8).map(lambda name: one_line(plain_text(name) + "x"))
numbers = st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(lines, inner, max_size=3),
    max_leaves=6,
)
foreign = st.dictionaries(lines.map(lambda key: "x_" + key), values, max_size=3)
"""Fields that no format knows."""

entries = st.builds(
    LorebookEntry,
    content=texts.map(lambda text: text.replace("\r", "")),
    keys=lists,
    secondary_keys=lists,
    name=lines.map(lambda text: text.replace("\r", "")),
    is_enabled=st.booleans(),
    is_constant=st.booleans(),
    is_selective=st.booleans(),
    is_case_sensitive=st.none() | st.booleans(),
    matches_whole_words=st.none() | st.booleans(),
    use_regex=st.booleans(),
    logic=st.sampled_from(KeyLogic),
    scan_depth=st.none() | st.integers(0, 9),
    sources=st.lists(st.sampled_from(Source), unique=True).map(
        lambda found: tuple(each for each in Source if each in found)
    ),
    probability=st.integers(0, 100),
    ignores_recursion=st.booleans(),
    ends_recursion=st.booleans(),
    recursion_level=st.integers(0, 3),
    depth=st.integers(0, 9),
    voice=st.sampled_from(Voice),
    ignores_budget=st.booleans(),
    groups=st.lists(st.sampled_from(["a", "b"]), unique=True).map(tuple),
    wins_group=st.booleans(),
    group_weight=st.integers(0, 200),
    uses_group_scores=st.booleans(),
    sticky=st.integers(0, 9),
    cooldown=st.integers(0, 9),
    delay=st.integers(0, 9),
    position=st.sampled_from(Position),
    insertion_order=numbers,
    priority=numbers,
    rest=foreign,
)
books = st.builds(
    Lorebook,
    entries=st.lists(entries, max_size=3).map(tuple),
    scan_depth=st.none() | st.integers(0, 100),
    token_budget=st.none() | st.integers(0, 4096),
    budget_share=st.none() | st.floats(0, 1),
    is_recursive=st.booleans(),
    rest=foreign,
)
cards = st.builds(
    Card,
    name=names,
    nickname=lines,
    **dict.fromkeys(("description", "personality", "scenario", "greeting", "example_dialogue", "creator_notes"), texts),
    alternate_greetings=lists,
    group_only_greetings=lists,
    tags=lists,
    character_version=lines,
    book=st.none() | books,
    extensions=foreign,
    rest=foreign,
    beside=st.dictionaries(st.sampled_from([*TEXTS, "spec", "data", "fav"]), values, max_size=4),
    picture=st.none() | st.sampled_from([png(), png((b"prVt", b"other"))]),
)


@settings(deadline=None, max_examples=60)
@given(cards)
def test_a_tavern_card_comes_back_the_same(card: Card) -> None:
    v2 = read_card(dump_card(card, CardFormat.V2), "x").card
    assert v2 == replace(card, picture=None)
    in_picture = read_card(dump_card(card, CardFormat.PNG), "x").card
    assert in_picture == replace(card, picture=card.picture or in_picture.picture)


@settings(deadline=None, max_examples=60)
@given(cards)
def test_a_pygmalion_card_comes_back_the_same(card: Card) -> None:
    back = read_card(dump_card(card, CardFormat.PYGMALION), "x").card
    assert back.character == card.character
    assert back.beside == card.beside
    assert read_card(dump_card(back, CardFormat.PYGMALION), "x").card == back


@settings(deadline=None, max_examples=60)
@given(st.builds(Character, names, texts, texts, texts, texts), st.sampled_from(CardFormat))
def test_a_character_comes_back_the_same_in_every_format(character: Character, form: CardFormat) -> None:
    card = replace(Card.of(character), picture=png())
    assert read_card(dump_card(card, form), "x").card.character == character


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"PK\3\4", b"RIFF1234WEBP", b"{", b"a: "]))
def test_random_bytes_are_refused_or_read_and_nothing_else(data: bytes, beginning: bytes) -> None:
    with suppress(InputError):
        recognise(beginning + data, "x")


@pytest.mark.parametrize("cut", [10, 100, 1000, 5000])
def test_a_cut_off_card_is_never_half_imported(cut: int) -> None:
    whole = dump_card(Card("Odo", description="long " * 2000), CardFormat.PNG)
    with pytest.raises(CharacterError, match="cut off"):
        read_card(whole[:-cut], "x")
