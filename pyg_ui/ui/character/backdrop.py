"""The picture behind the chat: the one that was chosen for the character, or else the one that its card brings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.errors import CharacterError, InputError
from pyg_ui.library.cards.backdrop import as_backdrop, backdrop_of
from pyg_ui.library.containers.files import read_file
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.unreadable import naming
from pyg_ui.ui.character.open_card import OpenCard
from pyg_ui.ui.notices import errors_shown
from pyg_ui.ui.portraits import as_url
from pyg_ui.ui.session import Session


class BackdropView(NamedTuple):
    """For each component: the component, or what a handler shows in it."""

    picture: Any
    remove: Any
    """The button that leaves the ground plain."""
    restore: Any
    """The button that shows the card's own backdrop again."""


@dataclass(frozen=True)
class Backdrops:
    """The handlers, and what they need."""

    store: CharacterStore

    def show(self, session: Session, open_card: OpenCard) -> BackdropView:
        """The backdrop of the open character, and what can be done with it."""
        picture: bytes | None = None
        own, chosen = backdrop_of(open_card.card), tuple[bytes | None, ...]()
        with errors_shown(session.language):
            if open_card.id and session.record.owner:
                chosen = self.store.chosen_backdrop(session.record.owner, open_card.id)
            picture = chosen[0] if chosen else own
        return BackdropView(
            picture=backdrop_html(picture),
            remove=gr.update(visible=picture is not None),
            restore=gr.update(visible=bool(chosen) and own is not None),
        )

    def choose(self, session: Session, open_card: OpenCard, path: str | None) -> BackdropView:
        """Show the picture in an uploaded file, which is deleted then."""
        with errors_shown(session.language):
            if path is not None:
                self._write(session, open_card, _read(Path(path)))
        return self.show(session, open_card)

    def remove(self, session: Session, open_card: OpenCard) -> BackdropView:
        """Leave the ground plain."""
        with errors_shown(session.language):
            self._write(session, open_card, None)
        return self.show(session, open_card)

    def restore(self, session: Session, open_card: OpenCard) -> BackdropView:
        """Show the card's own backdrop again."""
        with errors_shown(session.language):
            self._write(session, open_card)
        return self.show(session, open_card)

    def _write(self, session: Session, open_card: OpenCard, *chosen: bytes | None) -> None:
        if not open_card.id:
            raise InputError("Save the character first: its backdrop is kept with it.")
        self.store.choose_backdrop(session.owner, open_card.id, *chosen)


def backdrop_html(picture: bytes | None) -> str:
    """The picture behind the chat. The style sheet dims it, so that the text on it stays legible."""
    return f'<div class="backdrop"><img src="{as_url(picture)}" alt=""></div>' if picture is not None else ""


def _read(path: Path) -> bytes:
    try:
        with naming(path.name, CharacterError):
            return as_backdrop(read_file(path))
    finally:
        path.unlink(missing_ok=True)
