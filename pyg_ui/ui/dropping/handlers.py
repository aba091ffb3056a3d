"""Takes files that were dropped on the page: characters, lorebooks, chats and presets, told by their content.

A file is read whole before anything changes, so nothing is ever half imported. Of a file that cannot be read a notice
says why, and the others are still taken.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyg_ui.errors import InputError
from pyg_ui.library.cards.files import CardFile
from pyg_ui.library.containers.files import read_file
from pyg_ui.library.lorebooks.files import BookFile
from pyg_ui.library.presets.files import read_presets
from pyg_ui.library.recognition import Found, recognise_file
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.character.open_card import OpenCard
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.notices import errors_shown, inform, warn, warn_of_left_out
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import figure

MAX_FILES = 100
"""More at a time are not taken."""


@dataclass(frozen=True)
class DropHandlers:
    """The handlers, and what they need."""

    library: CharacterStore
    lorebooks: LorebookEditing
    import_chats: Callable[[Session, Path], Awaitable[None]]
    """Stores the chats of a file, and opens the first."""

    async def take(self, session: Session, open_card: OpenCard, paths: Sequence[str] | None) -> tuple[Any, ...]:
        """Keep what the files hold, and open the last character or chat. Lorebooks are on in this chat.

        Returns the paths of files that hold presets, and the updates of the screen.
        """
        presets: list[str] = []
        names: list[str] = []
        given = [Path(path) for path in paths or ()]
        for path in given[:MAX_FILES]:
            with errors_shown(session.language):
                if await asyncio.to_thread(_holds_presets, path):
                    presets.append(str(path))
                    continue
                try:
                    names += await self._take(session, open_card, path)
                finally:
                    path.unlink(missing_ok=True)
        for path in given[MAX_FILES:]:
            path.unlink(missing_ok=True)
        if names:
            key = "gallery.taken" if len(names) == 1 else "gallery.all_taken"
            inform(key, session.language, name=names[-1], number=figure(len(names), session.language))
        if num_left := len(given[MAX_FILES:]):
            number, limit = figure(num_left, session.language), figure(MAX_FILES, session.language)
            warn("gallery.too_many", session.language, number=number, limit=limit)
        return (presets, *screen_view(session))

    async def _take(self, session: Session, open_card: OpenCard, path: Path) -> list[str]:
        """Keep what a file holds. Returns the name of its character, if it is a card."""
        names: list[str] = []
        found: Found = await asyncio.to_thread(recognise_file, path)
        match found:
            case CardFile():
                id = await asyncio.to_thread(self.library.add, session.owner, found.card)
                open_card.open(id, found.card)
                session.start_with(found.card, id)
                names.append(found.card.name)
            case BookFile():
                self.lorebooks.keep(session, found.book)
                inform("books.kept", session.language, name=found.book.name)
            case _:
                await self.import_chats(session, path)
                return names
        warn_of_left_out(found.left_out, path.name, session.language)
        return names


def _holds_presets(path: Path) -> bool:
    """Whether the file holds presets for sampling, and neither a character nor a lorebook or chat."""
    try:
        recognise_file(path)
    except InputError:
        try:
            return bool(read_presets(read_file(path), path.name))
        except InputError:
            return False
    return False
