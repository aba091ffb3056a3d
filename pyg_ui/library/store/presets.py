"""Stores presets: each owner's own, beside the built-in ones.

The names of an owner's presets are all different, whatever their case, and differ from those of the built-in ones.
Built-in presets cannot be changed. The trash holds the presets that were deleted last, up to MAX_IN_TRASH.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select
from sqlalchemy.exc import IntegrityError

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError, NotFoundError
from pyg_ui.library.presets.preset import Preset, fitted, folded_name, free_name
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.rows import OwnedRows, new_id
from pyg_ui.library.store.schema import presets

BUILT_IN = "built-in-"
"""The ids of built-in presets begin with it."""
MAX_PRESETS = 200
"""The number of presets that an owner may have."""
MAX_IN_TRASH = 20
_ROWS = OwnedRows(presets, "This preset is no longer there.")


@dataclass(frozen=True, slots=True)
class StoredPreset:
    """A preset with its id."""

    id: str
    preset: Preset

    @property
    def is_built_in(self) -> bool:
        """Whether it comes with the program."""
        return self.id.startswith(BUILT_IN)


class PresetStore:
    """The presets of every owner. Each method finds only the given owner's and the built-in ones.

    Methods that take an id raise NotFoundError if the owner has no such preset, and those that take a name raise
    InputError if the name is taken. All methods raise StoreError if the database fails.
    """

    def __init__(self, database: Database, built_in: Sequence[Preset]) -> None:
        self._database = database
        self.built_in = tuple(StoredPreset(BUILT_IN + preset.name, preset) for preset in built_in)

    def find(self, owner: str) -> tuple[StoredPreset, ...]:
        """The owner's presets by name, then the built-in ones."""
        with self._database.reading() as connection:
            return self._all(connection, owner)

    def load(self, owner: str, id: str) -> StoredPreset:
        """The preset of that id, which is the owner's or built-in."""
        found = next((each for each in self.find(owner) if each.id == id), None)
        if found is None:
            raise NotFoundError(_ROWS.gone)
        return found

    def named(self, owner: str, name: str) -> StoredPreset | None:
        """The preset of that name, whatever its case; None if there is none."""
        folded = folded_name(name)
        return next((each for each in self.find(owner) if folded_name(each.preset.name) == folded), None)

    def add(self, owner: str, preset: Preset) -> StoredPreset:
        """Store a preset under its name. Raises InputError if the owner has too many."""
        with self._database.writing() as connection:
            taken = self._names(connection, owner)
            self._refuse_taken(preset.name, taken)
            self._refuse_too_many(len(taken) + 1)
            return _insert(connection, owner, preset)

    def add_all(self, owner: str, found: Sequence[Preset]) -> tuple[StoredPreset, ...]:
        """Store all of these or none. Those whose names are taken get a number. Raises InputError for too many."""
        kept: list[StoredPreset] = []
        with self._database.writing() as connection:
            taken = self._names(connection, owner)
            self._refuse_too_many(len(taken) + len(found))
            for preset in found:
                kept.append(_insert(connection, owner, Preset(free_name(preset.name, taken), preset.parameters)))
                taken.append(kept[-1].preset.name)
        return tuple(kept)

    def replace(self, owner: str, id: str, parameters: SamplingParameters) -> StoredPreset:
        """Store other parameters under the same name."""
        with self._database.writing() as connection:
            preset = Preset(_own(connection, owner, id).name, parameters)
            _change(connection, owner, id, preset, parameters=preset.values)
        return StoredPreset(id, preset)

    def rename(self, owner: str, id: str, name: str) -> StoredPreset:
        """Give the preset another name. Raises InputError for a name without a visible character, too."""
        with self._database.writing() as connection:
            before = _own(connection, owner, id)
            preset = Preset(name, before.parameters)
            if folded_name(preset.name) != folded_name(before.name):
                self._refuse_taken(preset.name, self._names(connection, owner))
            _change(connection, owner, id, preset)
        return StoredPreset(id, preset)

    def trash(self, owner: str, id: str) -> None:
        """Put the preset into the trash, and delete for good what the trash has no room for."""
        with self._database.writing() as connection:
            _change(connection, owner, id, _own(connection, owner, id), deleted_at=datetime.now(UTC))
            newest = connection.scalars(_trash(owner).with_only_columns(presets.c.id).limit(MAX_IN_TRASH)).all()
            is_older = (presets.c.deleted_at.is_not(None), presets.c.id.not_in(newest))
            connection.execute(delete(presets).where(presets.c.owner == owner, *is_older))

    def last_deleted(self, owner: str) -> str | None:
        """The name of the preset that `restore` would bring back; None if the trash is empty."""
        with self._database.reading() as connection:
            row = connection.execute(_trash(owner)).first()
        return None if row is None else str(row.name)

    def restore(self, owner: str) -> StoredPreset:
        """Bring back the preset that was deleted last. It gets a number if its name is taken by now.

        Raises InputError if the owner has too many already.
        """
        with self._database.writing() as connection:
            row = connection.execute(_trash(owner)).mappings().first()
            if row is None:
                raise NotFoundError(_ROWS.gone)
            taken = self._names(connection, owner)
            self._refuse_too_many(len(taken) + 1)
            preset = Preset(free_name(row["name"], taken), _preset_of(row).parameters)
            _change(connection, owner, row["id"], preset, deleted_at=None)
        return StoredPreset(row["id"], preset)

    def _all(self, connection: Connection, owner: str) -> tuple[StoredPreset, ...]:
        own = select(presets).where(presets.c.owner == owner, presets.c.deleted_at.is_(None))
        rows = connection.execute(own.order_by(presets.c.folded_name)).mappings()
        return (*(StoredPreset(row["id"], _preset_of(row)) for row in rows), *self.built_in)

    def _names(self, connection: Connection, owner: str) -> list[str]:
        return [each.preset.name for each in self._all(connection, owner)]

    def _refuse_taken(self, name: str, taken: Sequence[str]) -> None:
        if folded_name(name) in (folded_name(each.preset.name) for each in self.built_in):
            raise InputError("{name} is a built-in preset and stays as it is. Choose another name.", name=name)
        if folded_name(name) in map(folded_name, taken):
            raise _taken(name)

    def _refuse_too_many(self, number: int) -> None:
        if number - len(self.built_in) > MAX_PRESETS:
            raise InputError("You may keep {number} presets. Delete some, then try again.", number=MAX_PRESETS)


