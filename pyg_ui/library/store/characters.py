"""Stores characters: each owner's own, beside the bundled ones that come with the program.

Own characters are kept as whole cards, with the fields of other programs and the picture. Bundled ones cannot be
changed, only duplicated. Deleted characters stay in the trash until they are deleted there. Names are never used as
paths.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from pyg_ui.errors import InputError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.portrait import thumbnail
from pyg_ui.library.cards.tavern import V3, dump_tavern, parse_tavern
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.rows import OwnedRows, StoreWithTrash, new_id
from pyg_ui.library.store.schema import backdrops, characters, chats
from pyg_ui.library.store.search import folded, holds, words_of

BUNDLED = "bundled-"
"""The ids of bundled characters begin with it."""
_ROWS = OwnedRows(characters, "This character is no longer there.")


@dataclass(frozen=True, slots=True)
class CharacterSummary:
    """What a list shows of a character."""

    id: str
    name: str
    tags: tuple[str, ...]
    is_draft: bool = False
    """Whether it is a new character that was typed and not saved yet."""
    created_at: datetime | None = None
    """None for a bundled one."""
    deleted_at: datetime | None = None
    """When it was put into the trash; None if it is not there."""

    @property
    def is_bundled(self) -> bool:
        """Whether it comes with the program."""
        return self.id.startswith(BUNDLED)


class CharacterStore(StoreWithTrash):
    """The characters of every owner. Each method finds only the given owner's and the bundled ones.

    Methods that take an id raise NotFoundError if the owner has no such character, and InputError if a
    bundled one would have to change. All methods raise StoreError if the database fails.
    """

    _rows = _ROWS

    def __init__(self, database: Database, bundled: Mapping[str, Card]) -> None:
        super().__init__(database)
        self._bundled = {BUNDLED + name: card for name, card in bundled.items()}
        self._bundled_thumbnails: dict[str, bytes] = {}

    def find(self, owner: str, query: str = "") -> Sequence[CharacterSummary]:
        """The owner's characters by name, then the bundled ones, that hold every word of the query."""
        words = words_of(query)
        bundled = [
            CharacterSummary(id, card.name, card.tags) for id, card in self._bundled.items()
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

    def own_named(self, owner: str, name: str) -> Card | None:
        """The owner's own card with that name, or else with that nickname; of several the newest. None without one."""
        own = (characters.c.deleted_at.is_(None), holds(characters.c.folded_text, words_of(name)))
        columns = (characters.c.id, characters.c.card)
        query = select(*columns).where(characters.c.owner == owner, *own).order_by(characters.c.created_at.desc())
        with self._database.reading() as connection:
            found = [(row.id, parse_tavern(row.card)) for row in connection.execute(query)]
            names = [(card.name, id) for id, card in found] + [(card.nickname, id) for id, card in found]
            id = next((id for known, id in names if known.casefold() == name.casefold()), None)
            return None if id is None else _load(connection, owner, id)

    def thumbnail(self, owner: str, id: str) -> bytes:
        """A small picture as WebP, drawn from the name where the card has none."""
        if id in self._bundled:
            return self._bundled_thumbnail(id)
        with self._database.reading() as connection:
            return bytes(_ROWS.read(connection, owner, id, [characters.c.thumbnail])["thumbnail"])

    def thumbnails(self, owner: str, ids: Sequence[str]) -> dict[str, bytes]:
        """The small pictures of these characters, which must be the owner's or bundled ones."""
        own = select(characters.c.id, characters.c.thumbnail).where(
            characters.c.owner == owner, characters.c.id.in_(ids)
        )
        with self._database.reading() as connection:
            found = {row.id: bytes(row.thumbnail) for row in connection.execute(own)}
        return found | {id: self._bundled_thumbnail(id) for id in ids if id in self._bundled}

    def thumbnails_of(self, owner: str, names: Iterable[str]) -> dict[str, bytes]:
        """For each of these names, the thumbnail of the owner's newest character of that name, or a bundled one's.

        Names without a character are left out.
        """
        wanted = set(names)
        own = select(characters.c.name, characters.c.thumbnail).where(
            characters.c.owner == owner, characters.c.deleted_at.is_(None), characters.c.name.in_(wanted)
        )
        with self._database.reading() as connection:
            rows = connection.execute(own.order_by(characters.c.created_at)).all()
        found = {id: card for id, card in self._bundled.items() if card.character.name in wanted}
        known = {card.character.name: self.thumbnail(owner, id) for id, card in found.items()}
        return known | {row.name: bytes(row.thumbnail) for row in rows}

    def last_used(self, owner: str) -> Mapping[str, datetime]:
        """When the owner's chats with a character changed last, by the character's id.

        Chats that name no character are not counted.
        """
        is_used = (chats.c.owner == owner, chats.c.deleted_at.is_(None), chats.c.character_id != "")
        used = select(chats.c.character_id, func.max(chats.c.updated_at)).where(*is_used).group_by(chats.c.character_id)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(used)}

    def is_draft(self, owner: str, id: str) -> bool:
        """Whether it is one that was typed and not saved yet."""
        if id in self._bundled:
            return False
        with self._database.reading() as connection:
            return bool(_ROWS.read(connection, owner, id, [characters.c.is_draft])["is_draft"])

    def is_there(self, owner: str, id: str) -> bool:
        """Whether the owner has this character, outside the trash."""
        if not id or id in self._bundled:
            return bool(id)
        with self._database.reading() as connection:
            there = select(characters.c.id).where(*_ROWS.at(owner, id), characters.c.deleted_at.is_(None))
            return connection.scalar(there) is not None

    def add(self, owner: str, card: Card, *, is_draft: bool = False) -> str:
        """Store a card as one of the owner's and return its id. Several may have the same name."""
        id = new_id()
        place = {"id": id, "owner": owner, "created_at": datetime.now(UTC)}
        values = {**place, "is_draft": is_draft, **_values_of(card)}
        with self._database.writing() as connection:
            connection.execute(insert(characters).values(values))
        return id

    def replace(self, owner: str, id: str, card: Card, *, is_draft: bool = False) -> None:
        """Store an edited card in the place of the one before."""
        self._change(owner, id, {"is_draft": is_draft, **_values_of(card)})

    def duplicate(self, owner: str, card: Card, name: str) -> str:
        """Store a copy of a card under another name and return its id. In conversation it keeps its name."""
        return self.add(owner, replace(card, name=name, nickname=card.nickname or card.name))

    def rename(self, owner: str, id: str, name: str) -> None:
        """Give the character another name, in conversation too. Raises CharacterError without a visible character."""
        self._check_own(id)
        with self._database.writing() as connection:
            card = replace(_load(connection, owner, id), name=name, nickname="")
            _ROWS.change(connection, owner, id, _values_of(card))

    def chosen_backdrop(self, owner: str, id: str) -> tuple[bytes | None, ...]:
        """What the owner chose to see behind this character's chats, as one item: a picture, or None for nothing.

        Empty if nothing was chosen. Then the card may bring a backdrop of its own.
        """
        chosen = select(backdrops.c.picture).where(backdrops.c.owner == owner, backdrops.c.character_id == id)
        with self._database.reading() as connection:
            return tuple(connection.scalars(chosen))

    def choose_backdrop(self, owner: str, id: str, *chosen: bytes | None) -> None:
        """Let a picture be seen behind this character's chats, or with None nothing; without either, the card's own."""
        is_its = (backdrops.c.owner == owner, backdrops.c.character_id == id)
        with self._database.writing() as connection:
            connection.execute(delete(backdrops).where(*is_its))
            for picture in chosen:
                connection.execute(insert(backdrops).values(owner=owner, character_id=id, picture=picture))

    def _summaries(
        self, owner: str, *conditions: ColumnElement[bool], order: ColumnElement[Any]
    ) -> Sequence[CharacterSummary]:
        # Whole cards are large: the database reads the tags out of them.
        tags = characters.c.card[("data", "tags")]
        shown = (characters.c.id, characters.c.name, tags, characters.c.is_draft)
        moments = (characters.c.created_at, characters.c.deleted_at)
        query = select(*shown, *moments).where(characters.c.owner == owner, *conditions)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(order, characters.c.id)).all()
        return tuple(CharacterSummary(id, name, _texts(tags), *others) for id, name, tags, *others in rows)

    def _bundled_thumbnail(self, id: str) -> bytes:
        """Made when it is asked for first."""
        if id not in self._bundled_thumbnails:
            card = self._bundled[id]
            self._bundled_thumbnails[id] = thumbnail(card.picture, card.name)
        return self._bundled_thumbnails[id]

    def _check_own(self, id: str) -> None:
        if id in self._bundled:
            name = self._bundled[id].name
            raise InputError(
                "{name} comes with the program and stays as it is. Duplicate it and change the copy.", name=name
            )


def _load(connection: Connection, owner: str, id: str) -> Card:
    row = _ROWS.read(connection, owner, id, [characters.c.card, characters.c.picture])
    return replace(parse_tavern(row["card"]), picture=row["picture"])


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


def _texts(tags: Any) -> tuple[str, ...]:
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
