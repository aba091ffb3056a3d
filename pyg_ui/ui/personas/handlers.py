"""What a person can do about who they are: choose a persona for this chat, save, delete and restore personas.

A browser may name any persona; the store finds only the owner's own. A chat keeps its copy of name and description. If
a handler fails, the chat and the personas stay as they were, and a notice says why.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from pyg_ui.errors import InputError, NotFoundError
from pyg_ui.library.containers.files import read_file
from pyg_ui.library.containers.pictures import as_png, shrink
from pyg_ui.library.store.personas import Persona, PersonaStore, StoredPersona
from pyg_ui.library.unreadable import naming
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.events import clicked, in_a_row, skipped
from pyg_ui.ui.notices import errors_shown, inform
from pyg_ui.ui.personas.view import PersonasView, PersonView, tiles_html, trash_html
from pyg_ui.ui.portraits import Portraits
from pyg_ui.ui.session import Session

PICTURE_SIZE = (512, 512)
"""The largest width and height of a persona's picture, which is only shown as a portrait."""


@dataclass(frozen=True)
class PersonaHandlers:
    """The handlers, and what they need. Those that change the chat return a PersonView in a row."""

    store: PersonaStore
    portraits: Portraits

    def arrive(self, session: Session) -> None:
        """A page was opened: its new chats begin with the owner's default persona. Raises StoreError."""
        session.default_person = self.store.default(session.owner)

    def show(self, session: Session) -> PersonasView:
        """The owner's personas, the trash, and what can be done."""
        owner, language = session.record.owner, session.language
        if not owner:
            return skipped(PersonasView)
        with errors_shown(language):
            kept = self.store.find(owner)
            session.default_person = next((each for each in kept if each.is_default), None)
            chosen = next((each for each in kept if each.id == session.chat.person_id), None)
            tiles = [(each, self._portrait(each)) for each in kept]
            return PersonasView(
                tiles=tiles_html(tiles, session.chat.person_id, language),
                trash=trash_html(self.store.list_trash(owner), language),
                save=gr.update(interactive=chosen is not None),
                default=gr.update(interactive=chosen is not None and not chosen.is_default),
                delete=gr.update(interactive=chosen is not None),
            )
        return skipped(PersonasView)

    def choose(self, event: gr.EventData, session: Session) -> tuple[Any, ...]:
        """A tile was clicked: the person is that persona in this chat, or nobody in particular."""
        id = str(clicked(event).get("id", ""))
        with errors_shown(session.language):
            session.check_idle()
            session.be(self.store.load(session.owner, id) if id else StoredPersona("", Persona("You")))
        return self._view(session)

    def save(self, session: Session, **fields: Any) -> PersonasView:
        """Write what the fields say into the persona that is chosen in this chat."""
        with errors_shown(session.language):
            stored = self.store.load(session.owner, session.chat.person_id)
            self.store.replace(session.owner, stored.id, _typed(fields, stored.persona.picture))
            inform("personas.saved", session.language)
        return self.show(session)

    def save_as(self, session: Session, **fields: Any) -> tuple[Any, ...]:
        """Keep what the fields say as a new persona, and choose it for this chat."""
        with errors_shown(session.language):
            session.check_idle()
            self._add(session, fields)
            inform("personas.saved", session.language)
        return self._view(session)

    def change_picture(self, session: Session, path: str | None, **fields: Any) -> tuple[Any, ...]:
        """Give the chosen persona a picture. Without a chosen one, what the fields say becomes one."""
        with errors_shown(session.language):
            if path is not None:
                session.check_idle()
                picture = _read(Path(path))
                with suppress(NotFoundError):
                    stored = self.store.load(session.owner, session.chat.person_id)
                    self.store.replace(session.owner, stored.id, replace(stored.persona, picture=picture))
                    return self._view(session)
                self._add(session, fields, picture)
        return self._view(session)

    def make_default(self, session: Session) -> PersonasView:
        """New chats begin with the persona that is chosen in this chat."""
        with errors_shown(session.language):
            self.store.make_default(session.owner, session.chat.person_id)
        return self.show(session)

    def delete(self, session: Session) -> PersonasView:
        """Put the chosen persona into the trash. The chats that use it keep its name and description."""
        with errors_shown(session.language):
            stored = self.store.load(session.owner, session.chat.person_id)
            self.store.trash(session.owner, stored.id)
            inform("personas.trashed", session.language, name=stored.persona.name)
        return self.show(session)

    def act_in_trash(self, event: gr.EventData, session: Session) -> PersonasView:
        """A button in the trash was clicked: restore that persona, or delete it for good."""
        sent = clicked(event)
        id = str(sent.get("id", ""))
        with errors_shown(session.language):
            if sent.get("act") == "restore":
                self.store.restore(session.owner, id)
            elif sent.get("act") == "delete":
                self.store.delete(session.owner, id)
        return self.show(session)

    def _view(self, session: Session) -> tuple[Any, ...]:
        return in_a_row(PersonView(screen=screen_view(session), personas=self.show(session)))

    def _portrait(self, stored: StoredPersona) -> str:
        return self.portraits.picture_portrait(stored.persona.picture, stored.persona.name)

    def _add(self, session: Session, fields: Mapping[str, Any], picture: bytes | None = None) -> None:
        persona = _typed(fields, picture)
        session.be(StoredPersona(self.store.add(session.owner, persona), persona))


def _typed(fields: Mapping[str, Any], picture: bytes | None) -> Persona:
    """The persona that the fields describe. Raises InputError for a blank name."""
    return Persona(fields["your_name"] or "", fields["your_description"] or "", picture)


def _read(path: Path) -> bytes:
    """The picture in an uploaded file, made small; the file is deleted then. Raises InputError."""
    try:
        with naming(path.name, InputError):
            return shrink(as_png(read_file(path)), PICTURE_SIZE)
    finally:
        path.unlink(missing_ok=True)
