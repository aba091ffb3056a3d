"""Stores people's own personas: who they are in a chat, with name, description and picture.

A chat that uses one holds its id and its own copy of name and description. Deleted personas stay in the trash until
they are deleted there. At most one of an owner's personas is the default, with which new chats begin.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from pyg_ui.dialogue.character import clean_text, one_line
from pyg_ui.errors import InputError
from pyg_ui.library.store.rows import OwnedRows, StoreWithTrash, new_id
from pyg_ui.library.store.schema import personas

MAX_PERSONAS = 200
"""The number of personas that an owner may have outside the trash."""
MAX_NAME_CHARACTERS = 200
_ROWS = OwnedRows(personas, "This persona is no longer there.")


@dataclass(frozen=True, slots=True)
class Persona:
    """Who somebody is in a chat. Raises InputError for a name without a visible character."""

    name: str
    description: str = ""
    picture: bytes | None = field(default=None, repr=False)
    """A PNG or WebP; None without one."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", one_line(self.name)[:MAX_NAME_CHARACTERS].strip())
        object.__setattr__(self, "description", clean_text(self.description))
        if not self.name:
            raise InputError("A persona needs a name: it is how you are called in the chat.")


@dataclass(frozen=True, slots=True)
class StoredPersona:
    """A persona as it is kept."""

    id: str
    persona: Persona
    is_default: bool = False
    """Whether new chats begin with it."""
    deleted_at: datetime | None = None
    """When it was put into the trash; None if it is not there."""


class PersonaStore(StoreWithTrash):
    """The personas of every owner.

    Methods that take an id raise NotFoundError if the owner has no such persona. All methods raise StoreError if the
    database fails.
    """

    _rows = _ROWS

    def find(self, owner: str) -> Sequence[StoredPersona]:
        """The owner's personas by name."""
        return self._list(owner, personas.c.deleted_at.is_(None), order=func.lower(personas.c.name))

    def list_trash(self, owner: str) -> Sequence[StoredPersona]:
        """The owner's deleted personas, the one that was deleted last first."""
        return self._list(owner, personas.c.deleted_at.is_not(None), order=personas.c.deleted_at.desc())

    def load(self, owner: str, id: str) -> StoredPersona:
        """The persona, which may be in the trash."""
        with self._database.reading() as connection:
            return _stored(_ROWS.read(connection, owner, id))

    def default(self, owner: str) -> StoredPersona | None:
        """The persona that new chats begin with; None if the owner chose none."""
        return next((each for each in self.find(owner) if each.is_default), None)

    def add(self, owner: str, persona: Persona) -> str:
        """Store a new persona and return its id. Several may have the same name. The first becomes the default.

        Raises InputError for too many.
        """
        id = new_id()
        place = {"id": id, "owner": owner, "created_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            is_kept = (personas.c.owner == owner, personas.c.deleted_at.is_(None))
            number = connection.scalar(select(func.count()).where(*is_kept)) or 0
            if number >= MAX_PERSONAS:
                raise InputError("You may keep {number} personas. Delete some, then try again.", number=MAX_PERSONAS)
            connection.execute(insert(personas).values({**place, "is_default": number == 0, **_values_of(persona)}))
        return id

    def replace(self, owner: str, id: str, persona: Persona) -> None:
        """Store an edited persona in the place of the one before."""
        self._change(owner, id, _values_of(persona))

    def make_default(self, owner: str, id: str) -> None:
        """Let new chats begin with this persona."""
        with self._database.writing() as connection:
            _ROWS.read(connection, owner, id, [personas.c.id])
            connection.execute(update(personas).where(personas.c.owner == owner).values(is_default=False))
            _ROWS.change(connection, owner, id, {"is_default": True})

    def trash(self, owner: str, id: str) -> None:
        """Put it into the trash. It is no longer the default."""
        self._change(owner, id, {"deleted_at": datetime.now(UTC), "is_default": False})

    def _list(self, owner: str, condition: ColumnElement[bool], order: ColumnElement[Any]) -> Sequence[StoredPersona]:
        query = select(personas).where(personas.c.owner == owner, condition).order_by(order, personas.c.id)
        with self._database.reading() as connection:
            return tuple(map(_stored, connection.execute(query).mappings()))


def _values_of(persona: Persona) -> dict[str, Any]:
    return {"name": persona.name, "description": persona.description, "picture": persona.picture}


def _stored(row: Any) -> StoredPersona:
    persona = Persona(row["name"], row["description"], row["picture"])
    return StoredPersona(row["id"], persona, row["is_default"], row["deleted_at"])
