"""What is no chat, or a broken one, is refused by what it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pyg_ui.errors import TranscriptError
from pyg_ui.library.transcripts.files import read_chats


@pytest.mark.parametrize(
    ("values", "program"),
    [
        ([{"title": "x", "create_time": 1, "mapping": {}}], "ChatGPT"),
        ([{"uuid": "x", "chat_messages": []}], "Claude"),
        ({"storyContainerVersion": 1}, "NovelAI"),
        ({"messages": [{"versions": [], "currentlySelected": 0}]}, "LM Studio"),
        ({"guild": {}, "channel": {}, "messages": []}, "Discord"),
        ({"messages": [{"type": "message", "from_id": "user1", "text": "Hi"}]}, "Telegram"),
        ({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}, "Gemini"),
    ],
)
def test_a_chat_of_a_program_that_is_not_read_yet_is_refused_by_name(values: Any, program: str) -> None:
    with pytest.raises(TranscriptError, match=f"^x.json looks like a chat of {program}, which cannot be read yet"):
        read_chats(json.dumps(values).encode(), "x.json")


@pytest.mark.parametrize(
    "values",
    [
        {"type": "risu", "ver": 1, "data": [{"key": "river", "content": "It runs north."}]},
        {"name": "Odo", "description": "", "first_mes": "", "chat": "Odo - 2023-06-24"},
        {"name": "Odo", "greeting": "Across?", "scenario": "", "sampleChat": "You: Hi"},
        {"messages": [], "name": "x"},
        {"data": {"name": "Odo"}, "spec": "chara_card_v2"},
        {"actions": "none", "prompt": ""},
        {"actions": [1], "prompt": ""},
        {"data": [["a"]]},
        [{"name": "Odo"}],
        [],
        {},
    ],
)
def test_what_is_no_chat_is_not_taken_for_one(values: Any) -> None:
    with pytest.raises(TranscriptError, match="is no chat in a format that we know"):
        read_chats(json.dumps(values).encode(), "x.json")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"user_name": "a", "character_name": "b"}', "nothing has been said"),
        (b'{"user_name": "a", "character_name": "b"}\n{"mes": 7}', "no message in it can be read"),
        (b'{"user_name": "a", "character_name": "b"}\n{"mes": "x', "no message in it can be read"),
        (b'{"chat": []}', "nothing has been said"),
        (b'{"data": [["a"]], "data_visible": []}', "no message in it can be read"),
        (b'{"gamestarted": true, "actions": [1], "prompt": ""}', "no message in it can be read"),
        (b'{"histories": {"histories": [1]}}', "nothing has been said"),
        (b'{"messages": [{"msg": 3}]}', "no message in it can be read"),
        (b'{"char_name": "Bob"}', "is no chat"),
        (b"{\xff\xff\xff", "not a text file in UTF-8"),
    ],
)
def test_a_corrupt_file_is_refused_by_name_and_problem(data: bytes, problem: str) -> None:
    with pytest.raises(TranscriptError) as caught:
        read_chats(data, "odo.json")
    assert str(caught.value).startswith("odo.json ")
    assert problem in str(caught.value)
