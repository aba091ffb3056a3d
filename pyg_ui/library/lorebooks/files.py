"""Files that are a lorebook by themselves. A new format is one module and one entry in `READERS`."""

from dataclasses import dataclass, replace

from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.errors import Message
from pyg_ui.library.containers.document import Document
from pyg_ui.library.lorebooks import agnai, character_book, kobold, kobold_lite, novelai, risu, world_info
from pyg_ui.library.readers import Reader, read_first

READERS: tuple[Reader[Lorebook], ...] = (character_book, novelai, agnai, risu, kobold, kobold_lite, world_info)
"""The readers, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class BookFile:
    """A lorebook by itself, and the format that it was found in, such as `world-info-json`."""

    book: Lorebook
    format: str
    left_out: tuple[Message, ...] = ()
    """What could not be read of the file."""


def book_in(document: Document) -> BookFile | None:
    """The document's lorebook; None if it is none that we know. Raises UnreadableError.

    A book without a name of its own is named after the file, as in SillyTavern, whose books have no other names.
    """
    found = read_first(READERS, document)
    if found is None:
        return None
    book, name = found
    book = replace(book, name=book.name.strip() or document.name)
    return BookFile(book, f"{name}-{document.kind}", document.left_out.sentences)
