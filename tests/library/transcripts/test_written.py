"""Chats go out in those formats that people exchange, and come back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.transcripts.files import ChatFormat, dump_chat, lost_in, read_chats
from tests.library.transcripts.samples import CHARACTER, FORMATS, SAMPLES, chats_of, said


@pytest.mark.parametrize("form", [ChatFormat.SILLYTAVERN, ChatFormat.PYGMALION])
@pytest.mark.parametrize("file_name", FORMATS)
def test_every_chat_goes_out_and_comes_back_as_it_was(file_name: str, form: ChatFormat) -> None:
    for chat in chats_of(file_name):
        back = read_chats(dump_chat(chat, form), "x").chats[0]
        assert said(back) == said(chat)
        assert back.character.name == chat.character.name
        if form is ChatFormat.SILLYTAVERN:
            assert (back.turns, back.person_name, back.note) == (chat.turns, chat.person_name, chat.note)


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
