"""For every chat: written and read again, it is the same chat."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn, Version
from pyg_ui.library.containers.text import plain_text
from pyg_ui.library.transcripts.files import ChatFormat, dump_chat, read_chats

texts = st.text(max_size=15).map(plain_text).map(clean_text)
names = st.text(max_size=6).map(lambda name: one_line(plain_text(name) + "x")).filter(lambda name: ":" not in name)
versions = st.lists(texts.map(Version), min_size=1, max_size=5).map(tuple)
moments = st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.none() | st.just(UTC))


@st.composite
def turns_of_versions(draw: st.DrawFn) -> Turn:
    said = draw(versions)
    return Turn(draw(st.sampled_from(Role)), said, draw(st.integers(0, len(said) - 1)), draw(st.none() | moments))


turns = st.lists(turns_of_versions(), min_size=1)
notes = st.builds(AuthorsNote, texts.filter(str.strip), st.integers(0, 20))
chats = st.builds(Chat, st.builds(Character, names), names, turns.map(tuple), note=st.none() | notes)


@settings(deadline=None, max_examples=100)
@given(chats)
def test_sillytaverns_lines_bring_everything_back(chat: Chat) -> None:
    assert read_chats(dump_chat(chat, ChatFormat.SILLYTAVERN), "x.jsonl").chats == (chat,)


@settings(deadline=None, max_examples=100)
@given(chats)
def test_pygmalions_list_brings_the_turns_back(chat: Chat) -> None:
    expected = [(turn.role, turn.text) for turn in chat.turns]
    back = read_chats(dump_chat(chat, ChatFormat.PYGMALION), "x.json").chats[0]
    assert back.character.name == chat.character.name
    assert [(turn.role, turn.text) for turn in back.turns] == expected
