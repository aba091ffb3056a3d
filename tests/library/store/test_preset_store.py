"""Presets in the database: each owner's own under different names, beside the built-in ones."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError, NotFoundError
from pyg_ui.library.presets.preset import Preset
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.presets import MAX_IN_TRASH, MAX_PRESETS, PresetStore

ALICE, BOB = "user:alice", "user:bob"
BUILT_IN = (Preset("Default", SamplingParameters()), Preset("Classic", SamplingParameters(temperature=0.65)))
CALM = Preset("Calm", SamplingParameters.neutral(temperature=0.3, top_k=40, epsilon_cutoff=0.0003))


@pytest.fixture
def store(database: Database) -> PresetStore:
    return PresetStore(database, BUILT_IN)


def names(store: PresetStore, owner: str = ALICE) -> list[str]:
    return [each.preset.name for each in store.find(owner) if not each.is_built_in]


def test_a_preset_is_kept_with_every_value(store: PresetStore) -> None:
    kept = store.add(ALICE, CALM)
    assert store.load(ALICE, kept.id) == kept
    assert kept.preset == CALM
    assert isinstance(store.load(ALICE, kept.id).preset.parameters.top_k, int)


def test_own_presets_come_by_name_before_the_built_in_ones(store: PresetStore) -> None:
    for name in ("warm", "Calm"):
        store.add(ALICE, Preset(name, CALM.parameters))
    assert [each.preset.name for each in store.find(ALICE)] == ["Calm", "warm", "Default", "Classic"]
    assert [each.is_built_in for each in store.find(ALICE)] == [False, False, True, True]


def test_another_owner_finds_changes_and_deletes_nothing(store: PresetStore) -> None:
    kept = store.add(ALICE, CALM)
    assert names(store, BOB) == []
    for attempt in (
        lambda: store.load(BOB, kept.id), lambda: store.rename(BOB, kept.id, "Mine"), lambda: store.restore(BOB),
        lambda: store.replace(BOB, kept.id, SamplingParameters()), lambda: store.trash(BOB, kept.id),
    ):  # fmt: skip
        with pytest.raises(NotFoundError):
            attempt()
    store.trash(ALICE, kept.id)
    assert store.last_deleted(BOB) is None
    store.restore(ALICE)
    assert store.load(ALICE, kept.id).preset == CALM
    assert store.add(BOB, CALM).preset == CALM, "names are each owner's own"


def test_a_name_is_used_once_whatever_its_case(store: PresetStore) -> None:
    store.add(ALICE, CALM)
    with pytest.raises(InputError, match="already"):
        store.add(ALICE, Preset("cALM", CALM.parameters))
    with pytest.raises(InputError, match="built-in"):
        store.add(ALICE, Preset("classic", CALM.parameters))
    named = store.named(ALICE, " calm ")
    assert named is not None
    assert named.preset.name == "Calm"
    assert store.named(BOB, "Calm") is None
    assert names(store) == ["Calm"]


@pytest.mark.parametrize("name", ["\tcalm  evening\n", "Calm\nEvening", "Calm\u00a0evening"])
def test_a_name_is_compared_as_it_is_kept(store: PresetStore, name: str) -> None:
    kept = store.add(ALICE, Preset("Calm evening", CALM.parameters))
    assert store.named(ALICE, name) == kept
    with pytest.raises(InputError, match="already"):
        store.add(ALICE, Preset(name, CALM.parameters))


def test_who_takes_a_name_in_the_same_moment_is_told(store: PresetStore, database: Database) -> None:
    store.add(ALICE, CALM)
    other = store.add(ALICE, Preset("Other", CALM.parameters))
    with database.writing() as connection:  # as it is found before the other one has written
        connection.execute(text("UPDATE presets SET name = 'Unseen' WHERE folded_name = 'calm'"))
    with pytest.raises(InputError, match="called Calm already"):
        store.add(ALICE, CALM)
    with pytest.raises(InputError, match="called Calm already"):
        store.rename(ALICE, other.id, "Calm")
    assert names(store) == ["Unseen", "Other"]


def test_a_preset_is_renamed_and_written_over(store: PresetStore) -> None:
    kept = store.add(ALICE, CALM)
    assert store.rename(ALICE, kept.id, "CALM").preset.name == "CALM"
    store.rename(ALICE, kept.id, "Quiet")
    store.replace(ALICE, kept.id, SamplingParameters(temperature=0.2))
    assert store.load(ALICE, kept.id).preset == Preset("Quiet", SamplingParameters(temperature=0.2))
    store.add(ALICE, CALM)
    for name in ("calm", "Default", " "):
        with pytest.raises(InputError):
            store.rename(ALICE, kept.id, name)
    assert names(store) == ["Calm", "Quiet"]


def test_built_in_presets_stay_as_they_are(store: PresetStore) -> None:
    id = store.find(ALICE)[0].id
    for attempt in (
        lambda: store.rename(ALICE, id, "Mine"), lambda: store.trash(ALICE, id),
        lambda: store.replace(ALICE, id, CALM.parameters),
    ):  # fmt: skip
        with pytest.raises(InputError, match="Built-in"):
            attempt()


def test_deleted_presets_come_back_the_last_one_first(store: PresetStore) -> None:
    ids = [store.add(ALICE, Preset(name, CALM.parameters)).id for name in ("One", "Two")]
    for id in ids:
        store.trash(ALICE, id)
    assert names(store) == []
    with pytest.raises(NotFoundError):
        store.load(ALICE, ids[0])
    store.add(ALICE, Preset("two", CALM.parameters))
    assert store.last_deleted(ALICE) == "Two"
    assert [store.restore(ALICE).preset.name for _ in ids] == ["Two (2)", "One"]
    assert store.last_deleted(ALICE) is None


def test_the_trash_forgets_the_oldest(store: PresetStore) -> None:
    for number in range(MAX_IN_TRASH + 2):
        store.trash(ALICE, store.add(ALICE, Preset(f"No. {number}", CALM.parameters)).id)
    restored = [store.restore(ALICE).preset.name for _ in range(MAX_IN_TRASH)]
    assert restored[-1] == "No. 2"
    assert store.last_deleted(ALICE) is None


def test_what_is_brought_in_finds_a_free_name(store: PresetStore) -> None:
    kept = store.add_all(ALICE, [CALM, CALM, Preset("Classic", CALM.parameters)])
    assert [each.preset.name for each in kept] == ["Calm", "Calm (2)", "Classic (2)"]
    assert names(store) == ["Calm", "Calm (2)", "Classic (2)"]


def test_too_many_are_refused_all_together(store: PresetStore) -> None:
    store.add_all(ALICE, [CALM] * (MAX_PRESETS - 1))
    with pytest.raises(InputError, match="200 presets"):
        store.add_all(ALICE, [CALM, CALM])
    assert len(names(store)) == MAX_PRESETS - 1
    last = Preset("Last", CALM.parameters)
    store.trash(ALICE, store.add(ALICE, last).id)
    store.add(ALICE, last)
    with pytest.raises(InputError, match="200 presets"):
        store.restore(ALICE)
    assert (len(names(store)), store.last_deleted(ALICE)) == (MAX_PRESETS, "Last")


def test_values_of_another_version_are_fitted(store: PresetStore, database: Database) -> None:
    kept = store.add(ALICE, CALM)
    with database.writing() as connection:
        values = '{"temperature": 9, "gone": 3}'
        connection.execute(text("UPDATE presets SET parameters = :values"), {"values": values})
    assert store.load(ALICE, kept.id).preset.parameters == SamplingParameters.neutral(temperature=2)
