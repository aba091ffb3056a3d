"""The grammar: reproducible, in format, and blind to what is held out."""

import re
from random import Random

import pytest

from training.corpus import values
from training.corpus.conversations import END_OF_TEXT, TOPICS, draw_document, text_of
from training.corpus.personas import draw_persona
from training.corpus.phrasing import bend, choose, phrase, plain
from training.corpus.topics import slots_of
from training.corpus.values import ValueSource, is_held_out, plural, with_article

TRAINING, HELD_OUT = ValueSource(), ValueSource(held_out=True)


def _documents(seed: int, count: int) -> list[str]:
    rng = Random(seed)
    return [text_of(draw_document(rng, TRAINING, rng.randrange(2, 9))) for _ in range(count)]


def test_same_seed_writes_same_corpus() -> None:
    assert _documents(1, 20) == _documents(1, 20)
    assert _documents(1, 20) != _documents(2, 20)


def test_every_line_has_a_speaker() -> None:
    for text in _documents(3, 200):
        heading, _, talk = text.removesuffix(END_OF_TEXT).partition("<START>\n")
        name = re.match(r"(.+)'s Persona: ", heading)
        for line in talk.splitlines():
            assert line == "<START>" or line.startswith("You: ") or not name or line.startswith(f"{name[1]}: ")


def test_replies_follow_the_colon_after_one_space_and_hold_no_template_signs() -> None:
    for text in _documents(4, 300):
        assert text.endswith(END_OF_TEXT)
        for line in text.removesuffix(END_OF_TEXT).splitlines():
            is_typed = line.startswith("You: ")  # visitors slip, spaces included
            assert is_typed or not re.search(r"[\[\]{}~\x02\x03]|  |:$|\s$", line), line


def test_held_out_values_never_appear_in_training() -> None:
    rng = Random(5)
    for _ in range(500):
        persona = draw_persona(rng, TRAINING, is_complete=True)
        assert persona.trade
        assert persona.home
        drawn = (persona.name, persona.trade.phrase, *persona.likes, *persona.dislikes)
        assert not any(is_held_out(value) for value in drawn)
        assert not is_held_out(f"{persona.home.preposition}|{persona.home.place}")


def test_held_out_personas_share_nothing_with_training() -> None:
    rng = Random(6)
    persona = draw_persona(rng, HELD_OUT, is_complete=True)
    assert persona.trade
    assert all(is_held_out(value) for value in (persona.name, persona.trade.phrase, *persona.likes))


def test_about_one_value_in_ten_is_held_out() -> None:
    rng = Random(7)
    share = sum(is_held_out(values.proper_name(rng)) for _ in range(5000)) / 5000
    assert 0.07 < share < 0.13


@pytest.mark.parametrize(
    ("phrase_", "expected"),
    [
        ("apple", "an apple"),
        ("unicorn", "a unicorn"),
        ("hour", "an hour"),
        ("bell", "a bell"),
        ("one-eyed cat", "a one-eyed cat"),
    ],
)
def test_articles_follow_the_sound(phrase_: str, expected: str) -> None:
    assert with_article(phrase_) == expected


@pytest.mark.parametrize(
    ("noun", "expected"), [("cherry", "cherries"), ("toy", "toys"), ("box", "boxes"), ("wolf", "wolves")]
)
def test_plurals_are_english(noun: str, expected: str) -> None:
    assert plural(noun) == expected


def test_templates_choose_fill_and_bend() -> None:
    assert choose(Random(1), "[a|a[b|b]]") in ("a", "ab")
    assert plain(phrase(Random(1), "{Like}, {like}", {"like": "tea"})) == "Tea, tea"
    assert bend("love~s and go~es", is_third_singular=True) == "loves and goes"
    assert bend("love~s and go~es", is_third_singular=False) == "love and go"


def test_every_topic_has_something_to_say_about_strangers() -> None:
    for topic in TOPICS:
        brought = {"name", "short", *topic.draws}
        always = [reply for reply in topic.replies if slots_of(reply) <= brought]
        assert always or topic.unknown, topic.name
        assert any(slots_of(line) <= brought for line in topic.lines), topic.name
