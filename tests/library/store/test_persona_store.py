"""People's own personas: each for its owner only, one of them the default, deleted ones in the trash."""

from __future__ import annotations

import pytest

from pyg_ui.errors import InputError, NotFoundError
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.personas import MAX_PERSONAS, Persona, PersonaStore
from tests.ui.test_portraits import plain_picture

ALICE, BOB = "user:alice", "user:bob"


@pytest.fixture
def store(database: Database) -> PersonaStore:
    return PersonaStore(database)


def test_a_persona_is_kept_with_its_picture_for_its_owner_only(store: PersonaStore) -> None:
    captain = Persona(" Captain\nAnn ", "Sails.\r\nSwears.", plain_picture("red"))
    id = store.add(ALICE, captain)
    assert store.load(ALICE, id).persona == Persona("Captain Ann", "Sails.\nSwears.", captain.picture)
    assert store.find(BOB) == ()
    for act in (lambda: store.load(BOB, id), lambda: store.replace(BOB, id, captain), lambda: store.trash(BOB, id),
                lambda: store.make_default(BOB, id)):  # fmt: skip
        with pytest.raises(NotFoundError, match="no longer there"):
            act()
    store.replace(ALICE, id, Persona("Ann"))
    assert [each.persona for each in store.find(ALICE)] == [Persona("Ann")]


def test_one_persona_is_the_default(store: PersonaStore) -> None:
    assert store.default(ALICE) is None
    first, second = store.add(ALICE, Persona("Zoe")), store.add(ALICE, Persona("ann"))
    other = store.add(BOB, Persona("Bob"))
    assert [(each.id, each.is_default) for each in store.find(ALICE)] == [(second, False), (first, True)]
    store.make_default(ALICE, second)
    assert [(each.id, each.is_default) for each in store.find(ALICE)] == [(second, True), (first, False)]
    assert [each.id for each in [store.default(BOB)] if each is not None] == [other]
    store.trash(ALICE, second)
    assert store.default(ALICE) is None
    store.restore(ALICE, second)
    assert store.default(ALICE) is None, "restoring does not change what new chats begin with"


def test_a_deleted_persona_waits_in_the_trash(store: PersonaStore) -> None:
    ann, zoe = store.add(ALICE, Persona("Ann", "Sails.")), store.add(ALICE, Persona("Zoe"))
    store.trash(ALICE, ann)
    store.trash(ALICE, zoe)
    assert store.find(ALICE) == ()
    assert [each.id for each in store.list_trash(ALICE)] == [zoe, ann]
    store.restore(ALICE, ann)
    assert [each.persona for each in store.find(ALICE)] == [Persona("Ann", "Sails.")]
    with pytest.raises(NotFoundError):
        store.delete(ALICE, ann)
    store.delete(ALICE, zoe)
    assert store.list_trash(ALICE) == ()


@pytest.mark.parametrize("name", ["", " \n", "\u200b"])
def test_a_persona_needs_a_name(name: str) -> None:
    with pytest.raises(InputError, match="needs a name"):
        Persona(name)


def test_there_is_a_limit(store: PersonaStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_PERSONAS > 2
    monkeypatch.setattr("pyg_ui.library.store.personas.MAX_PERSONAS", 2)
    for name in ("Ann", "Zoe"):
        store.add(ALICE, Persona(name))
    with pytest.raises(InputError, match="2 personas"):
        store.add(ALICE, Persona("One too many"))
