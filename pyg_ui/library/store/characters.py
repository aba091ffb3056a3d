"""Characters: those that come with the program, and each person's own.

People's own are kept as cards, with every field that other programs put there, and with their picture. Bundled ones
are everybody's and nobody's to change: who wants to, duplicates one. What is deleted waits in the trash. Names are
never paths here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from pyg_ui.errors import InputError, NotFoundError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.portrait import thumbnail
from pyg_ui.library.cards.tavern import V3, dump_tavern, parse_tavern
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.ids import new_id
from pyg_ui.library.store.schema import characters
from pyg_ui.library.store.search import folded, holds, words_of

BUNDLED = "bundled-"
"""How the ids of bundled characters begin."""


@dataclass(frozen=True, slots=True)
class CharacterSummary:
    """What a gallery shows of a character."""

    id: str
    name: str
    tags: tuple[str, ...]
    creator: str
    description: str
    is_bundled: bool
    created_at: datetime | None
    """None for a bundled one."""
    deleted_at: datetime | None = None
    """Since when it is in the trash."""


class CharacterStore:
    """The characters of every owner; nobody's but the owner's own and the bundled ones are ever found.

    Methods that take an id raise NotFoundError where the owner has no such character, and InputError where a
    bundled one would have to change. All of them raise StoreError where the database fails.
    """

    def __init__(self, database: Database, bundled: Mapping[str, Card]) -> None:
        self._database = database
        self._bundled = {BUNDLED + name: card for name, card in bundled.items()}

    def find(self, owner: str, query: str = "") -> Sequence[CharacterSummary]:
        """The owner's characters by name, then the bundled ones, as far as they hold every word of the query."""
        words = words_of(query)
        bundled = [
            _summary_of(id, card) for id, card in self._bundled.items()
            if all(word.casefold() in _folded(card) for word in words)
        ]  # fmt: skip
        own = (characters.c.deleted_at.is_(None), holds(characters.c.folded_text, words))
        return (*self._summaries(owner, *own, order=characters.c.folded_text.asc()), *bundled)

    def list_trash(self, owner: str) -> Sequence[CharacterSummary]:
        """The owner's deleted characters, the one that was deleted last first."""
        return self._summaries(owner, characters.c.deleted_at.is_not(None), order=characters.c.deleted_at.desc())

    def load(self, owner: str, id: str) -> Card:
        """The whole card, with its picture."""
        if id in self._bundled:
            return self._bundled[id]
        with self._database.reading() as connection:
            return _load(connection, owner, id)

    def thumbnail(self, owner: str, id: str) -> bytes:
        """A small picture as WebP, drawn from the name where the card has none."""
        if id in self._bundled:
            card = self._bundled[id]
            return thumbnail(card.picture, card.name)
        with self._database.reading() as connection:
            picture: bytes | None = connection.scalar(select(characters.c.thumbnail).where(*_is(owner, id)))
        if picture is None:
            raise _not_found()
        return picture

    def add(self, owner: str, card: Card) -> str:
        """Keep a card as one of the owner's; returns its id. One name may be kept several times."""
        id = new_id()
        values = {"id": id, "owner": owner, "created_at": datetime.now(UTC), **_values_of(card)}
        with self._database.writing() as connection:
            connection.execute(insert(characters).values(values))
        return id

    def replace(self, owner: str, id: str, card: Card) -> None:
        """Keep an edited card in the place of the one before."""
        self._change(owner, id, _values_of(card))

    def duplicate(self, owner: str, card: Card, name: str) -> str:
        """Keep a copy of a card under another name; returns its id. In conversation it is called as before."""
        return self.add(owner, replace(card, name=name, nickname=card.nickname or card.name))

    def rename(self, owner: str, id: str, name: str) -> None:
        """Call the character otherwise, in conversation too. Raises CharacterError for a name that nobody sees."""
        self._refuse_bundled(id)
        with self._database.writing() as connection:
            card = replace(_load(connection, owner, id), name=name, nickname="")
            connection.execute(update(characters).where(*_is(owner, id)).values(_values_of(card)))

    def trash(self, owner: str, id: str) -> None:
        """Delete the character for now."""
        self._change(owner, id, {"deleted_at": datetime.now(UTC)})

    def restore(self, owner: str, id: str) -> None:
        """Bring a deleted character back."""
        self._change(owner, id, {"deleted_at": None})

    def delete(self, owner: str, id: str) -> None:
        """Delete a character in the trash for good."""
        self._refuse_bundled(id)
        with self._database.writing() as connection:
            is_trashed = characters.c.deleted_at.is_not(None)
            if not connection.execute(delete(characters).where(*_is(owner, id), is_trashed)).rowcount:
                raise _not_found()

    def _summaries(
        self, owner: str, *conditions: ColumnElement[bool], order: ColumnElement[Any]
    ) -> Sequence[CharacterSummary]:
        shown = (characters.c.id, characters.c.card, characters.c.created_at, characters.c.deleted_at)
        query = select(*shown).where(characters.c.owner == owner, *conditions).order_by(order, characters.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(map(_summary, rows))

    def _change(self, owner: str, id: str, values: Mapping[str, Any]) -> None:
        self._refuse_bundled(id)
        with self._database.writing() as connection:
            if not connection.execute(update(characters).where(*_is(owner, id)).values(values)).rowcount:
                raise _not_found()

    def _refuse_bundled(self, id: str) -> None:
        if id in self._bundled:
            name = self._bundled[id].name
            raise InputError(
                "{name} comes with the program and stays as it is. Duplicate it and change the copy.", name=name
            )


def _is(owner: str, id: str) -> tuple[ColumnElement[bool], ...]:
    return characters.c.owner == owner, characters.c.id == id


def _load(connection: Connection, owner: str, id: str) -> Card:
    row = connection.execute(select(characters.c.card, characters.c.picture).where(*_is(owner, id))).first()
    if row is None:
        raise _not_found()
    return replace(parse_tavern(row.card), picture=row.picture)


def _not_found() -> NotFoundError:
    return NotFoundError("This character is no longer there.")


def _values_of(card: Card) -> dict[str, Any]:
    return {
        "name": card.name,
        "folded_text": _folded(card),
        "card": dump_tavern(card, V3),
        "picture": card.picture,
        "thumbnail": thumbnail(card.picture, card.name),
    }


def _folded(card: Card) -> str:
    return folded(card.name, card.nickname, card.creator, *card.tags, card.description)


def _summary(row: Row[*tuple[Any, ...]]) -> CharacterSummary:
    summary = _summary_of(row.id, parse_tavern(row.card))
    return replace(summary, is_bundled=False, created_at=row.created_at, deleted_at=row.deleted_at)


def _summary_of(id: str, card: Card) -> CharacterSummary:
    return CharacterSummary(id, card.name, card.tags, card.creator, card.description, is_bundled=True, created_at=None)
