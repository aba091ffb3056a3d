"""Opening a page: the handler called as a function over a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.library.cards.card import Card
from pyg_ui.library.presets.built_in import PRESETS
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.chat_list import ChatList
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.personas import PersonaStore
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.library.store.settings import PAGE, SettingsStore
from pyg_ui.ui.account.handlers import AccountHandlers
from pyg_ui.ui.arrival import Arrival
from pyg_ui.ui.chats.handlers import ChatsHandlers
from pyg_ui.ui.chats.listing import Listing
from pyg_ui.ui.chats.lists import ChatLists
from pyg_ui.ui.frame.handlers import FrameHandlers
from pyg_ui.ui.gallery.handlers import GalleryHandlers
from pyg_ui.ui.owner import Visitor
from pyg_ui.ui.personas.handlers import PersonaHandlers
from pyg_ui.ui.portraits import Portraits
from pyg_ui.ui.sampling.keeper import SettingsKeeper
from pyg_ui.ui.sampling.presets.handlers import PresetHandlers
from pyg_ui.ui.sampling.presets.open_preset import OpenPreset
from pyg_ui.ui.sampling.remembered.handlers import RememberedHandlers
from pyg_ui.ui.session import Session
from tests.ui.building import saver_of

ID = "0123456789abcdef" * 2
ALICE = "user:alice"
ODO, WREN = Character("Odo", persona="A patient ferryman."), Character("Wren", greeting="Careful!")


@pytest.fixture
def arrival(tmp_path: Path) -> Iterator[Arrival]:
    database = Database.in_directory(tmp_path)
    database.open()
    saver = saver_of(database)
    cards = {character.name: Card.of(character) for character in (ODO, WREN)}
    store = CharacterStore(database, cards)
    chats = ChatsHandlers(saver, ChatLists(ChatList(database), Portraits(store)), store, tuple(cards.values()))
    presets = PresetHandlers(PresetStore(database, PRESETS), SettingsKeeper(SettingsStore(database)))
    yield Arrival(
        chats,
        GalleryHandlers(store),
        PersonaHandlers(PersonaStore(database), Portraits(store)),
        RememberedHandlers(presets, saver),
        FrameHandlers(Portraits(store)),
        AccountHandlers(SettingsStore(database)),
    )
    database.close()


@pytest.fixture(autouse=True)
def notices(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr("pyg_ui.ui.notices.gr.Warning", lambda message, **_: told.append(message))
    return told


def arrive(
    arrival: Arrival,
    told: dict[str, str] | None = None,
    *,
    username: str | None = None,
    query: str = "",
    language: str = "en",
    session: Session | None = None,
) -> tuple[Session, tuple[Any, ...]]:
    session = session or Session.open(Chat.start(ODO))
    headers = [(b"accept-language", language.encode())]
    scope = {"type": "http", "headers": headers, "query_string": query.encode()}
    opened = OpenPreset(arrival.remembered.presets.store.built_in[0])
    request = gr.Request(Request(scope), username=username)
    return session, asyncio.run(arrival.arrive(request, session, told, "", Listing(), opened))


@pytest.mark.parametrize(("username", "owner"), [("alice", ALICE), (None, f"browser:{ID}")])
def test_who_arrives_sees_the_chat_they_saw_last(arrival: Arrival, username: str | None, owner: str) -> None:
    store = arrival.chats.saver.store
    first = store.create(owner, Chat.start(ODO).say("First."))
    second = store.create(owner, Chat.start(ODO).say("Second."))
    for chat_id, expected in [(first.id, first), ("", second), ("f" * 32, second)]:
        session, views = arrive(arrival, Visitor(ID, chat_id).written(), username=username)
        assert session.chat == expected.chat
        assert {"browser_id": ID, "chat_id": expected.id} in views


def test_who_spoke_before_the_page_knew_them_keeps_that(arrival: Arrival) -> None:
    arrival.chats.saver.store.create(ALICE, Chat.start(ODO).say("Earlier."))
    session = Session.open(Chat.start(ODO))
    session.show(session.chat.say("Quick!"))
    arrive(arrival, username="alice", session=session)
    assert session.chat.turns[-1].text == "Quick!"
    assert len(arrival.chats.lists.chats.find(ALICE)) == 2


@pytest.mark.parametrize("stranger", [{"username": "bob"}, {"told": Visitor("f" * 32).written()}, {}])
def test_nobody_arrives_on_a_page_that_another_has_opened(arrival: Arrival, stranger: dict[str, Any]) -> None:
    for first in ({"username": "alice"}, {"told": Visitor(ID).written()}):
        session, _ = arrive(arrival, **first)
        owner = session.record.owner
        with pytest.raises(gr.Error, match="Somebody else opened this page"):
            arrive(arrival, session=session, **stranger)
        assert session.record.owner == owner
        arrive(arrival, session=session, **first)


def test_the_address_may_name_a_character_and_the_last_chat_is_set_aside(arrival: Arrival) -> None:
    stored = arrival.chats.saver.store.create(ALICE, Chat.start(ODO).say("Earlier."))
    session, _ = arrive(arrival, username="alice", query="character=wren")
    assert [turn.text for turn in session.chat.turns] == ["Careful!"]
    session.restore()
    assert session.chat == stored.chat


def test_a_character_nobody_knows_is_named_as_missing_and_the_last_chat_opens(
    arrival: Arrival, notices: list[str]
) -> None:
    stored = arrival.chats.saver.store.create(ALICE, Chat.start(ODO).say("Earlier."))
    session, _ = arrive(arrival, username="alice", query="character=Nobody")
    assert len(notices) == 1
    assert notices[0].endswith("address names is not here.")
    assert session.chat == stored.chat


def test_the_first_view_speaks_the_visitors_language(arrival: Arrival) -> None:
    session, views = arrive(arrival, language="de-AT,de;q=0.9")
    assert session.language == "de"
    assert "Figur bearbeiten" in views[1]


def test_the_language_that_a_person_chose_counts_before_the_browsers(arrival: Arrival) -> None:
    arrival.account.store.put(ALICE, PAGE, {"language": "fr"})
    session, views = arrive(arrival, username="alice", language="de")
    assert session.language == "fr"
    assert any("Connecté en tant que" in str(view) and "alice" in str(view) for view in views)
    assert arrive(arrival, username="bob", language="de")[0].language == "de"
