"""Every chat format in, from files as people have them, and those that people exchange out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn
from pyg_ui.errors import TranscriptError
from pyg_ui.library.transcripts.dates import parse_date
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
    "kobold-chat.json": "kobold",
    "kobold-story.json": "kobold",
    "characterai.json": "characterai",
    "agnai.json": "agnai",
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


CHAT = (
    Chat.start(Character("Odo", greeting="Across, {{user}}?"), "Anna", ["Back again?"])
    .say("{{user}}")
    .with_reply("Hm.")
)


def test_markdown_and_plain_text_read_as_the_screen_does() -> None:
    expected = "# Anna and Odo\n\n**Odo:** Across, Anna?\n\n**Anna:** {{user}}\n\n**Odo:** Hm.\n"
    assert dump_chat(CHAT, ChatFormat.MARKDOWN).decode() == expected
    assert dump_chat(CHAT, ChatFormat.TEXT).decode() == "Odo: Across, Anna?\nAnna: {{user}}\nOdo: Hm.\n"


def test_what_a_format_cannot_hold_is_named() -> None:
    def lost(file_name: str, form: ChatFormat) -> tuple[str, ...]:
        return lost_in(read_chats((SAMPLES / file_name).read_bytes(), file_name), form)

    assert lost("Odo_persistent.json", ChatFormat.SILLYTAVERN) == ()
    assert lost("Odo_persistent.json", ChatFormat.PYGMALION) == ("other versions of replies",)
    assert lost("kobold-chat.json", ChatFormat.SILLYTAVERN) == ("lorebook",)
    assert lost("kobold-chat.json", ChatFormat.TEXT) == ("author's note", "lorebook")
    assert lost("sillytavern.jsonl", ChatFormat.SILLYTAVERN) == ("hidden messages",)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1687679353368, datetime(2023, 6, 25, 7, 49, 13, 368_000, UTC)),
        ("1687679353368", datetime(2023, 6, 25, 7, 49, 13, 368_000, UTC)),
        (1687679353, datetime(2023, 6, 25, 7, 49, 13, tzinfo=UTC)),
        ("2023-06-25T07:49:13Z", datetime(2023, 6, 25, 7, 49, 13, tzinfo=UTC)),
        ("2023-6-24 @11h 35m 23s 821ms", datetime(2023, 6, 24, 11, 35, 23, 821_000)),
        ("2024-11-18@11h38m22s345ms", datetime(2024, 11, 18, 11, 38, 22, 345_000)),
        ("2024-11-18@11h38m22s", datetime(2024, 11, 18, 11, 38, 22)),
        ("June 19, 2023 4:13pm", datetime(2023, 6, 19, 16, 13)),
        *[
            (value, None)
            for value in ("", "yesterday", None, True, 10**30, "9" * 30, "2023-13-24 @99h 35m 23s 821ms", [])
        ],
    ],
)
def test_moments_in_every_spelling(value: Any, moment: datetime | None) -> None:
    assert parse_date(value) == moment


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"user_name": "a"}\n{"mes": "x"}\n{"mes": "y', "broken in line 3: it is not valid JSON"),
        (b'{"user_name": "a", "character_name": "b"}\n{"mes": 7}', "line 2: it holds no message"),
        (b'{"user_name": "a"}\n{"mes": "", "swipes": [1]}', "line 2: its swipes must be a list of texts"),
        (b'{"user_name": "a", "character_name": "b"}\n[1]\n{"x": 1}', "line 2: it is not a character or chat"),
        (b'{"user_name": "a", "character_name": "b"}', "nothing has been said"),
        (b'{"chat": [1]}', "its chat must be a list of texts"),
        (b'{"chat": []}', "nothing has been said"),
        (b'{"internal": [["a"]], "visible": []}', "each row of its chat must be two texts"),
        (b'{"data": [["a", null]]}', "each row of its chat must be two texts"),
        (b'{"actions": [[]], "prompt": ""}', "nothing has been said"),
        (b'{"histories": {"histories": [1]}}', "nothing has been said"),
        (b'{"char_name": "Bob"}', "is no chat"),
        (b"\xff\xfe", "not a text file in UTF-8"),
    ],
)
def test_a_corrupt_file_is_refused_by_name_and_problem(data: bytes, problem: str) -> None:
    with pytest.raises(TranscriptError) as caught:
        read_chats(data, "odo.json")
    assert str(caught.value).startswith("odo.json ")
    assert problem in str(caught.value)
