"""Keeps the settings of an open page as they change, and finds those that are meant for its chat.

A chat's own settings count before its character's, and these before the usual ones. Only values that have changed on
this page are written, so two pages do not undo each other's changes.
"""

from dataclasses import dataclass, field
from typing import Any

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import StoreError
from pyg_ui.library.store.settings import USUAL, Content, Place, Scope, SettingsStore
from pyg_ui.ui.notices import notify
from pyg_ui.ui.sampling.kept_values import changes_since, kept_values
from pyg_ui.ui.session import Session


@dataclass(slots=True)
class OpenSettings:
    """Where the settings of one open page are kept; changed in place."""

    place: Place = USUAL
    num_opened: int = 0
    """The number of the chat that they were drawn for, as the session counts them."""
    known: Content = field(default_factory=dict)
    """The values as this page has drawn or kept them last."""
    wanted: Content = field(default_factory=dict)
    """The values of the page's newest event."""
    has_failed: bool = False
    """Whether the last attempt to keep them failed."""


@dataclass(frozen=True)
class SettingsKeeper:
    """Keeps settings in the store."""

    store: SettingsStore

    def find(self, session: Session) -> tuple[Place, Content]:
        """The settings for the chat on the screen, and where they are kept. Raises StoreError."""
        places = [place_of_chat(session), place_of_character(session), USUAL]
        found = self.store.load(session.record.owner, [place for place in places if place.target or place == USUAL])
        place = next((place for place in places if place in found), USUAL)
        return place, {**found.get(USUAL, {}), **found.get(place, {})}

    def keep(
        self, session: Session, opened: OpenSettings, parameters: SamplingParameters, preset_id: str, candidates: Any
    ) -> None:
        """Keep the values that have changed. A failure is shown once, and the next change tries again."""
        opened.wanted = values = kept_values(parameters, preset_id, candidates)
        changed = changes_since(opened.known, values)
        if not changed or not session.record.owner:  # the page is still opening
            return
        try:
            self.catch_up(session, opened)
            while changed:
                self.store.put(session.record.owner, opened.place, changed)
                # A newer event of the page may have been quicker than this one.
                opened.known, values = values, opened.wanted
                changed = changes_since(opened.known, values)
        except StoreError as error:
            if not opened.has_failed:
                notify(error, session.language)
            opened.has_failed = True
        else:
            opened.has_failed = False

    def tie(self, session: Session, opened: OpenSettings, place: Place, values: Content) -> None:
        """Keep all values at another place from now on. Raises StoreError."""
        self.store.put(session.owner, place, values)
        opened.place, opened.known = place, values

    def untie(self, session: Session, opened: OpenSettings) -> None:
        """Forget the settings of the chat or the character. Raises StoreError."""
        if opened.place != USUAL:
            self.store.forget(session.owner, opened.place)

    def catch_up(self, session: Session, opened: OpenSettings) -> None:
        """Where the chat has become a branch, the branch begins with the settings of the chat. Raises StoreError."""
        stored = session.record.stored
        if opened.place.scope is Scope.CHAT and stored is not None and stored.parent_id == opened.place.target:
            place = place_of_chat(session)
            if not self.store.load(session.record.owner, [place]):
                self.tie(session, opened, place, opened.known)


def place_of_chat(session: Session) -> Place:
    """Where settings for the chat on the screen are kept; without a target while the chat is not stored."""
    stored = session.record.stored
    return Place(Scope.CHAT, "" if stored is None else stored.id)


def place_of_character(session: Session) -> Place:
    """Where settings for the character on the screen are kept."""
    return Place.of_character(session.chat.character.name)
