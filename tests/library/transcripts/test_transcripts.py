"""Every chat format in, from files as people have them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Role, Turn
from pyg_ui.library.transcripts.files import read_chats
from tests.library.transcripts.samples import CHARACTER, FORMATS, PERSON, SAMPLES, chat_of, chats_of, said, versions


def test_every_sample_is_tested() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == set(FORMATS)


@pytest.mark.parametrize("file_name", FORMATS)
def test_the_format_is_told_by_the_content_alone(file_name: str) -> None:
    assert read_chats((SAMPLES / file_name).read_bytes(), "upload.bin").format == FORMATS[file_name]


def test_pygmalions_chat_with_an_empty_first_item() -> None:
    assert said(chat_of("pygmalion.json")) == [
        (CHARACTER, "Across, {{user}}?"),
        (PERSON, "Yes, please.\nIs it deep?"),
        (CHARACTER, "Deep enough. Note: mind the oar."),
        (PERSON, "I see."),
    ]


def test_a_greeting_without_a_label_is_the_characters() -> None:
    assert said(chat_of("pygmalion-bare-greeting.json"))[:2] == [
        (CHARACTER, "*lifts the oar* Across?"),
        (PERSON, "Yes."),
    ]


def test_webuis_old_rows_without_the_greetings_mark() -> None:
    assert said(chat_of("webui-old.json")) == [
        (CHARACTER, "Across?"),
        (PERSON, "Yes, please."),
        (CHARACTER, "Hop in."),
        (CHARACTER, "*rows*"),
    ]


def test_webuis_new_rows_bring_versions_and_times_and_the_file_names_the_character() -> None:
    chat = chat_of("Odo_persistent.json")
    assert chat.character.name == "Odo"
    assert chat.turns[0] == Turn.of(CHARACTER, "Across?", sent_at=datetime(2025, 6, 12, 10, 30))
    assert (versions(chat.turns[2]), chat.turns[2].index) == (["Very.", "Deep enough."], 1)


def test_sillytaverns_swipes_dates_note_and_hidden_messages() -> None:
    chat = chat_of("sillytavern.jsonl")
    assert (chat.character.name, chat.person_name, chat.note) == ("Odo", "Anna", AuthorsNote("It rains.", 4))
    assert [versions(turn) for turn in chat.turns] == [
        ["Across, {{user}}?", "Back again?"],
        ["Is it deep?"],
        ["Very.", "Deep\nenough.", "No."],
    ]
    assert [(turn.role, turn.index, turn.sent_at) for turn in chat.turns] == [
        (CHARACTER, 0, datetime(2023, 6, 24, 11, 35)),
        (PERSON, 0, datetime(2023, 6, 25, 7, 49, 13, 368_000, UTC)),
        (CHARACTER, 1, datetime(2023, 6, 25, 7, 49, 20, 500_000, UTC)),
    ]


def test_an_edited_message_counts_more_than_its_swipe() -> None:
    lines = [
        {"user_name": "Anna", "character_name": "Odo"},
        {"name": "Odo", "is_user": False, "mes": "Edited.", "swipes": ["a", "b"], "swipe_id": 1},
        {"name": "Odo", "is_user": False, "mes": "New.", "swipes": ["a", "b"], "swipe_id": 7},
    ]
    chat = read_chats("\n\n".join(map(json.dumps, lines)).encode(), "x").chats[0]
    assert [versions(turn) for turn in chat.turns] == [["a", "Edited."], ["a", "b", "New."]]


def test_kobolds_chat_memory_note_and_world() -> None:
    chat = chat_of("kobold-chat.json")
    assert chat.character == Character("Odo", "Odo is a ferryman.", "A river at dusk.")
    assert said(chat)[1:] == [
        (PERSON, "Is it deep?"),
        (CHARACTER, "Deep enough."),
        (PERSON, "I see."),
        (CHARACTER, "Mind\nthe oar."),
    ]
    assert chat.note == AuthorsNote("It rains.")
    entry = chat.lorebooks[0].entries[0]
    assert (entry.keys, entry.secondary_keys, entry.is_selective) == (("river", "water"), ("deep",), True)


def test_a_kobold_story_has_a_narrator_and_the_persons_actions() -> None:
    assert said(chat_of("kobold-story.json")) == [
        (CHARACTER, "The river rose in the night."),
        (PERSON, "You call the ferryman."),
        (CHARACTER, "He lifts the oar."),
    ]


def test_a_characterai_dump_holds_several_chats_with_one_character() -> None:
    first, second = chats_of("characterai.json")
    assert first.character == second.character == Character("Odo", "Odo rows people across.", greeting="Across?")
    assert said(first) == [(CHARACTER, "Across, {{user}}?"), (PERSON, "I am You.")]
    assert said(second) == [(CHARACTER, "Across?")]


def test_agnais_senders() -> None:
    assert [role for role, _ in said(chat_of("agnai.json"))] == [CHARACTER, PERSON, CHARACTER]


def test_a_risu_chat_is_named_after_its_file_and_keeps_note_and_lore() -> None:
    chat = chat_of("Odo_2024-05-01T10-02-01-000Z_chat.json")
    assert (chat.character.name, chat.note) == ("Odo", AuthorsNote("It rains."))
    assert said(chat) == [(PERSON, "Is it deep?"), (CHARACTER, "Deep enough.")]
    assert chat.lorebooks[0].entries[0].keys == ("river", "water")
    assert [said(each) for each in chats_of("risu-all.json")] == [
        [(PERSON, "Is it deep?"), (CHARACTER, "Deep enough.")],
        [(CHARACTER, "Across?")],
    ]


def test_chubs_texts_are_objects() -> None:
    chat = chat_of("chub.jsonl")
    assert (versions(chat.turns[0]), chat.turns[0].index) == (["Across?", "Back again?"], 0)
    assert said(chat_of("chub-list.json")) == [(CHARACTER, "Across?"), (PERSON, "Is it deep?")]
    assert chat_of("chub-list.json").character.name == "Odo"


def test_newer_turns_of_characterai_are_put_in_order_with_their_candidates() -> None:
    chat = chat_of("characterai-turns.json")
    assert (chat.character.name, chat.person_name) == ("Odo", "Anna")
    assert [versions(turn) for turn in chat.turns] == [["Across?"], ["Is it deep?"], ["Very.", "Deep enough."]]
    assert chat.turns[2].text == "Deep enough."


def test_alternative_replies_in_a_characterai_dump_are_versions_of_the_reply() -> None:
    messages = [
        {"text": "Across?", "src": {"is_human": False, "name": "Odo"}},
        {"text": "Is it deep?", "src": {"is_human": True, "name": "Anna"}},
        {"text": "Very.", "src": {"is_human": False, "name": "Odo"}, "is_alternative": True},
        {"text": "Deep enough.", "src": {"is_human": False, "name": "Odo"}, "is_alternative": False},
    ]
    data = json.dumps({"histories": [{"msgs": messages}]}).encode()
    chat = read_chats(data, "x.json").chats[0]
    assert (chat.character.name, chat.person_name) == ("Odo", "Anna")
    assert [versions(turn) for turn in chat.turns] == [["Across?"], ["Is it deep?"], ["Very.", "Deep enough."]]
    assert chat.turns[2].text == "Deep enough."


def test_lists_of_roles_and_contents() -> None:
    chat = chat_of("openai.json")
    assert (chat.character, chat.person_name) == (Character("Odo", "Odo is a ferryman."), "Anna")
    assert said(chat) == [
        (CHARACTER, "Across?"),
        (PERSON, "Is it deep?"),
        (CHARACTER, "Deep enough."),
        (CHARACTER, "System: It rains."),
        (CHARACTER, "depth: 4 m"),
    ]
    assert said(chat_of("openai-list.json")) == [(PERSON, "Is it deep?"), (CHARACTER, "Deep enough.")]


@pytest.mark.parametrize("file_name", ["openai-training.jsonl", "sharegpt.json"])
def test_a_file_of_several_lists_holds_several_chats(file_name: str) -> None:
    assert [said(chat) for chat in chats_of(file_name)] == [
        [(PERSON, "Is it deep?"), (CHARACTER, "Deep enough.")],
        [(PERSON, "Across?"), (CHARACTER, "Hop in.")],
    ]


def test_a_risu_chat_without_its_envelope_is_read() -> None:
    values = {"name": "Chat 1", "message": [{"role": "char", "data": "Across?"}, {"role": "user", "data": "Yes."}]}
    found = read_chats(json.dumps(values).encode(), "Odo.json")
    assert found.format == "risu"
    assert said(found.chats[0]) == [(Role.CHARACTER, "Across?"), (Role.PERSON, "Yes.")]


@pytest.mark.parametrize("key", ["visible", "data_visible"])
def test_the_rows_for_the_screen_are_read_where_the_others_are_missing(key: str) -> None:
    found = read_chats(json.dumps({key: [["", "Across?"], ["Yes.", "Hop in."]]}).encode(), "Odo.json")
    assert [text for _, text in said(found.chats[0])] == ["Across?", "Yes.", "Hop in."]


def test_an_action_that_was_undone_in_koboldai_united_is_not_in_the_chat() -> None:
    undone = {"Selected Text": "", "Options": [{"text": " No.", "Previous Selection": True}]}
    actions = {"action_count": 0, "actions": {"0": {"Selected Text": "\nYou: Yes.", "Options": []}, "1": undone}}
    values = {"file_version": 2, "gamestarted": True, "prompt": "Odo: Across?", "chatmode": True, "actions": actions}
    found = read_chats(json.dumps(values).encode(), "x.json")
    assert [text for _, text in said(found.chats[0])] == ["Across?", "Yes."]
