"""People's own characters: kept whole, each for its owner only."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from pyg_ui.dialogue.chat import Chat
from pyg_ui.errors import CharacterError, InputError, NotFoundError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import read_card
from pyg_ui.library.cards.portrait import draw_portrait
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from tests import repository

SAMPLES = repository.SAMPLES / "cards"
ALICE, BOB = "user:alice", "user:bob"
WREN = Card("Wren", description="A lighthouse keeper.", tags=("coast",))


@pytest.fixture
def store(database: Database) -> CharacterStore:
    return CharacterStore(database, {"wren": WREN})


@pytest.mark.parametrize("name", ["tavern-v3.json", "tavern-v2.json", "pygmalion.json", "edge-html.json"])
def test_a_card_is_kept_with_all_its_foreign_fields_and_its_picture(store: CharacterStore, name: str) -> None:
    card = replace(read_card((SAMPLES / name).read_bytes(), name).card, picture=draw_portrait("Someone"))
    assert store.load(ALICE, store.add(ALICE, card)) == card


def test_an_own_card_is_found_by_its_name_and_then_by_its_nickname(store: CharacterStore) -> None:
    store.add(BOB, Card("Ada", "Somebody else's."))
    older, newer = Card("Ada", "The older one."), Card("Ada", "The newer one.")
    nicknamed = Card("Adelaide", nickname="Ada")
    for card in (older, newer, nicknamed):
        store.add(ALICE, card)
    store.trash(ALICE, store.add(ALICE, Card("Ada", "In the trash.")))
    assert store.own_named(ALICE, "Ada") == newer
    assert store.own_named(ALICE, "adelaide") == nicknamed
    assert store.own_named(ALICE, "Ad") is None
    assert store.own_named(ALICE, "Wren") is None


def test_own_characters_come_by_name_before_the_bundled_ones(store: CharacterStore) -> None:
    ids = {name: store.add(ALICE, Card(name)) for name in ("Zoe", "Ada")}
    found = store.find(ALICE)
    assert [each.id for each in found] == [ids["Ada"], ids["Zoe"], "bundled-wren"]
    assert [each.is_bundled for each in found] == [False, False, True]
    assert found[0].created_at is not None
    assert store.load(ALICE, "bundled-wren") == WREN


@pytest.mark.parametrize(
    ("query", "names"),
    [("", ["Élodie", "Wren"]), ("LIGHT keeper", ["Wren"]), ("élo", ["Élodie"]), ("ÉLO", ["Élodie"]), ("50%", []),
     ("paris", ["Élodie"]), ("COAST", ["Wren"]), ("wren paris", [])],
)  # fmt: skip
def test_a_search_finds_every_word_in_name_tags_and_description(
    store: CharacterStore, query: str, names: list[str]
) -> None:
    store.add(ALICE, Card("Élodie", description="Sells 500 kinds of tea.", tags=("Paris",)))
    assert [each.name for each in store.find(ALICE, query)] == names


def test_another_owner_finds_changes_and_deletes_nothing(store: CharacterStore) -> None:
    id = store.add(ALICE, Card("Ada"))
    assert [each.is_bundled for each in store.find(BOB)] == [True]
    for attempt in (
        lambda: store.load(BOB, id), lambda: store.thumbnail(BOB, id), lambda: store.rename(BOB, id, "Eve"),
        lambda: store.trash(BOB, id), lambda: store.replace(BOB, id, Card("Eve")),
    ):  # fmt: skip
        with pytest.raises(NotFoundError):
            attempt()
    store.trash(ALICE, id)
    assert list(store.list_trash(BOB)) == []
    for attempt in (lambda: store.restore(BOB, id), lambda: store.delete(BOB, id)):
        with pytest.raises(NotFoundError):
            attempt()
    store.restore(ALICE, id)
    assert store.load(ALICE, id) == Card("Ada")


def test_deleting_waits_in_the_trash(store: CharacterStore) -> None:
    id = store.add(ALICE, Card("Ada"))
    with pytest.raises(NotFoundError):
        store.delete(ALICE, id)
    store.trash(ALICE, id)
    assert [each.is_bundled for each in store.find(ALICE)] == [True]
    assert [(each.id, each.deleted_at is not None) for each in store.list_trash(ALICE)] == [(id, True)]
    store.delete(ALICE, id)
    with pytest.raises(NotFoundError):
        store.restore(ALICE, id)


def test_the_trash_lists_the_latest_first_and_restoring_brings_the_whole_card_back(store: CharacterStore) -> None:
    card = replace(WREN, picture=draw_portrait("Wren"))
    wren, ada, zoe = (store.add(ALICE, each) for each in (card, Card("Ada"), Card("Zoe")))
    for id in (wren, zoe, ada):
        store.trash(ALICE, id)
    assert [each.id for each in store.list_trash(ALICE)] == [ada, zoe, wren]
    store.restore(ALICE, wren)
    assert [each.id for each in store.list_trash(ALICE)] == [ada, zoe]
    assert [each.id for each in store.find(ALICE)] == [wren, "bundled-wren"]
    assert store.load(ALICE, wren) == card


def test_deleting_for_good_leaves_the_others_and_the_bundled_ones(store: CharacterStore) -> None:
    gone, kept = store.add(ALICE, Card("Ada")), store.add(ALICE, Card("Zoe"))
    store.trash(ALICE, gone)
    store.trash(ALICE, kept)
    store.delete(ALICE, gone)
    assert [each.id for each in store.list_trash(ALICE)] == [kept]
    for attempt in (lambda: store.load(ALICE, gone), lambda: store.delete(ALICE, gone)):
        with pytest.raises(NotFoundError):
            attempt()


def test_renaming_keeps_everything_else(store: CharacterStore) -> None:
    card = Card("Ada", nickname="A", description="Writes.", tags=("loom",), picture=draw_portrait("Ada"))
    id = store.add(ALICE, card)
    store.rename(ALICE, id, "Augusta")
    assert store.load(ALICE, id) == replace(card, name="Augusta", nickname="")
    assert [each.name for each in store.find(ALICE, "augusta loom")] == ["Augusta"]


def test_a_duplicate_is_a_character_of_its_own_that_is_called_as_before(store: CharacterStore) -> None:
    copy = store.duplicate(ALICE, store.load(ALICE, "bundled-wren"), "Wren (copy)")
    card = store.load(ALICE, copy)
    assert (card.name, card.character.name, card.description) == ("Wren (copy)", "Wren", WREN.description)
    store.rename(ALICE, copy, "Robin")
    assert store.load(ALICE, copy).character.name == "Robin"


def test_an_edited_card_takes_the_place_of_the_one_before(store: CharacterStore) -> None:
    id = store.add(ALICE, Card("Ada"))
    store.replace(ALICE, id, Card("Ada", description="Writes programs for looms."))
    assert [each.id for each in store.find(ALICE, "loom")] == [id]


def test_bundled_characters_stay_as_they_are(store: CharacterStore) -> None:
    for attempt in (
        lambda: store.rename(ALICE, "bundled-wren", "Robin"), lambda: store.trash(ALICE, "bundled-wren"),
        lambda: store.replace(ALICE, "bundled-wren", WREN), lambda: store.delete(ALICE, "bundled-wren"),
        lambda: store.restore(ALICE, "bundled-wren"),
    ):  # fmt: skip
        with pytest.raises(InputError, match="Duplicate it"):
            attempt()


@pytest.mark.parametrize("name", ["../../etc/passwd", "CON", "a/b\\c:d", "x" * 500, "💜" * 50])
def test_names_are_only_names(store: CharacterStore, name: str) -> None:
    id = store.add(ALICE, Card("Ada"))
    store.rename(ALICE, id, name)
    assert store.load(ALICE, id).name == name


def test_a_blank_name_is_refused(store: CharacterStore) -> None:
    id = store.add(ALICE, Card("Ada"))
    with pytest.raises(CharacterError):
        store.rename(ALICE, id, " \n")
    assert store.load(ALICE, id).name == "Ada"


@pytest.mark.parametrize("picture", [None, b"\x89PNG\r\n\x1a\n broken", draw_portrait("Ada")])
def test_every_character_has_a_small_picture(store: CharacterStore, picture: bytes | None) -> None:
    id = store.add(ALICE, Card("Ada", picture=picture))
    for each in (id, "bundled-wren"):
        with Image.open(io.BytesIO(store.thumbnail(ALICE, each))) as image:
            assert image.format == "WEBP"
            assert image.size == (192, 288)


def test_texts_that_postgresql_refuses_are_kept_readable(store: CharacterStore) -> None:
    card = store.load(ALICE, store.add(ALICE, Card("Ada", description="a\0b", extensions={"x": "c\0d"})))
    assert (card.description, card.extensions) == ("a\ufffdb", {"x": "c\ufffdd"})


def test_a_draft_is_marked_until_it_is_saved(store: CharacterStore) -> None:
    id = store.add(ALICE, Card("Ida"), is_draft=True)
    store.replace(ALICE, id, Card("Ida", description="Weaves."), is_draft=True)
    assert [(each.name, each.is_draft) for each in store.find(ALICE)] == [("Ida", True), ("Wren", False)]
    assert [store.is_draft(ALICE, each) for each in (id, "bundled-wren")] == [True, False]
    store.replace(ALICE, id, Card("Ida", tags=("loom", "coast")))
    found = store.find(ALICE, "loom")
    assert [(each.is_draft, each.tags) for each in found] == [(False, ("loom", "coast"))]
    assert [store.is_there(*each) for each in ((ALICE, id), (BOB, id), (ALICE, ""))] == [True, False, False]
    store.trash(ALICE, id)
    assert not store.is_there(ALICE, id)


def test_a_character_was_used_when_a_chat_with_it_changed(store: CharacterStore, database: Database) -> None:
    chats = ChatStore(database)
    id = store.add(ALICE, Card("Ida"))
    for character_id in ("bundled-wren", id, ""):
        chats.create(ALICE, replace(Chat.start(WREN.character), character_id=character_id))
    used = store.last_used(ALICE)
    assert set(used) == {"bundled-wren", id}
    assert used[id] > used["bundled-wren"]
    assert store.last_used(BOB) == {}


def test_a_backdrop_is_chosen_for_each_owner_and_character(store: CharacterStore) -> None:
    assert store.chosen_backdrop(ALICE, "bundled-wren") == ()
    store.choose_backdrop(ALICE, "bundled-wren", b"sea")
    store.choose_backdrop(ALICE, "bundled-wren", b"cliff")
    store.choose_backdrop(BOB, "bundled-wren", None)
    assert store.chosen_backdrop(ALICE, "bundled-wren") == (b"cliff",)
    assert store.chosen_backdrop(BOB, "bundled-wren") == (None,)
    store.choose_backdrop(ALICE, "bundled-wren")
    assert store.chosen_backdrop(ALICE, "bundled-wren") == ()
