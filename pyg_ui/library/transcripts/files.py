"""Chats as files: from bytes of any known format to Chats, and back to those formats that people exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from pyg_ui.dialogue.character import one_line
from pyg_ui.dialogue.chat import Chat
from pyg_ui.errors import TranscriptError
from pyg_ui.library.containers.documents import UnreadableError, dump_json
from pyg_ui.library.containers.outside import Container, open_container
from pyg_ui.library.transcripts.agnai import is_agnai, parse_agnai
from pyg_ui.library.transcripts.characterai import is_characterai_chats, parse_characterai_chats
from pyg_ui.library.transcripts.kobold import is_kobold, parse_kobold
from pyg_ui.library.transcripts.pygmalion import dump_pygmalion_chat, is_pygmalion_chat, parse_pygmalion_chat
from pyg_ui.library.transcripts.sillytavern import dump_sillytavern, is_sillytavern, parse_sillytavern
from pyg_ui.library.transcripts.webui import is_webui_chat, parse_webui_chat
from pyg_ui.library.transcripts.written import dump_markdown, dump_text


class ChatFormat(StrEnum):
    """The formats that chats are written in."""

    SILLYTAVERN = "sillytavern"
    PYGMALION = "pygmalion"
    MARKDOWN = "markdown"
    TEXT = "text"

    @property
    def suffix(self) -> str:
        """How names of such files end."""
        suffixes = {ChatFormat.SILLYTAVERN: ".jsonl", ChatFormat.PYGMALION: ".json", ChatFormat.MARKDOWN: ".md"}
        return suffixes.get(self, ".txt")


@dataclass(frozen=True, slots=True)
class ChatFile:
    """The chats of a file, at least one, and the format that they were found in."""

    chats: tuple[Chat, ...]
    format: str
    num_hidden: int = 0
    """Messages that the other program hid from the model, and that were left out."""


def read_chats(data: bytes, file_name: str) -> ChatFile:
    """The chats in a file's bytes. Raises TranscriptError, which names file and problem."""
    try:
        container = open_container(data)
        if not is_transcript(container):
            raise UnreadableError("is no chat in a format that we know.")
        return chats_in(container, file_name)
    except UnreadableError as error:
        raise TranscriptError(f"{one_line(file_name)} {error}") from error


def is_transcript(container: Container) -> bool:
    """Whether the container holds chats of a known format."""
    return container.kind in ("json", "jsonl") and _dialect(container) is not None


def chats_in(container: Container, file_name: str) -> ChatFile:
    """The container's chats. Raises UnreadableError, and ValueError unless `is_transcript`."""
    dialect = _dialect(container)
    if dialect is None:
        raise ValueError("the container holds no chat")
    name = one_line(PurePath(file_name).stem) or "Character"
    found = dialect.parse(container, name)
    if not any(chat.turns for chat in found.chats):
        raise UnreadableError("is a chat in which nothing has been said.")
    return found


def dump_chat(chat: Chat, form: ChatFormat) -> bytes:
    """The chat as a file's bytes."""
    match form:
        case ChatFormat.SILLYTAVERN:
            text = dump_sillytavern(chat)
        case ChatFormat.PYGMALION:
            text = dump_json(dump_pygmalion_chat(chat))
        case ChatFormat.MARKDOWN:
            text = dump_markdown(chat)
        case ChatFormat.TEXT:
            text = dump_text(chat)
    return text.encode()


def lost_in(found: ChatFile, form: ChatFormat) -> tuple[str, ...]:
    """What of the file's chats the format cannot hold, in words."""
    is_tavern = form is ChatFormat.SILLYTAVERN
    has_versions = any(len(turn.versions) > 1 for chat in found.chats for turn in chat.turns)
    parts = {
        "hidden messages": found.num_hidden > 0,
        "other versions of replies": has_versions and not is_tavern,
        "author's note": not is_tavern and any(chat.note is not None for chat in found.chats),
        "lorebook": any(chat.lorebooks for chat in found.chats),
    }
    return tuple(words for words, is_lost in parts.items() if is_lost)


@dataclass(frozen=True, slots=True)
class _Dialect:
    is_used: Callable[[Container], bool]
    parse: Callable[[Container, str], ChatFile]


def _single(parse: Callable[[Container, str], Chat], form: str) -> Callable[[Container, str], ChatFile]:
    return lambda container, name: ChatFile((parse(container, name),), form)


def _sillytavern(container: Container, name: str) -> ChatFile:
    chat, num_hidden = parse_sillytavern(container, name)
    return ChatFile((chat,), "sillytavern", num_hidden)


def _characterai(container: Container, name: str) -> ChatFile:
    return ChatFile(parse_characterai_chats(container, name), "characterai")


_DIALECTS = (
    _Dialect(is_sillytavern, _sillytavern),
    _Dialect(is_characterai_chats, _characterai),
    _Dialect(is_pygmalion_chat, _single(parse_pygmalion_chat, "pygmalion")),
    _Dialect(is_webui_chat, _single(parse_webui_chat, "webui")),
    _Dialect(is_kobold, _single(parse_kobold, "kobold")),
    _Dialect(is_agnai, _single(parse_agnai, "agnai")),
)


def _dialect(container: Container) -> _Dialect | None:
    return next((dialect for dialect in _DIALECTS if dialect.is_used(container)), None)
