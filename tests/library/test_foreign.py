"""Objects that resemble characters, and files of other programs that are not read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pyg_ui.errors import InputError
from pyg_ui.library.recognition import recognise

UNKNOWN = "is no character, chat or lorebook"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name": "pyg-ui", "description": "A page.", "version": "1.0"}, UNKNOWN),
        ({"name": "Odo", "greeting": "Hello.", "version": 2}, UNKNOWN),
        ({"name": "Odo", "description": "x", "personality": "y"}, UNKNOWN),
        ({"name": "Odo", "context": {"cluster": "x"}}, UNKNOWN),
        ({"character": {"id": 1, "name": "Odo"}}, UNKNOWN),
        ({"spec": "chara_card_v2", "data": "text"}, UNKNOWN),
        ({"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": ""}}, "its name is empty"),
        ({"character": {"aiDisplayName": "Odo", "aiPersona": "x"}}, "looks like a character of Backyard AI"),
        (
            {"name": "Odo", "input_sequence": "### I:", "output_sequence": "### R:"},
            "an instruct template of SillyTavern",
        ),
        ({"name": "Odo", "story_string": "{{description}}"}, "a context template of SillyTavern"),
        ({"scriptName": "x", "findRegex": "/a/", "replaceString": ""}, "a regex script of SillyTavern"),
        ({"version": 2, "name": "x", "qrList": []}, "quick replies of SillyTavern"),
        ({"name": "Odo", "description": "x", "personality": "y", "scenario": "z", "greeting": "Across?"}, UNKNOWN),
        ({"title": "News", "entries": [{"key": "a", "content": "x"}]}, UNKNOWN),
        ({"prompt": "x", "actions": [{"type": "click"}]}, UNKNOWN),
        ({"data": [[1, 2], [3, 4]]}, UNKNOWN),
        ({"columns": ["a", "b"], "data": [["x", "y"]]}, UNKNOWN),
        ({"spec": "lorebook_v3", "data": None}, UNKNOWN),
        ({"sampleChat": "", "messages": []}, "nothing has been said"),
        ({"storyContainerVersion": 1}, "looks like a chat of NovelAI"),
        ({"scenarioVersion": 2}, "a scenario of NovelAI"),
        ({"power_user": {}, "username": "Ida"}, "settings of SillyTavern"),
        ({"type": "risuModule", "module": {}}, "a module of RisuAI"),
        ({"temp": 0.7, "top_p": 0.9, "rep_pen": 1.1}, "looks like a preset for sampling"),
        ({"architectures": ["GPTJForCausalLM"], "model_type": "gptj"}, "part of a model"),
        ({"version": "1.0", "model": {"type": "BPE", "vocab": {}}}, "part of a model"),
    ],
)
def test_what_is_no_character_is_refused_by_what_it_is(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError) as caught:
        recognise(json.dumps(values).encode(), "x.json")
    assert str(caught.value).startswith("x.json ")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"GGUF\3\0\0\0" + bytes(50),
        b'\x40\0\0\0\0\0\0\0{"__metadata__": {}}',
        b"PK\3\4" + bytes(26) + b"archive/data.pkl",
    ],
)
def test_the_weights_of_a_model_are_refused_by_what_they_are(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^x is a part of a model"):
        recognise(data, "x")


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Odo", "first_mes": ""},
        {"name": "Odo", "description": "x", "personality": "", "scenario": ""},
        {"description": "x", "first_mes": "Across?"},
        {"name": "Odo", "description": "x", "mes_example": "", "context": None},
        {"data": {"name": "Odo", "description": "x", "alternate_greetings": []}},
        {"spec": "chara_card_v2", "name": "Odo", "description": "x"},
        {"name": "Odo", "context": "A ferryman."},
        {"name": "Odo", "greeting": "Across?"},
        {"char_name": "Odo"},
        {"data": {"spec": "chara_card_v2", "data": {"name": "Odo", "first_mes": ""}}},
        {"card": {"spec": "chara_card_v2", "data": {"name": "Odo", "first_mes": ""}}, "version": 3},
        {"character": {"name": "Odo", "first_mes": "", "mes_example": ""}},
        [{"name": "Odo", "first_mes": ""}],
    ],
)
def test_a_card_with_few_fields_or_inside_another_object_is_a_card(values: Any) -> None:
    assert "card=" in repr(recognise(json.dumps(values).encode(), "x.json"))