def _trash(owner: str) -> Select[Any]:
    """The owner's deleted presets, the latest first."""
    deleted = select(presets).where(presets.c.owner == owner, presets.c.deleted_at.is_not(None))
    return deleted.order_by(presets.c.deleted_at.desc())


def _own(connection: Connection, owner: str, id: str) -> Preset:
    """The owner's own preset, not in the trash. Raises NotFoundError, and InputError for a built-in one."""
    if id.startswith(BUILT_IN):
        raise InputError("Built-in presets stay as they are. Save the settings under a name of your own.")
    row = _ROWS.read(connection, owner, id)
    if row["deleted_at"] is not None:
        raise NotFoundError(_ROWS.gone)
    return _preset_of(row)


def _insert(connection: Connection, owner: str, preset: Preset) -> StoredPreset:
    values = {"id": new_id(), "owner": owner, "parameters": preset.values, **_name_values(preset)}
    try:
        connection.execute(insert(presets).values(values))
    except IntegrityError as error:
        raise _taken(preset.name) from error
    return StoredPreset(str(values["id"]), preset)


def _change(connection: Connection, owner: str, id: str, preset: Preset, **values: object) -> None:
    """Write the preset's name and these values. Raises InputError if somebody took the name in the meantime."""
    try:
        _ROWS.change(connection, owner, id, {**_name_values(preset), **values})
    except IntegrityError as error:
        raise _taken(preset.name) from error


def _name_values(preset: Preset) -> Mapping[str, str]:
    return {"name": preset.name, "folded_name": folded_name(preset.name)}


def _preset_of(row: RowMapping) -> Preset:
    return Preset(row["name"], fitted(row["parameters"], row["parameters"])[0])


def _taken(name: str) -> InputError:
    return InputError("You have a preset called {name} already. Choose another name.", name=name)
