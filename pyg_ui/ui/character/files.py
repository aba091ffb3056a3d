"""Cards as files: what is dropped on the page becomes a character, and a character becomes a file to keep.

A file is read whole before anything changes, so nothing is ever half imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.errors import CharacterError, InputError, PygmalionError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFile, CardFormat, dump_card, lost_in
from pyg_ui.library.containers.files import file_name, read_file
from pyg_ui.library.containers.pictures import as_png
from pyg_ui.library.lorebooks.files import BookFile
from pyg_ui.library.recognition import recognise_file
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.unreadable import naming
from pyg_ui.ui.character.gallery import portrait_html
from pyg_ui.ui.character.open_card import Desk
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.downloads import as_download
from pyg_ui.ui.events import updates
from pyg_ui.ui.notices import notify, warn
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import translate

SUFFIXES = (".png", ".webp", ".json", ".yaml", ".yml", ".charx", ".jpg", ".jpeg")
"""How names of files that may hold a character end; what they are is told by their content."""


@dataclass(frozen=True)
class CharacterFiles:
    """The handlers, and what they need."""

    store: CharacterStore

    def bring_in(self, session: Session, desk: Desk, paths: Sequence[str] | None) -> tuple[Any, ...]:
        """Keep the characters in the files and open the last; a lorebook becomes the chat's. Empties the drop zone."""
        for path in paths or ():
            try:
                self._take(session, desk, Path(path))
            except PygmalionError as error:
                notify(error, session.language)
        return (None, *updates(screen_view(session)))

    def taking_out(self, form: CardFormat) -> Callable[..., str]:
        """The handler that writes what the fields say in a format, for SAVE_IN_BROWSER; "" where it cannot."""

        def take_out(session: Session, desk: Desk, **fields: Any) -> str:
            try:
                card = desk.edited(session.chat, fields)
            except PygmalionError as error:
                notify(error, session.language)
                return ""
            lost = lost_in(card, form)
            if lost:
                parts = ", ".join(translate(part, session.language) for part in lost)
                warn("notices.not_held", session.language, parts=parts)
            return as_download(file_name(card.name, form.suffix), dump_card(card, form))

        return take_out

    def change_portrait(self, session: Session, desk: Desk, path: str | None) -> str:
        """Another portrait, which is kept when the character is; how it looks, as HTML."""
        if path is not None:
            try:
                desk.card = replace(desk.card, picture=_picture(Path(path)))
            except PygmalionError as error:
                notify(error, session.language)
        return portrait_html(desk.card)

    def _take(self, session: Session, desk: Desk, path: Path) -> None:
        try:
            found = recognise_file(path)
        finally:
            path.unlink(missing_ok=True)
        match found:
            case CardFile():
                self._add(session, desk, found.card)
            case BookFile():
                self._set_book(session, found.book)
            case _:
                raise InputError(f"{path.name} holds a chat, not a character. Import it in the list of chats.")

    def _add(self, session: Session, desk: Desk, card: Card) -> None:
        desk.id = self.store.add(session.owner, card)
        desk.card = card
        session.start_with(card)

    def _set_book(self, session: Session, book: Lorebook) -> None:
        session.check_idle()
        session.removed_entry = None  # it was another book's
        others = session.chat.lorebooks[1:]
        session.show(replace(session.chat, lorebooks=(book, *others)))


def _picture(path: Path) -> bytes:
    """The picture in a file, as PNG. Raises CharacterError."""
    try:
        with naming(path.name, CharacterError):
            return as_png(read_file(path))
    finally:
        path.unlink(missing_ok=True)
