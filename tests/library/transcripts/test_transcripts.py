"""Every chat format in, from files as people have them, and those that people exchange out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn
from pyg_ui.errors import TranscriptError
from pyg_ui.library.transcripts.files import ChatFormat, dump_chat, lost_in, read_chats
from tests import repository

SAMPLES = repository.SAMPLES / "chats"

FORMATS = {
    "pygmalion.json": "pygmalion",
    "pygmalion-bare-greeting.json": "pygmalion",
    "webui-old.json": "webui",
    "Odo_persistent.json": "webui",
    "sillytavern.jsonl": "sillytavern",
    "sillytavern-group.jsonl": "sillytavern",
    "tavern-old.jsonl": "sillytavern",
    "chub.jsonl": "sillytavern",
    "chub-list.json": "chub",
    "kobold-chat.json": "kobold",
    "kobold-story.json": "kobold",
    "kobold-united.json": "kobold",
    "kobold-lite-chat.json": "kobold",
    "kobold-lite-instruct.json": "kobold",
    "kobold-lite-adventure.json": "kobold",
    "kobold-lite-story.json": "kobold",
    "kobold-lite-shared.json": "kobold",
    "characterai.json": "characterai",
    "characterai-turns.json": "characterai",
    "agnai.json": "agnai",
    "agnai-export.json": "agnai",
    "Odo_2024-05-01T10-02-01-000Z_chat.json": "risu",
    "risu-all.json": "risu",
    "openai.json": "openai",
    "openai-list.json": "openai",
    "openai-training.jsonl": "openai",
    "sharegpt.json": "openai",
}


def chats_of(file_name: str) -> tuple[Chat, ...]:
    return read_chats((SAMPLES / file_name).read_bytes(), file_name).chats


def chat_of(file_name: str) -> Chat:
    return chats_of(file_name)[0]


def said(chat: Chat) -> list[tuple[Role, str]]:
    return [(turn.role, turn.text) for turn in chat.turns]


PERSON, CHARACTER = Role.PERSON, Role.CHARACTER


def versions(turn: Turn) -> list[str]:
    return [version.text for version in turn.versions]


def test_every_sample_is_tested() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == set(FORMATS)


@pytest.mark.parametrize("file_name", FORMATS)
def test_the_format_is_told_by_the_content_alone(file_name: str) -> None:
    assert read_chats((SAMPLES / file_name).read_bytes(), "upload.bin").format == FORMATS[file_name]


@pytest.mark.parametrize("form", [ChatFormat.SILLYTAVERN, ChatFormat.PYGMALION])
@pytest.mark.parametrize("file_name", FORMATS)
def test_every_chat_goes_out_and_comes_back_as_it_was(file_name: str, form: ChatFormat) -> None:
    for chat in chats_of(file_name):
        back = read_chats(dump_chat(chat, form), "x").chats[0]
        assert said(back) == said(chat)
        assert back.character.name == chat.character.name
        if form is ChatFormat.SILLYTAVERN:
            assert (back.turns, back.person_name, back.note) == (chat.turns, chat.person_name, chat.note)


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


def test_an_agnai_export_is_named_after_the_card_in_it_and_not_exported() -> None:
    chat = chat_of("agnai-export.json")
    assert (chat.character.name, chat.character.scenario, chat.person_name) == ("Odo", "A river at dusk.", "Anna")
    assert said(chat)[3:] == [(CHARACTER, "Maud: Me first."), (PERSON, "Both of us.")]
    assert (versions(chat.turns[2]), chat.turns[2].index) == (["Deep enough.", "Very.", "No."], 0)
    assert chat.turns[0].sent_at == datetime(2023, 6, 24, 11, 35, tzinfo=UTC)


def test_a_risu_chat_is_named_after_its_file_and_keeps_note_and_lore() -> None:
    chat = chat_of("Odo_2024-05-01T10-02-01-000Z_chat.json")
    assert (chat.character.name, chat.note) == ("Odo", AuthorsNote("It rains."))
    assert said(chat) == [(PERSON, "Is it deep?"), (CHARACTER, "Deep enough.")]
    assert chat.lorebooks[0].entries[0].keys == ("river", "water")
    assert [said(each) for each in chats_of("risu-all.json")] == [
        [(PERSON, "Is it deep?"), (CHARACTER, "Deep enough.")],
        [(CHARACTER, "Across?")],
    ]


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


@pytest.mark.parametrize("file_name", ["openai-training.jsonl", "sharegpt.json"])
def test_a_file_of_several_lists_holds_several_chats(file_name: str) -> None:
    assert [said(chat) for chat in chats_of(file_name)] == [
        [(PERSON, "Is it deep?"), (CHARACTER, "Deep enough.")],
        [(PERSON, "Across?"), (CHARACTER, "Hop in.")],
    ]


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


CHAT = (
    Chat.start(Character("Odo", greeting="Across, {{user}}?"), "Anna", ["Back again?"])
    .say("{{user}}")
    .with_reply("Hm.")
)


def test_markdown_and_plain_text_read_as_the_screen_does() -> None:
    expected = "# Anna and Odo\n\n**Odo:** Across, Anna?\n\n**Anna:** {{user}}\n\n**Odo:** Hm.\n"
    assert dump_chat(CHAT, ChatFormat.MARKDOWN).decode() == expected
    assert dump_chat(CHAT, ChatFormat.TEXT).decode() == "Odo: Across, Anna?\nAnna: {{user}}\nOdo: Hm.\n"


def test_what_macros_drew_stays_in_every_file() -> None:
    odo = Character("Odo", greeting="{{// x}}{{random:Morning,Evening}}, {{user}}. {{pick:a,b,c,d}}{{roll:d1000}}")
    chat = Chat.start(odo, "Anna").begun_at(datetime(2026, 1, 2, tzinfo=UTC), seed=2**40)
    shown = chat.display_text(CHARACTER, chat.turns[0].text)
    for form in (ChatFormat.MARKDOWN, ChatFormat.TEXT):
        assert shown in dump_chat(chat, form).decode()
    for form in (ChatFormat.SILLYTAVERN, ChatFormat.PYGMALION):
        (read,) = read_chats(dump_chat(chat, form), "Odo.jsonl").chats
        assert read.turns[0].text == shown.replace("Anna", "{{user}}")
    (read,) = read_chats(dump_chat(chat, ChatFormat.SILLYTAVERN), "Odo.jsonl").chats
    assert read.seed == chat.seed


def test_what_a_format_cannot_hold_is_named() -> None:
    def lost(file_name: str, form: ChatFormat) -> tuple[str, ...]:
        return lost_in(read_chats((SAMPLES / file_name).read_bytes(), file_name), form)

    assert lost("Odo_persistent.json", ChatFormat.SILLYTAVERN) == ()
    assert lost("Odo_persistent.json", ChatFormat.PYGMALION) == ("other versions of replies",)
    assert lost("kobold-chat.json", ChatFormat.SILLYTAVERN) == ("lorebook",)
    assert lost("kobold-chat.json", ChatFormat.TEXT) == ("author's note", "lorebook")
    assert lost("sillytavern.jsonl", ChatFormat.SILLYTAVERN) == ("hidden messages",)


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


def test_the_handles_in_an_agnai_chat_name_both_speakers() -> None:
    rows = [
        {"msg": "Across?", "characterId": "imported", "handle": "Odo"},
        {"msg": "Yes.", "userId": "1", "handle": "Anna"},
        {"msg": "Hop in.", "characterId": "imported", "handle": "You"},
    ]
    chat = read_chats(json.dumps({"name": "Exported", "messages": rows}).encode(), "chat-1.json").chats[0]
    assert (chat.character.name, chat.person_name) == ("Odo", "Anna")
    assert [text for _, text in said(chat)] == ["Across?", "Yes.", "Hop in."]
