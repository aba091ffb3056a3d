"""Messages that cannot be read are left out and told of; all others are read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyg_ui.dialogue.chat import Role
from pyg_ui.errors import TranscriptError
from pyg_ui.library.transcripts.files import read_chats
from pyg_ui.library.transcripts.transcript import Transcript

PERSON, CHARACTER = Role.PERSON, Role.CHARACTER


def read(values: Any, file_name: str = "Odo.json") -> Transcript:
    """The chats in an object, or in the lines of a text."""
    data = values if isinstance(values, str) else json.dumps(values)
    return read_chats(data.encode(), file_name)


def said(found: Transcript) -> list[str]:
    return [turn.text for chat in found.chats for turn in chat.turns]


def told(found: Transcript) -> list[str]:
    return list(map(str, found.left_out))


def tavern(*rows: Any) -> str:
    header = {"user_name": "Anna", "character_name": "Odo"}
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in (header, *rows))


def message(mes: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Odo", "is_user": False, "mes": mes, **more}


GOOD = message("Across?")


BAD_ROWS = [
    '{"name": "Odo", "mes": "Acr',
    "null",
    "[]",
    "7",
    "{",
    message(None),
    message(7),
    message([]),
    {"name": "x"},
    {},
]


@pytest.mark.parametrize("bad", BAD_ROWS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_broken_line_is_left_out_wherever_it_is(bad: Any, place: int) -> None:
    rows: list[Any] = [GOOD, GOOD]
    rows.insert(place, bad)
    found = read(tavern(*rows))
    assert said(found) == ["Across?", "Across?"]
    assert told(found) == [f"1 of 3 messages could not be read: line {place + 2}."]


def test_a_line_in_another_encoding_is_read_but_for_its_broken_characters() -> None:
    data = tavern(GOOD, "X", GOOD).encode().replace(b"X", json.dumps(GOOD).encode().replace(b"?", b"\xff"))
    found = read_chats(data, "x.jsonl")
    assert said(found) == ["Across?", "Across\ufffd", "Across?"]
    assert len(told(found)) == 1


def test_zeros_that_a_crash_left_at_the_end_are_no_message() -> None:
    found = read(tavern(GOOD) + "\n" + "\0" * 100)
    assert said(found) == ["Across?"]
    assert told(found) == []


def test_a_byte_order_mark_and_blank_lines_are_no_messages() -> None:
    found = read("\ufeff\n" + tavern(GOOD).replace("\n", "\r\n\r\n"))
    assert (said(found), told(found)) == (["Across?"], [])


def test_many_broken_lines_are_counted_and_the_first_are_named() -> None:
    rows = [GOOD if number % 2 else "{" for number in range(40)]
    found = read(tavern(*rows))
    assert len(said(found)) == 20
    assert told(found) == ["20 of 40 messages could not be read: lines 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, ...."]


def test_a_broken_first_line_leaves_the_messages() -> None:
    found = read('{"user_name": "Anna", "charac\n' + json.dumps(GOOD) + "\n" + json.dumps(message("Hop in.")))
    assert said(found) == ["Across?", "Hop in."]
    assert found.chats[0].character.name == "Odo"
    assert told(found) == ["1 of 3 messages could not be read: line 1."]


@pytest.mark.parametrize(
    ("swipes", "index", "versions", "chosen"),
    [
        (["Across?", None], 0, ["Across?"], 0),
        ([None, "Across?"], 1, ["Across?"], 0),
        (["Back again?", None, "Across?"], 2, ["Back again?", "Across?"], 1),
        ([None, "Back again?"], 0, ["Back again?", "Across?"], 1),
        ("Across?", 0, ["Across?"], 0),
        ({"0": "Across?"}, 0, ["Across?"], 0),
    ],
)
def test_a_version_that_cannot_be_read_is_left_out(swipes: Any, index: Any, versions: list[str], chosen: int) -> None:
    found = read(tavern(message("Across?", swipes=swipes, swipe_id=index)))
    turn = found.chats[0].turns[0]
    assert ([each.text for each in turn.versions], turn.index) == (versions, chosen)
    assert told(found) == ["Other versions of messages could not be read: line 2."]


def test_a_message_without_a_text_is_read_from_its_chosen_version() -> None:
    found = read(tavern(message(None, swipes=["Back again?", "Across?"], swipe_id=1)))
    assert said(found) == ["Across?"]
    assert told(found) == []


BROKEN: dict[str, tuple[Any, list[str], str]] = {
    "webui": ({"internal": [["Hi", None], ["Deep?", "Very."], "x", ["y"]], "visible": []}, ["Hi", "Deep?", "Very."],
              "3 of 6 messages could not be read: rows 1, 3, 4."),
    "webui, old": ({"data": [[None, "Across?"], ["Deep?", 7]]}, ["Across?", "Deep?"],
                   "2 of 4 messages could not be read: rows 1, 2."),
    "pygmalion": ({"chat": ["Odo: Across?", None, 7, "You: Yes."]}, ["Across?", "Yes."],
                  "2 of 4 messages could not be read: numbers 2, 3."),
    "kobold": ({"prompt": "Odo: Across?", "actions": [None, "\nYou: Yes."]}, ["Across?", "Yes."],
               "1 of 3 messages could not be read: number 2."),
    "agnai": ({"messages": [{"msg": "Across?"}, {"msg": None}, None, {"msg": "Hop in."}]}, ["Across?", "Hop in."],
              "2 of 4 messages could not be read: numbers 2, 3."),
    "characterai": ({"histories": [{"msgs": [{"text": "Across?"}, None]}, None, {"msgs": [{}, {"text": "Hi"}]}]},
                    ["Across?", "Hi"], "2 of 4 messages could not be read: numbers 2, 3."),
    "characterai, turns": ({"turns": [{"candidates": [{"raw_content": "Hi"}]}, {"candidates": None}, 7]}, ["Hi"],
                           "2 of 3 messages could not be read: numbers 2, 3."),
    "risu": ({"type": "risuChat", "ver": 1, "data": {"message": [{"role": "char", "data": "Hi"}, {"role": "char"}, 7]}},
             ["Hi"], "2 of 3 messages could not be read: numbers 2, 3."),
    "openai": ([{"role": "user", "content": "Hi"}, {"role": "user", "content": None}, "x"], ["Hi"],
               "2 of 3 messages could not be read: numbers 2, 3."),
    "sharegpt": ({"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": 7}]}, ["Hi"],
                 "1 of 2 messages could not be read: number 2."),
    "chub": ([{"message": "Hi", "is_mine": True}, {"message": None, "is_mine": False}], ["Hi"],
             "1 of 2 messages could not be read: number 2."),
    "sillytavern as a list": ([{"user_name": "A", "character_name": "B"}, GOOD, None], ["Across?"],
                              "1 of 2 messages could not be read: number 3."),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_every_format_is_read_without_its_broken_messages(kind: str) -> None:
    values, texts, sentence = BROKEN[kind]
    found = read(values)
    assert said(found) == texts
    assert told(found) == [sentence]


def test_a_line_of_training_data_that_is_broken_is_told_of_by_its_number() -> None:
    good = json.dumps({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]})
    found = read(f"{good}\n{good[:40]}\n\n{good}", "x.jsonl")
    assert said(found) == ["Hi", "Hello."] * 2
    assert told(found) == ["1 of 5 messages could not be read: line 2."]


def test_a_broken_line_in_chubs_chat_is_told_of_by_its_number_among_blank_ones() -> None:
    rows = ['{"message": "Across?", "is_mine": false}', "", "{", "", '{"message": "Hi", "is_mine": true}']
    found = read("\n".join(rows), "x.jsonl")
    assert said(found) == ["Across?", "Hi"]
    assert told(found) == ["1 of 3 messages could not be read: line 3."]


texts = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)
broken = st.sampled_from([None, 7, True, [], "cut", {}])
messages = st.lists(st.tuples(st.booleans(), texts | broken.map(lambda value: [value])), min_size=1, max_size=12)


def is_whole(text: Any) -> bool:
    return isinstance(text, str)


def as_tavern(spoken: list[tuple[bool, Any]]) -> str:
    rows = [
        json.dumps({"name": "Anna" if is_person else "Odo", "is_user": is_person, "mes": text})
        if is_whole(text) else '{"mes": "cu' if text == ["cut"] else json.dumps(text[0])
        for is_person, text in spoken
    ]  # fmt: skip
    return "\n".join([json.dumps({"user_name": "Anna", "character_name": "Odo"}), *rows])


def as_agnai(spoken: list[tuple[bool, Any]]) -> str:
    rows = [
        {"userId" if is_person else "characterId": "x", "msg": text} if is_whole(text) else text[0]
        for is_person, text in spoken
    ]
    return json.dumps({"name": "Odo", "messages": [*rows, {"msg": "End", "characterId": "x"}]})


def as_openai(spoken: list[tuple[bool, Any]]) -> str:
    whole = {"role": "assistant", "content": "End"}
    rows = [
        {"role": "user" if is_person else "assistant", "content": text} if is_whole(text) else text[0]
        for is_person, text in spoken
    ]
    return json.dumps({"messages": [*rows, *[whole] * (len(rows) + 1)]})


def as_characterai(spoken: list[tuple[bool, Any]]) -> str:
    rows = [{"src": {"is_human": is_person}, "text": text} if is_whole(text) else text[0] for is_person, text in spoken]
    return json.dumps({"histories": {"histories": [{"msgs": [*rows, {"text": "End"}]}]}})


@settings(deadline=None, max_examples=60)
@pytest.mark.parametrize("write", [as_tavern, as_agnai, as_openai, as_characterai])
@given(spoken=messages)
def test_whatever_is_broken_all_other_messages_are_read(write: Any, spoken: list[tuple[bool, Any]]) -> None:
    expected = [(PERSON if is_person else CHARACTER, text) for is_person, text in spoken if is_whole(text)]
    number = sum(not is_whole(text) for _, text in spoken)
    if not expected and write is as_tavern:
        with pytest.raises(TranscriptError, match="no message in it can be read"):
            read(write(spoken), "x.jsonl")
        return
    found = read(write(spoken), "x.jsonl")
    turns = [(turn.role, turn.text) for chat in found.chats for turn in chat.turns]
    assert turns[: len(expected)] == expected
    assert bool(told(found)) == bool(number)
    if number:
        assert told(found)[0].startswith(f"{number} of ")
