"""Lorebook files that were dropped on the page. Knows no components."""

from dataclasses import replace
from pathlib import Path

from pyg_ui.errors import InputError
from pyg_ui.library.cards.files import CardFile
from pyg_ui.library.lorebooks.files import BookFile
from pyg_ui.library.recognition import recognise_file


def read_upload(path: Path) -> BookFile:
    """The lorebook in an uploaded file, which is deleted then; of a card, the character's. Raises InputError."""
    try:
        found = recognise_file(path)
    finally:
        path.unlink(missing_ok=True)
    match found:
        case BookFile():
            return found
        case CardFile() if found.card.book is not None:
            book = replace(found.card.book, name=found.card.book.name.strip() or found.card.name)
            return BookFile(book, found.format, found.left_out)
    raise InputError(
        "{file} holds no lorebook. Drop characters above, and import chats in the list of chats.", file=path.name
    )
