"""Cards as files: imports characters from files, and writes the open character to one.

A file is read whole before anything changes, so nothing is ever half imported.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyg_ui.errors import CharacterError, InputError
from pyg_ui.library.cards.files import CardFile, CardFormat, dump_card, lost_in
from pyg_ui.library.containers.files import file_name, read_file
from pyg_ui.library.containers.pictures import as_png
from pyg_ui.library.lorebooks.files import BookFile
from pyg_ui.library.recognition import recognise_file
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.unreadable import naming
from pyg_ui.ui.character.gallery import portrait_html
from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.character.open_card import OpenCard
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.downloads import as_download
from pyg_ui.ui.notices import errors_shown, inform, warn, warn_of_left_out
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import translate


@dataclass(frozen=True)
class CharacterFiles:
    """The handlers, and what they need."""

    store: CharacterStore
    editing: LorebookEditing

    def import_files(self, session: Session, open_card: OpenCard, paths: Sequence[str] | None) -> tuple[Any, ...]:
        """Keep the characters in the files and open the last one. Lorebooks are kept too, and on in this chat."""
        for path in paths or ():
            with errors_shown(session.language):
                self._import_file(session, open_card, Path(path))
        return screen_view(session)

    def exporting(self, form: CardFormat) -> Callable[..., str]:
        """The handler that writes the edited card in a format, for SAVE_IN_BROWSER; "" if it cannot."""

        def export(session: Session, open_card: OpenCard, **fields: Any) -> str:
            with errors_shown(session.language):
                card = open_card.edited(session.chat, fields)
                if lost := lost_in(card, form):
                    parts = ", ".join(translate(part, session.language) for part in lost)
                    warn("notices.not_held", session.language, parts=parts)
                return as_download(file_name(card.name, form.suffix), dump_card(card, form))
            return ""

        return export

    def change_portrait(self, session: Session, open_card: OpenCard, path: str | None) -> str:
        """Give the open card another portrait, which is kept when the card is; returns its HTML."""
        if path is not None:
            with errors_shown(session.language):
                open_card.card = replace(open_card.card, picture=_picture(Path(path)))
        return portrait_html(open_card.card)

    def _import_file(self, session: Session, open_card: OpenCard, path: Path) -> None:
        try:
            found = recognise_file(path)
        finally:
            path.unlink(missing_ok=True)
        match found:
            case CardFile():
                open_card.open(self.store.add(session.owner, found.card), found.card)
                session.start_with(found.card)
            case BookFile():
                self.editing.keep(session, found.book)
                inform("books.kept", session.language, name=found.book.name)
            case _:
                raise InputError(
                    "{file} holds a chat, not a character. Import it in the list of chats.", file=path.name
                )
        warn_of_left_out(found.left_out, path.name, session.language)


def _picture(path: Path) -> bytes:
    """The picture in a file, as PNG. Raises CharacterError."""
    try:
        with naming(path.name, CharacterError):
            return as_png(read_file(path))
    finally:
        path.unlink(missing_ok=True)
