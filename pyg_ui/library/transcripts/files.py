"""Chat files: reads chats of every known format, and writes those formats that people exchange.

What a format looks like is known by its own module. A new format is one module and one entry in `READERS`.
"""

from dataclasses import replace
from enum import StrEnum

from pyg_ui.dialogue.chat import Chat
from pyg_ui.errors import Message, TranscriptError
from pyg_ui.library.containers.document import Document, open_document
from pyg_ui.library.foreign import refusal
from pyg_ui.library.readers import Reader, read_first
from pyg_ui.library.transcripts import agnai, characterai, chub, kobold, openai, pygmalion, risu, sillytavern, webui
from pyg_ui.library.transcripts.messages import MAX_CHATS
from pyg_ui.library.transcripts.transcript import Transcript
from pyg_ui.library.transcripts.written import dump_markdown, dump_text
from pyg_ui.library.unreadable import UnreadableError, naming

READERS: tuple[Reader[Transcript], ...] = (
    risu, characterai, agnai, chub, sillytavern, kobold, webui, pygmalion, openai,
)  # fmt: skip
"""The readers, in the order in which they are asked: those whose marks nobody else has come first."""


class ChatFormat(StrEnum):
    """The formats that chats are written in."""

    SILLYTAVERN = "sillytavern"
    PYGMALION = "pygmalion"
    MARKDOWN = "markdown"
    TEXT = "text"

    @property
    def suffix(self) -> str:
        """The end of the names of such files."""
        return _WRITERS[self][0]


_WRITERS = {
    ChatFormat.SILLYTAVERN: (".jsonl", sillytavern.dump_sillytavern),
    ChatFormat.PYGMALION: (".json", pygmalion.dump_pygmalion_chat),
    ChatFormat.MARKDOWN: (".md", dump_markdown),
    ChatFormat.TEXT: (".txt", dump_text),
}
"""The suffix of each format, and the function that writes it."""


def read_chats(data: bytes, file_name: str) -> Transcript:
    """The chats in a file's bytes. Raises TranscriptError, which names file and problem."""
    with naming(file_name, TranscriptError):
        document = open_document(data, file_name)
        found = chats_in(document)
        if found is None:
            raise refusal(document, UnreadableError("{file} is no chat in a format that we know."))
        return found


def chats_in(document: Document) -> Transcript | None:
    """The document's chats, at least one; None if it holds none that we know. Raises UnreadableError."""
    if document.kind not in ("json", "jsonl"):
        return None
    found = read_first(READERS, replace(document, name=document.name or "Character"))
    if found is None:
        return None
    transcript, name = found
    if len(transcript.chats) > MAX_CHATS:
        transcript = replace(transcript, chats=transcript.chats[-MAX_CHATS:])
        document.left_out.add(Message("Only {limit:,} chats were kept: the file has too many.", {"limit": MAX_CHATS}))
    left_out = document.left_out.sentences
    if not any(chat.turns for chat in transcript.chats):
        if left_out:
            raise UnreadableError("{file} is a chat, but no message in it can be read.")
        raise UnreadableError("{file} is a chat in which nothing has been said.")
    return replace(transcript, format=name, left_out=left_out)


def dump_chat(chat: Chat, form: ChatFormat) -> bytes:
    """The chat as a file's bytes."""
    return _WRITERS[form][1](chat).encode()


def lost_in(found: Transcript, form: ChatFormat) -> tuple[str, ...]:
    """The parts of the file's chats that the format cannot hold, in words."""
    is_tavern = form is ChatFormat.SILLYTAVERN
    has_versions = any(len(turn.versions) > 1 for chat in found.chats for turn in chat.turns)
    parts = {
        "hidden messages": found.num_hidden > 0,
        "other versions of replies": has_versions and not is_tavern,
        "author's note": not is_tavern and any(chat.note is not None for chat in found.chats),
        "lorebook": any(chat.lorebooks for chat in found.chats),
    }
    return tuple(words for words, is_lost in parts.items() if is_lost)
