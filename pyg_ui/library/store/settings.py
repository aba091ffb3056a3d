"""Stores what people set on the page: their usual settings, those for a character or a chat, and those of the page.

A setting has a name and a value that JSON can hold. Which values are valid is the page's business.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Connection, delete, insert, select, tuple_, update

from pyg_ui.dialogue.character import one_line
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.schema import settings

Content = Mapping[str, Any]
"""Values by the settings' names."""


class Scope(StrEnum):
    """What settings are for."""

    PAGE = "page"
    """The page itself: its theme, its language, its panels."""
    USUAL = "everywhere"
    """Replies in every chat that has no settings of its own."""
    CHARACTER = "character"
    CHAT = "chat"


class Place(NamedTuple):
    """Where settings are kept: what they are for, and which character or chat that is."""

    scope: Scope
    target: str = ""

    @classmethod
    def of_character(cls, name: str) -> Self:
        """The place for a character, whatever the case of its name."""
        return cls(Scope.CHARACTER, one_line(name).casefold())


PAGE, USUAL = Place(Scope.PAGE), Place(Scope.USUAL)


class SettingsStore:
    """The settings of every owner. All methods raise StoreError if the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, owner: str, places: Sequence[Place]) -> Mapping[Place, Content]:
        """What is kept at those of the places where the owner has settings."""
        wanted = tuple_(settings.c.scope, settings.c.target).in_([tuple(place) for place in places])
        with self._database.reading() as connection:
            rows = connection.execute(select(settings).where(settings.c.owner == owner, wanted)).all()
        return {Place(Scope(row.scope), row.target): row.content for row in rows}

    def put(self, owner: str, place: Place, values: Content) -> None:
        """Keep these values. Others at the same place stay, so that two pages do not undo each other's changes."""
        with self._database.writing() as connection:
            before = _content(connection, owner, place)
            if before is None:
                row = {"owner": owner, "scope": place.scope, "target": place.target, "content": dict(values)}
                connection.execute(insert(settings).values(row))
            else:
                changed = {"content": {**before, **values}}
                connection.execute(update(settings).where(*_at(owner, place)).values(changed))

    def forget(self, owner: str, place: Place) -> None:
        """Keep nothing there any more."""
        with self._database.writing() as connection:
            connection.execute(delete(settings).where(*_at(owner, place)))


def _at(owner: str, place: Place) -> tuple[ColumnElement[bool], ...]:
    return settings.c.owner == owner, settings.c.scope == place.scope, settings.c.target == place.target


def _content(connection: Connection, owner: str, place: Place) -> Content | None:
    query = select(settings.c.content).where(*_at(owner, place)).with_for_update()
    return connection.execute(query).scalar_one_or_none()
