"""What the program does with a file that somebody drops on the page, in one call."""

from __future__ import annotations

from pathlib import Path

from pyg_ui.errors import InputError
from pyg_ui.library.cards.backdrop import backdrop_of
from pyg_ui.library.cards.files import CardFile
from pyg_ui.library.cards.portrait import thumbnail
from pyg_ui.library.recognition import recognise_file
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.transcripts.transcript import Transcript


def use(path: Path, directory: Path) -> str:
    """Read the file and store what it holds. Returns the message if it is refused, else "accepted" and the notices."""
    try:
        found = recognise_file(path)
    except InputError as error:
        return str(error)
    database = Database.in_directory(directory)
    if isinstance(found, CardFile):
        backdrop_of(found.card)
        thumbnail(found.card.picture, found.card.name)
        CharacterStore(database, {}).add("alice", found.card)
    elif isinstance(found, Transcript):
        ChatStore(database).create_all("alice", found.chats)
    database.close()
    return "\n".join(["accepted", *map(str, found.left_out)])
