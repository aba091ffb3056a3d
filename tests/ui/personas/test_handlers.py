"""Personas on the page: chosen for a chat, remembered in it, one of them for new chats, over a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.personas import Persona, PersonaStore
from pyg_ui.ui.personas.handlers import PersonaHandlers
from pyg_ui.ui.personas.view import PersonasView
from pyg_ui.ui.portraits import Portraits
from pyg_ui.ui.session import Session
from tests.ui.building import reply_in
from tests.ui.test_portraits import plain_picture

ODO = Character("Odo")
HOSTILE = '<script>window.broken = 1</script>"><img src=x>'


@dataclass
class Page:
    """One visitor's page."""

    handlers: PersonaHandlers
    session: Session = field(default_factory=lambda: Session.open(Chat.start(ODO)))

    def __post_init__(self) -> None:
        self.session.record.owner = "ann"

    @property
    def store(self) -> PersonaStore:
        return self.handlers.store

    @property
    def person(self) -> tuple[str, str, str]:
        chat = self.session.chat
        return chat.person_name, chat.person_description, chat.person_id

    def typed(self, name: str, description: str = "") -> dict[str, Any]:
        return {"your_name": name, "your_description": description}

    def choose(self, id: str) -> None:
        self.handlers.choose(gr.EventData(None, {"act": "choose", "id": id}), self.session)

    def shown(self) -> PersonasView:
        return self.handlers.show(self.session)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    database = Database.in_directory(tmp_path / "data")
    database.open()
    personas = PersonaStore(database)
    yield Page(PersonaHandlers(personas, Portraits(CharacterStore(database, {}), personas)))
    database.close()


def test_what_the_fields_say_becomes_a_persona_that_new_chats_begin_with(page: Page) -> None:
    page.handlers.save_as(page.session, **page.typed("Captain Ann", "Sails."))
    (kept,) = page.store.find("ann")
    assert page.person == ("Captain Ann", "Sails.", kept.id)
    page.session.start_with(Card("Wren"))
    assert page.person == ("Captain Ann", "Sails.", kept.id)
    page.choose("")
    assert page.person == ("You", "", "")
    page.session.start_with(Card("Wren"))
    assert page.person[0] == "Captain Ann", "the first persona is the default"


def test_a_chat_remembers_its_persona_and_keeps_its_own_copy(page: Page) -> None:
    ann, cook = page.store.add("ann", Persona("Ann", "Sails.")), page.store.add("ann", Persona("Cook", "Cooks."))
    page.choose(cook)
    chats = ChatStore(page.store._database)
    stored = chats.create("ann", page.session.chat)
    page.choose(ann)
    assert page.person == ("Ann", "Sails.", ann)
    page.store.replace("ann", cook, Persona("Chef", "Bakes."))
    loaded = chats.load("ann", stored.id)
    assert (loaded.chat.person_name, loaded.chat.person_id) == ("Cook", cook)
    page.session.start(loaded.chat, loaded)
    page.session.start_anew(page.session.chat)
    assert page.person == ("Cook", "Cooks.", cook), "a new chat with the same character has the same person"


def test_another_page_begins_with_the_default(page: Page) -> None:
    page.store.add("ann", Persona("Ann"))
    cook = page.store.add("ann", Persona("Cook"))
    page.choose(cook)
    page.handlers.make_default(page.session)
    other = Page(page.handlers)
    page.handlers.arrive(other.session)
    other.session.arrive()
    assert other.person == ("Cook", "", cook)


def test_a_persona_is_edited_only_when_it_is_saved(page: Page) -> None:
    page.handlers.save_as(page.session, **page.typed("Ann"))
    id = page.session.chat.person_id
    page.handlers.save(page.session, **page.typed("Ann", "Sails alone."))
    assert page.store.load("ann", id).persona == Persona("Ann", "Sails alone.")
    with pytest.warns(UserWarning, match="needs a name"):
        page.handlers.save(page.session, **page.typed(" "))
    page.choose("")
    with pytest.warns(UserWarning, match="no longer there"):
        page.handlers.save(page.session, **page.typed("Nobody"))
    assert [each.persona.name for each in page.store.find("ann")] == ["Ann"]


def test_a_picture_is_made_small_and_makes_a_persona_where_none_is_chosen(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "me.png"
    path.write_bytes(plain_picture("red"))
    page.handlers.change_picture(page.session, str(path), **page.typed("Ann"))
    (kept,) = page.store.find("ann")
    assert kept.persona.picture is not None
    assert page.person == ("Ann", "", kept.id)
    assert not path.exists()
    assert "data:image/webp" in page.shown().tiles
    path.write_bytes(b"no picture")
    with pytest.warns(UserWarning, match=r"me\.png"):
        page.handlers.change_picture(page.session, str(path), **page.typed("Ann"))


def test_a_deleted_persona_leaves_its_chats_and_comes_back_from_the_trash(page: Page) -> None:
    page.handlers.save_as(page.session, **page.typed("Ann", "Sails."))
    id = page.session.chat.person_id
    shown = page.handlers.delete(page.session)
    assert page.person == ("Ann", "Sails.", id)
    assert "Ann" in shown.trash
    assert shown.delete["interactive"] is False
    page.session.start_with(Card("Wren"))
    assert page.person[0] == "Ann", "without a default the person stays"
    for act, titles in (("restore", ["Ann"]), ("burn", ["Ann"])):
        page.handlers.act_in_trash(gr.EventData(None, {"act": act, "id": id}), page.session)
        assert [each.persona.name for each in page.store.find("ann")] == titles
    page.handlers.delete(page.session)
    page.handlers.act_in_trash(gr.EventData(None, {"act": "delete", "id": id}), page.session)
    assert page.store.list_trash("ann") == ()


def test_nobody_reaches_another_owner_s_persona(page: Page) -> None:
    theirs = page.store.add("bob", Persona("Bob"))
    with pytest.warns(UserWarning, match="no longer there"):
        page.choose(theirs)
    assert page.person == ("You", "", "")
    assert "Bob" not in page.shown().tiles


def test_while_a_reply_is_on_its_way_the_person_stays(page: Page) -> None:
    ann = page.store.add("ann", Persona("Ann"))
    reply = reply_in(page.session)
    with pytest.warns(UserWarning, match="on its way"):
        page.choose(ann)
    assert page.session.writing is reply


def test_hostile_names_are_only_text(page: Page) -> None:
    page.handlers.save_as(page.session, **page.typed(HOSTILE, HOSTILE))
    assert "<script" not in page.shown().tiles
    assert "<script" not in page.handlers.delete(page.session).trash
