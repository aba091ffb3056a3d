"""Who speaks in a chat: the names that count, and those that do not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.library.transcripts.files import read_chats
from tests.library.transcripts.samples import CHARACTER, PERSON, SAMPLES, chat_of, said, versions


def test_the_third_speaker_of_a_group_keeps_their_name() -> None:
    chat = chat_of("sillytavern-group.jsonl")
    assert (chat.character.name, chat.person_name) == ("Odo", "Anna")
    assert (CHARACTER, "Maud: Me first.") in said(chat)


@pytest.mark.parametrize(
    ("names", "character"),
    [
        (["Odo", "Odo"], "Odo"),
        (["Odo", "Odo", "Odette"], "Odo"),
        (["Odo", "Odette"], "Odette"),
        (["", "unused"], "Odette"),
        ([], "Odette"),
    ],
)
def test_the_names_on_the_messages_count_more_than_that_of_the_first_line(names: list[str], character: str) -> None:
    rows = [{"user_name": "Ann", "character_name": "Odette"}, {"name": "Anna", "is_user": True, "mes": "Hi"}]
    rows += [{"name": name, "is_user": False, "mes": "Across?"} for name in names]
    chat = read_chats("\n".join(map(json.dumps, rows)).encode(), "x").chats[0]
    assert (chat.character.name, chat.person_name) == (character, "Anna")
    labels = [f"{name}: Across?" if name not in (character, "", "unused") else "Across?" for name in names]
    assert [text for _, text in said(chat)][1:] == labels


def test_the_names_on_the_messages_count_more_than_that_of_the_dump() -> None:
    messages = [{"text": "Across?", "src": {"is_human": False, "name": "Odo"}}]
    info = {"character": {"name": "Odette", "description": "Rows people across."}}
    data = json.dumps({"info": info, "histories": {"histories": [{"msgs": messages}]}}).encode()
    chat = read_chats(data, "x").chats[0]
    assert (chat.character, said(chat)) == (Character("Odo", "Rows people across."), [(CHARACTER, "Across?")])


def test_the_labels_of_what_is_said_count_more_than_the_name_beside() -> None:
    chat = read_chats(b'{"char_name": "Odette", "chat": ["Odo: Across?", "You: Yes."]}', "x").chats[0]
    assert (chat.character.name, said(chat)) == ("Odo", [(CHARACTER, "Across?"), (PERSON, "Yes.")])


def test_an_agnai_export_is_named_after_the_card_in_it_and_not_exported() -> None:
    chat = chat_of("agnai-export.json")
    assert (chat.character.name, chat.character.scenario, chat.person_name) == ("Odo", "A river at dusk.", "Anna")
    assert said(chat)[3:] == [(CHARACTER, "Maud: Me first."), (PERSON, "Both of us.")]
    assert (versions(chat.turns[2]), chat.turns[2].index) == (["Deep enough.", "Very.", "No."], 0)
    assert chat.turns[0].sent_at == datetime(2023, 6, 24, 11, 35, tzinfo=UTC)


def test_the_handles_in_an_agnai_chat_name_both_speakers() -> None:
    rows = [
        {"msg": "Across?", "characterId": "imported", "handle": "Odo"},
        {"msg": "Yes.", "userId": "1", "handle": "Anna"},
        {"msg": "Hop in.", "characterId": "imported", "handle": "You"},
    ]
    chat = read_chats(json.dumps({"name": "Exported", "messages": rows}).encode(), "chat-1.json").chats[0]
    assert (chat.character.name, chat.person_name) == ("Odo", "Anna")
    assert [text for _, text in said(chat)] == ["Across?", "Yes.", "Hop in."]


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("Odo_2024-05-01T10-02-01-000Z_chat.json", "Odo"),
        ("Old Odo_all_chats_2024-05-01T10-02-01-000Z.json", "Old Odo"),
        ("Odo_chat.json", "Odo"),
        ("Odo_2.json", "Odo_2"),
    ],
)
def test_what_risu_adds_to_a_files_name_is_no_part_of_the_characters_name(file_name: str, name: str) -> None:
    data = (SAMPLES / "risu-all.json").read_bytes()
    assert read_chats(data, file_name).chats[0].character.name == name


@pytest.mark.parametrize(
    ("about", "name"),
    [
        ({"character": {"name": "Maud"}}, "Maud"),
        ({"char_name": "Maud"}, "Maud"),
        ({}, "Odo"),
        ({"character": {"name": ["Maud"]}, "bot": ""}, "Odo"),
    ],
)
def test_a_list_without_names_is_of_the_character_whom_it_tells_of(about: dict[str, Any], name: str) -> None:
    messages = [{"role": "system", "content": "You are Odo, a ferryman."}, {"role": "user", "content": "Hi"}]
    chat = read_chats(json.dumps({**about, "messages": messages}).encode(), "x.json").chats[0]
    assert (chat.character.name, chat.character.persona) == (name, "You are Odo, a ferryman.")
