"""A chat of every format, as people have the files, and what the tests ask of chats."""

from __future__ import annotations

from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.transcripts.files import read_chats
from tests import repository

SAMPLES = repository.SAMPLES / "chats"
PERSON, CHARACTER = Role.PERSON, Role.CHARACTER

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


def versions(turn: Turn) -> list[str]:
    return [version.text for version in turn.versions]
