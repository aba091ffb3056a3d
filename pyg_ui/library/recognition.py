"""What is in a file: a character, a chat or a lorebook, told by its content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyg_ui.dialogue.character import one_line
from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.errors import CharacterError, InputError
from pyg_ui.library.cards.files import UNKNOWN, CardFile, card_in, is_card
from pyg_ui.library.containers.documents import UnreadableError, read_file
from pyg_ui.library.containers.outside import open_container
from pyg_ui.library.lorebooks.books import book_in, is_book
from pyg_ui.library.transcripts.files import ChatFile, chats_in, is_transcript


@dataclass(frozen=True, slots=True)
class BookFile:
    """A lorebook by itself, and the format that it was found in."""

    book: Lorebook
    format: str


Found = CardFile | ChatFile | BookFile


def recognise_file(path: Path) -> Found:
    """What the file holds. Raises InputError, which names file and problem."""
    try:
        data = read_file(path)
    except UnreadableError as error:
        raise InputError(f"{one_line(path.name or str(path))} {error}") from error
    return recognise(data, path.name)


def recognise(data: bytes, file_name: str) -> Found:
    """What a file's bytes hold. Raises InputError, which names file and problem."""
    try:
        return _recognise(data, file_name)
    except UnreadableError as error:
        raise InputError(f"{one_line(file_name)} {error}") from error
    except CharacterError as error:
        raise CharacterError(f"{one_line(file_name)} cannot be used: {error}") from error


def _recognise(data: bytes, file_name: str) -> Found:
    container = open_container(data)
    if is_transcript(container):
        return chats_in(container, file_name)
    if is_card(container):
        return card_in(container)
    if is_book(container.values):
        book, dialect = book_in(container.values)
        return BookFile(book, f"{dialect}-{container.kind}")
    raise UnreadableError(UNKNOWN)
