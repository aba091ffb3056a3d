"""What programs send to the endpoints becomes a chat and sampling parameters, or an error that says what to send."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Role
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import CharacterError, ParameterError
from pyg_ui.ui.endpoints.fields import read_chat, read_parameters, read_text

TILDA = Character("Tilda", persona="Keeps the lamp.", greeting="You came back!")
BUNDLED = {"Tilda": TILDA, "Ott": Character("Ott")}
HISTORY = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Oh, hello."}]


def turns(history: Any, character: Any = None) -> list[tuple[Role, str]]:
    return [(turn.role, turn.text) for turn in read_chat(history, character, BUNDLED).turns]


def test_without_a_character_the_first_that_comes_with_the_server_speaks() -> None:
    for absent in (None, ""):
        assert read_chat(None, absent, BUNDLED).character == TILDA
    assert turns([]) == [(Role.CHARACTER, "You came back!")]


def test_a_character_is_found_by_name() -> None:
    assert read_chat(None, "Ott", BUNDLED).character.name == "Ott"


def test_a_character_can_be_described() -> None:
    described = read_chat(None, {"name": "Mor", "persona": "A miller.", "greeting": "Aye?"}, BUNDLED)
    assert described.character == Character("Mor", persona="A miller.", greeting="Aye?")
    assert turns(None, {"name": "Mor", "greeting": "Aye?"}) == [(Role.CHARACTER, "Aye?")]


def test_a_character_card_is_read() -> None:
    card = {"char_name": "Mor", "char_persona": "A miller.", "char_greeting": "Aye?", "world_scenario": "A mill.",
            "example_dialogue": ""}  # fmt: skip
    assert read_chat(None, card, BUNDLED).character == Character("Mor", "A miller.", "A mill.", "Aye?")


def test_the_history_follows_the_greeting_unless_the_character_speaks_first_in_it() -> None:
    said = [(Role.PERSON, "Hi."), (Role.CHARACTER, "Oh, hello.")]
    assert turns(HISTORY) == [(Role.CHARACTER, "You came back!"), *said]
    assert turns(HISTORY[1:]) == said[1:]
    parts = [{"role": "user", "content": [{"type": "text", "text": "Hi."}], "metadata": None}]
    assert turns(parts)[-1] == said[0]


def test_parameters_replace_the_pages_defaults() -> None:
    assert read_parameters(None) == read_parameters({}) == SamplingParameters()
    order = list(reversed(SamplingParameters().sampler_order))
    wanted = read_parameters({"temperature": 1, "top_k": 5.0, "seed": None, "sampler_order": order,
                              "banned_strings": ["a lamp"], "dry_sequence_breakers": []})  # fmt: skip
    lists: dict[str, Any] = {"banned_strings": ("a lamp",), "dry_sequence_breakers": ()}
    assert wanted == SamplingParameters(temperature=1.0, top_k=5, sampler_order=tuple(order), **lists)


@pytest.mark.parametrize(
    ("character", "expected"),
    [
        ("Nobody", "one of Tilda, Ott"), (5, "one of Tilda, Ott"), (["Tilda"], "one of Tilda, Ott"),
        ({"persona": "x"}, "no name"), ({"name": "x", "persona": 5}, "must be texts"), ({"foo": "x"}, '"character"'),
    ],
)  # fmt: skip
def test_another_character_is_refused(character: Any, expected: str) -> None:
    with pytest.raises((gr.Error, CharacterError), match=expected):
        read_chat(None, character, BUNDLED)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("Hi.", "must be a list"), ([["Hi.", "Hello."]], r"history\[0\]"), ([{"role": "system"}], '"user" or'),
        ([HISTORY[0], {"role": "user", "content": None}], r'"content" of "history\[1\]"'),
        ([{"role": "user", "content": [{"type": "image"}]}], "must be a text"),
    ],
)  # fmt: skip
def test_another_history_is_refused(history: Any, expected: str) -> None:
    with pytest.raises(gr.Error, match=expected):
        read_chat(history, None, BUNDLED)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ([], None), ("x", "must be an object"), ({"x": 1}, "called 'x'. Those that are known: max_new_tokens"),
        ({"temperature": 9}, "temperature must be from 0 to 2"), ({"top_k": "5"}, "top_k must be"),
        ({"sampler_order": "temperature"}, "each of these once"), ({"banned_strings": "a lamp"}, "must be a list"),
        ({"sampler_order": ["x"]}, "each of these once"),
    ],
)  # fmt: skip
def test_other_parameters_are_refused(parameters: Any, expected: str | None) -> None:
    if expected is None:
        assert read_parameters(parameters) == SamplingParameters()
        return
    with pytest.raises((gr.Error, ParameterError), match=expected):
        read_parameters(parameters)


@pytest.mark.parametrize("value", ["", None, 5, ["a"]])
def test_a_text_must_be_given(value: Any) -> None:
    with pytest.raises(gr.Error, match='"prompt" must be a text'):
        read_text("prompt", value)


def test_half_a_character_is_refused_wherever_it_stands() -> None:
    half = "a\ud800"
    for read in (
        lambda: read_text("prompt", half),
        lambda: read_chat([{"role": "user", "content": half}], None, BUNDLED),
        lambda: read_chat(None, {"name": "x", "persona": half}, BUNDLED),
    ):
        with pytest.raises(gr.Error, match="surrogate"):
            read()
