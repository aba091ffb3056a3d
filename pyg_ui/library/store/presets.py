"""Presets: those that come with the program, and each person's own.

An owner's presets have different names, whatever their case, and none has a built-in one's. Built-in ones are
everybody's and nobody's to change. What is deleted waits in the trash, the last few of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Row, Update, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError, NotFoundError
from pyg_ui.library.presets.preset import Preset, fitted, folded_name, free_name
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.ids import new_id
from pyg_ui.library.store.schema import presets

BUILT_IN = "built-in-"
"""How the ids of built-in presets begin."""
MAX_PRESETS = 200
"""How many an owner may keep: a list of more is of no use."""
MAX_IN_TRASH = 20


@dataclass(frozen=True, slots=True)
class KeptPreset:
    """A preset, and how it is found."""

    id: str
    preset: Preset

    @property
    def is_built_in(self) -> bool:
        """Whether it comes with the program."""
        return self.id.startswith(BUILT_IN)


class PresetStore:
    """The presets of every owner; nobody's but the owner's own and the built-in ones are ever found.

    Methods that take an id raise NotFoundError where the owner has no such preset, and those that take a name
    InputError where it is not free. All of them raise StoreError where the database fails.
    """

    def __init__(self, database: Database, built_in: Sequence[Preset]) -> None:
        self._database = database
        self.built_in = tuple(KeptPreset(BUILT_IN + preset.name, preset) for preset in built_in)

    def find(self, owner: str) -> tuple[KeptPreset, ...]:
        """The owner's presets by name, then the built-in ones."""
        with self._database.reading() as connection:
            return (*_own(connection, owner), *self.built_in)

    def load(self, owner: str, id: str) -> KeptPreset:
        """One of those."""
        for each in self.built_in:
            if each.id == id:
                return each
        with self._database.reading() as connection:
            return _one(connection, owner, id)

    def named(self, owner: str, name: str) -> KeptPreset | None:
        """The one of that name, whatever the case."""
        folded = folded_name(name)
        return next((each for each in self.find(owner) if folded_name(each.preset.name) == folded), None)

    def add(self, owner: str, preset: Preset) -> KeptPreset:
        """Keep a preset under its name."""
        with self._database.writing() as connection:
            taken = self._names(connection, owner)
            self._refuse_taken(preset.name, taken)
            self._refuse_too_many(len(taken) + 1)
            return _insert(connection, owner, preset)

    def bring_in(self, owner: str, found: Sequence[Preset]) -> tuple[KeptPreset, ...]:
        """Keep all of these or none; those whose names are taken get a number."""
        kept: list[KeptPreset] = []
        with self._database.writing() as connection:
            taken = self._names(connection, owner)
            self._refuse_too_many(len(taken) + len(found))
            for preset in found:
                kept.append(_insert(connection, owner, Preset(free_name(preset.name, taken), preset.parameters)))
                taken.append(kept[-1].preset.name)
        return tuple(kept)

    def replace(self, owner: str, id: str, parameters: SamplingParameters) -> KeptPreset:
        """Keep other parameters under the same name."""
        _refuse_built_in(id)
        with self._database.writing() as connection:
            preset = Preset(_one(connection, owner, id).preset.name, parameters)
            _write(connection, preset.name, _change(owner, id, _IS_KEPT).values(parameters=preset.values))
        return KeptPreset(id, preset)

    def rename(self, owner: str, id: str, name: str) -> KeptPreset:
        """Call the preset otherwise. Raises InputError for a name that nobody sees, too."""
        _refuse_built_in(id)
        with self._database.writing() as connection:
            before = _one(connection, owner, id).preset
            preset = Preset(name, before.parameters)
            if folded_name(preset.name) != folded_name(before.name):
                self._refuse_taken(preset.name, self._names(connection, owner))
            _write(connection, preset.name, _change(owner, id, _IS_KEPT).values(_called(preset.name)))
        return KeptPreset(id, preset)

    def trash(self, owner: str, id: str) -> None:
        """Delete the preset for now."""
        _refuse_built_in(id)
        with self._database.writing() as connection:
            name = _one(connection, owner, id).preset.name
            _write(connection, name, _change(owner, id, _IS_KEPT).values(deleted_at=datetime.now(UTC)))
            _forget_oldest(connection, owner)

    def last_deleted(self, owner: str) -> str | None:
        """The name of the preset that `restore` would bring back."""
        with self._database.reading() as connection:
            row = connection.execute(_trash(owner).limit(1)).first()
        return None if row is None else str(row.name)

    def restore(self, owner: str) -> KeptPreset:
        """Bring back the preset that was deleted last, with a number where its name is taken by now.

        Raises InputError where the owner keeps too many already.
        """
        with self._database.writing() as connection:
            row = connection.execute(_trash(owner).limit(1)).first()
            if row is None:
                raise _not_found()
            taken = self._names(connection, owner)
            self._refuse_too_many(len(taken) + 1)
            preset = Preset(free_name(row.name, taken), fitted(row.parameters)[0])
            values = {"deleted_at": None, **_called(preset.name)}
            _write(connection, preset.name, _change(owner, row.id, _IS_DELETED).values(values))
        return KeptPreset(row.id, preset)

    def _names(self, connection: Connection, owner: str) -> list[str]:
        return [each.preset.name for each in (*_own(connection, owner), *self.built_in)]

    def _refuse_taken(self, name: str, taken: Sequence[str]) -> None:
        if folded_name(name) in (folded_name(each.preset.name) for each in self.built_in):
            raise InputError("{name} is a built-in preset and stays as it is. Choose another name.", name=name)
        if folded_name(name) in map(folded_name, taken):
            raise _taken(name)

    def _refuse_too_many(self, number: int) -> None:
        if number - len(self.built_in) > MAX_PRESETS:
            raise InputError("You may keep {number} presets. Delete some, then try again.", number=MAX_PRESETS)


