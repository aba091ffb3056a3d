"""Tells by a file's content whether it holds a character, a chat or a lorebook, and reads it."""

from pathlib import Path
from typing import TypeAlias

from pyg_ui.library.cards.files import CardFile, card_in
from pyg_ui.library.containers.document import open_document
from pyg_ui.library.containers.files import read_file
from pyg_ui.library.foreign import check_no_model, refusal
from pyg_ui.library.lorebooks.files import BookFile, book_in
from pyg_ui.library.transcripts.files import chats_in
from pyg_ui.library.transcripts.transcript import Transcript
from pyg_ui.library.unreadable import naming

Found: TypeAlias = CardFile | Transcript | BookFile


def recognise_file(path: Path) -> Found:
    """What the file holds. Raises InputError, which names file and problem."""
    return recognise(read_file(path), path.name)


def recognise(data: bytes, file_name: str) -> Found:
    """What a file's bytes hold. Raises InputError, which names file and problem."""
    with naming(file_name):
        check_no_model(data)
        document = open_document(data, file_name)
        found = book_in(document) or chats_in(document) or card_in(document)
        if found is None:
            raise refusal(document)
        return found
