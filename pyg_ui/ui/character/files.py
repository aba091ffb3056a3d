"""The open card as files: written in several formats, and its portrait read from a picture."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyg_ui.errors import CharacterError
from pyg_ui.library.cards.files import CardFormat, dump_card, lost_in
from pyg_ui.library.containers.files import file_name, read_file
from pyg_ui.library.containers.pictures import as_png
from pyg_ui.library.unreadable import naming
from pyg_ui.ui.character.keeping import CardKeeping
from pyg_ui.ui.character.open_card import OpenCard
from pyg_ui.ui.character.preview import portrait_html
from pyg_ui.ui.downloads import as_download
from pyg_ui.ui.notices import errors_shown, warn
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import translate


@dataclass(frozen=True)
class CharacterFiles:
    """The handlers, and what they need."""

    keeping: CardKeeping

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

    def change_portrait(self, session: Session, open_card: OpenCard, path: str | None, **fields: Any) -> str:
        """Give the open card another portrait, which is kept when the card is; returns its HTML."""
        if path is not None:
            with errors_shown(session.language):
                open_card.card = replace(open_card.card, picture=read_picture(Path(path)))
                self.keeping.keep_draft(session, open_card, fields)
        return portrait_html(open_card.card)


def read_picture(path: Path) -> bytes:
    """The picture in an uploaded file, as PNG; the file is deleted then. Raises CharacterError."""
    try:
        with naming(path.name, CharacterError):
            return as_png(read_file(path))
    finally:
        path.unlink(missing_ok=True)