_IS_KEPT, _IS_DELETED = presets.c.deleted_at.is_(None), presets.c.deleted_at.is_not(None)


def _is(owner: str, id: str) -> tuple[ColumnElement[bool], ...]:
    return presets.c.owner == owner, presets.c.id == id


def _own(connection: Connection, owner: str) -> tuple[KeptPreset, ...]:
    query = select(presets).where(presets.c.owner == owner, _IS_KEPT)
    return tuple(map(_kept, connection.execute(query.order_by(presets.c.folded_name))))


def _trash(owner: str) -> Any:
    """The owner's deleted presets, the latest first."""
    deleted = select(presets).where(presets.c.owner == owner, _IS_DELETED)
    return deleted.order_by(presets.c.deleted_at.desc())


def _forget_oldest(connection: Connection, owner: str) -> None:
    kept = connection.scalars(_trash(owner).with_only_columns(presets.c.id).limit(MAX_IN_TRASH)).all()
    connection.execute(delete(presets).where(presets.c.owner == owner, _IS_DELETED, presets.c.id.not_in(kept)))


def _insert(connection: Connection, owner: str, preset: Preset) -> KeptPreset:
    id = new_id()
    values = {"id": id, "owner": owner, "parameters": preset.values, **_called(preset.name)}
    _write(connection, preset.name, insert(presets).values(values))
    return KeptPreset(id, preset)


def _change(owner: str, id: str, condition: ColumnElement[bool]) -> Update:
    return update(presets).where(*_is(owner, id), condition)


def _write(connection: Connection, name: str, statement: Insert | Update) -> None:
    """Change one preset. Raises NotFoundError where it is gone, and InputError where somebody took the name first."""
    try:
        num_changed = connection.execute(statement).rowcount
    except IntegrityError as error:
        raise _taken(name) from error
    if not num_changed:
        raise _not_found()


def _one(connection: Connection, owner: str, id: str) -> KeptPreset:
    """The owner's own preset. Raises NotFoundError."""
    row = connection.execute(select(presets).where(*_is(owner, id), _IS_KEPT)).first()
    if row is None:
        raise _not_found()
    return _kept(row)


def _refuse_built_in(id: str) -> None:
    if id.startswith(BUILT_IN):
        raise InputError("Built-in presets stay as they are. Save the settings under a name of your own.")


def _called(name: str) -> dict[str, str]:
    return {"name": name, "folded_name": folded_name(name)}


def _kept(row: Row[*tuple[Any, ...]]) -> KeptPreset:
    return KeptPreset(row.id, Preset(row.name, fitted(row.parameters)[0]))


def _taken(name: str) -> InputError:
    return InputError("You have a preset called {name} already. Choose another name.", name=name)


def _not_found() -> NotFoundError:
    return NotFoundError("This preset is no longer there.")
