"""The chats panel's handlers, called as functions over a real database."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.errors import NotFoundError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.chat_list import ChatGroup, ChatList, ChatSummary
from pyg_ui.library.store.database import Database
from pyg_ui.ui.chats.handlers import ChatsHandlers
from pyg_ui.ui.chats.listing import NUM_IN_GROUP, Listing
from pyg_ui.ui.chats.lists import ChatLists
from pyg_ui.ui.chats.view import ChatsView, ListedGroup, ListsView, chats_html, faces_html, new_html, trash_html
from pyg_ui.ui.portraits import Portraits
from pyg_ui.ui.session import Session
from tests import repository
from tests.ui.building import saver_of

ID = "0123456789abcdef" * 2
ALICE, BOB = "user:alice", "user:bob"
ODO = Character("Odo", persona="A patient ferryman.")
SAMPLES = repository.SAMPLES / "chats"


@pytest.fixture
def handlers(tmp_path: Path) -> Iterator[ChatsHandlers]:
    database = Database.in_directory(tmp_path)
    database.open()
    saver = saver_of(database)
    library = CharacterStore(database, {"odo": Card.of(ODO)})
    yield ChatsHandlers(saver, ChatLists(ChatList(database), Portraits(library)), library, [Card.of(ODO)])
    database.close()


def opened(owner: str = ALICE) -> Session:
    session = Session.open(Chat.start(ODO))
    session.record.owner = owner
    return session


def request(username: str | None = None) -> gr.Request:
    return gr.Request(Request({"type": "http", "headers": []}), username=username)


def click(
    handlers: ChatsHandlers, session: Session, act: Any, id: Any, listing: Listing | None = None, **sent: Any
) -> tuple[Any, ...]:
    event = gr.EventData(None, {"act": act, "id": id, **sent})
    return asyncio.run(handlers.perform(event, session, None, "", listing or Listing()))


def shown(handlers: ChatsHandlers, session: Session, listing: Listing, query: str = "") -> str:
    """The list as HTML."""
    return str(handlers.lists.view(session, query, listing).chats)


@pytest.fixture(autouse=True)
def notices(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr("pyg_ui.ui.notices.gr.Warning", lambda message, **_: told.append(message))
    monkeypatch.setattr("pyg_ui.ui.notices.gr.Info", lambda message, **_: told.append(message))
    return told


@pytest.mark.parametrize("act", ["open", "trash", "restore", "delete"])
def test_no_button_reaches_another_owners_chat(handlers: ChatsHandlers, notices: list[str], act: str) -> None:
    theirs = handlers.saver.store.create(BOB, Chat.start(ODO).say("A secret."))
    session = opened()
    before = session.chat
    click(handlers, session, act, theirs.id)
    assert session.chat == before
    assert notices == ["This chat is no longer there."]
    assert handlers.saver.store.load(BOB, theirs.id) == theirs
    assert len(handlers.lists.chats.find(BOB)) == 1


@pytest.mark.parametrize("act", [None, "", "rename", ["open"], {}])
@pytest.mark.parametrize("id", [None, 7, "../..", ["x"]])
def test_what_no_button_tells_does_nothing(handlers: ChatsHandlers, act: Any, id: Any) -> None:
    session = opened()
    click(handlers, session, act, id)
    assert session.chat == Chat.start(ODO)


def test_the_open_chat_is_kept_before_another_one_opens(handlers: ChatsHandlers) -> None:
    other = handlers.saver.store.create(ALICE, Chat.start(ODO).say("Earlier."))
    session = opened()
    session.show(session.chat.say("Later."))
    click(handlers, session, "open", other.id)
    assert session.chat == other.chat
    assert [each.title for each in handlers.lists.chats.find(ALICE)] == ["Later.", "Earlier."]


def test_throwing_the_open_chat_away_begins_a_new_one(handlers: ChatsHandlers) -> None:
    session = opened()
    session.show(session.chat.say("Hi"))
    asyncio.run(handlers.saver.save(session))
    assert session.record.stored is not None
    id = session.record.stored.id
    click(handlers, session, "trash", id)
    assert not session.chat.is_begun
    assert handlers.lists.chats.find(ALICE) == ()
    click(handlers, session, "delete", id)
    with pytest.raises(NotFoundError):
        handlers.saver.store.load(ALICE, id)


def test_a_title_somebody_may_be_typing_is_left_alone(handlers: ChatsHandlers) -> None:
    session = opened()
    session.show(session.chat.say("Hi"))
    told, *view = asyncio.run(handlers.save(request(), session, None, "", Listing()))
    assert view[3]["value"] == "Hi"
    session.show(session.chat.with_reply("Hello."))
    told, *view = asyncio.run(handlers.save(request(), session, told, "", Listing()))
    assert view[3] == gr.skip()


def test_a_chat_of_somebody_known_brings_its_character(handlers: ChatsHandlers, notices: list[str]) -> None:
    session = opened()
    asyncio.run(handlers.import_file(session, str(SAMPLES / "sillytavern.jsonl"), None, "", Listing()))
    assert session.record.stored is not None
    name = session.chat.character.name
    assert session.chat.character == (ODO if name == "Odo" else Character(name))
    assert "sillytavern.jsonl" in notices[0]
    assert session.chat.seed is not None


def import_text(handlers: ChatsHandlers, session: Session, tmp_path: Path, text: str, name: str = "x.jsonl") -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    asyncio.run(handlers.import_file(session, str(tmp_path / name), None, "", Listing()))


def lines(character_name: str, *said: str) -> str:
    rows: list[dict[str, Any]] = [{"user_name": "Anna", "character_name": character_name}]
    rows += [{"name": character_name, "is_user": False, "mes": each} for each in said]
    return "\n".join(map(json.dumps, rows))


def test_the_persons_own_card_comes_before_the_open_character_and_bundled_ones(
    handlers: ChatsHandlers, tmp_path: Path
) -> None:
    book = Lorebook((LorebookEntry("The river runs north.", ("river",)),))
    own = Card("Odo", "My own ferryman.", "dry", "At dusk.", "Across?", "{{user}}: Hi", book=book)
    handlers.library.add(BOB, Card("Odo", "Somebody else's."))
    handlers.library.add(ALICE, own)
    session = opened()
    import_text(handlers, session, tmp_path, lines("Odo", "Hop in."))
    assert session.chat.character == own.character
    assert session.chat.lorebooks == (book,)
    assert [turn.text for turn in session.chat.turns] == ["Hop in."]


def test_the_open_character_comes_before_a_bundled_one(handlers: ChatsHandlers, tmp_path: Path) -> None:
    session = Session.open(Chat.start(Character("Odo", persona="As he is on the screen.")))
    session.record.owner = ALICE
    import_text(handlers, session, tmp_path, lines("Odo", "Hop in."))
    assert session.chat.character.persona == "As he is on the screen."


def test_texts_in_the_file_come_before_those_of_the_card(handlers: ChatsHandlers, tmp_path: Path) -> None:
    session = opened()
    story = {"prompt": "Odo: Across?", "actions": ["\nYou: Yes."], "memory": "Odo is a smuggler."}
    import_text(handlers, session, tmp_path, json.dumps(story), "story.json")
    assert session.chat.character.persona == "Odo is a smuggler."


def test_all_chats_of_a_file_are_kept_and_the_first_is_opened(
    handlers: ChatsHandlers, notices: list[str], tmp_path: Path
) -> None:
    histories = [{"msgs": [{"text": f"Chat {number}."}]} for number in range(60)]
    session = opened()
    import_text(handlers, session, tmp_path, json.dumps({"histories": histories}), "dump.json")
    assert notices == ["60 chats imported from dump.json."]
    assert session.chat.turns[0].text == "Chat 0."
    found = handlers.lists.chats.find(ALICE, limit=100)
    assert [each.excerpt for each in found] == [f"Chat {number}." for number in range(60)]


def test_the_notice_says_which_messages_could_not_be_read(
    handlers: ChatsHandlers, notices: list[str], tmp_path: Path
) -> None:
    session = opened()
    import_text(handlers, session, tmp_path, lines("Odo", "Across?", "Hop in.") + '\n{"mes": "cut of')
    assert [turn.text for turn in session.chat.turns] == ["Across?", "Hop in."]
    assert notices[-1].endswith("1 of 3 messages could not be read: line 4.")


@pytest.mark.parametrize("content", [b"{", b'{"chat": []}', b"\0\0", b'{"name": "a card", "first_mes": "Hi"}'])
def test_a_file_that_is_no_chat_changes_nothing(
    handlers: ChatsHandlers, notices: list[str], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "x.json").write_bytes(content)
    session = opened()
    asyncio.run(handlers.import_file(session, str(tmp_path / "x.json"), None, "", Listing()))
    assert notices[0].startswith("x.json ")
    assert handlers.lists.chats.find(ALICE) == ()


@pytest.mark.parametrize(
    ("form", "name", "text"),
    [("sillytavern", "Hi.jsonl", '"mes": "Hi"'), ("pygmalion", "Hi.json", "You: Hi"),
     ("markdown", "Hi.md", "**You:** Hi"), ("text", "Hi.txt", "You: Hi\n")],
)  # fmt: skip
def test_a_chat_is_exported_in_every_format(handlers: ChatsHandlers, form: str, name: str, text: str) -> None:
    session = opened()
    session.show(session.chat.say("Hi"))
    asyncio.run(handlers.saver.save(session))
    exported = json.loads(asyncio.run(handlers.export_file(session, form)))
    assert exported["name"] == name
    assert text in base64.b64decode(exported["data"]).decode()


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_nothing_that_somebody_wrote_passes_for_markup(language: str) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    chat = ChatSummary("f" * 32, evil, evil, evil, 3, datetime(2026, 1, 2, tzinfo=UTC), True, None)
    group = ListedGroup(ChatGroup(evil, 2, chat.updated_at), [chat], is_unfolded=True)
    shown = chats_html([group], "", language, is_search=False)
    for html in (shown, trash_html([chat], language), new_html(evil, language), faces_html({evil: "data:image/webp"})):
        assert "<img" not in html
        assert "&lt;img" in html or "face-" in html


def test_groups_fold_and_only_unfolded_ones_send_their_chats(handlers: ChatsHandlers) -> None:
    store, session, listing = handlers.saver.store, opened(), Listing()
    for number in range(NUM_IN_GROUP + 2):
        store.create(ALICE, Chat(Character("Wren")).say(f"Wren {number}."))
    store.create(ALICE, Chat(ODO).say("To Odo."))
    html = shown(handlers, session, listing)
    assert "To Odo." in html, "the newest group is unfolded"
    assert "Wren 1." not in html, "a large one is not"
    click(handlers, session, "fold", "Wren", listing)
    click(handlers, session, "fold", "Odo", listing)
    click(handlers, session, "fold", "Nobody", listing)
    html = shown(handlers, session, listing)
    assert "To Odo." not in html
    assert html.count('data-act="open"') == NUM_IN_GROUP
    assert html.count('data-act="more"') == 1
    click(handlers, session, "more", "Wren", listing)
    html = shown(handlers, session, listing)
    assert html.count('data-act="open"') == NUM_IN_GROUP + 2
    assert 'data-act="more"' not in html
    click(handlers, session, "open", store.create(ALICE, Chat(ODO).say("Again.")).id, listing)
    assert "To Odo." in shown(handlers, session, listing), "the group of a chat that is opened unfolds"
    assert "Wren 3." in shown(handlers, session, listing, "wren 3")


def test_what_does_not_change_the_chat_leaves_the_screen_alone(handlers: ChatsHandlers) -> None:
    other = handlers.saver.store.create(ALICE, Chat.start(ODO).say("Other."))
    session, listing = opened(), Listing()
    session.show(session.chat.say("Hi"))
    asyncio.run(handlers.saver.save(session))
    for act, text in (("fold", ""), ("rename", "A title"), ("trash", ""), ("undo", "")):
        views = click(handlers, session, act, "Odo" if act == "fold" else other.id, listing, text=text)
        assert views[: -len(ListsView._fields) - len(ChatsView._fields) + 1].count(gr.skip()) > 20
    assert handlers.saver.store.load(ALICE, other.id).title == "A title"
    assert len(handlers.lists.chats.find(ALICE)) == 2


def test_undo_brings_the_open_chat_back_to_the_screen_with_its_steps(handlers: ChatsHandlers) -> None:
    session, listing = opened(), Listing()
    session.show(session.chat.say("Hi"))
    asyncio.run(handlers.saver.save(session))
    before, stored = session.history, session.record.stored
    assert stored is not None
    click(handlers, session, "trash", stored.id, listing)
    assert session.record.stored is None
    assert 'data-act="undo"' in shown(handlers, session, listing)
    click(handlers, session, "undo", "", listing)
    assert (session.history, session.record.stored, session.set_aside) == (before, stored, None)
    assert [each.id for each in handlers.lists.chats.find(ALICE)] == [stored.id]
    assert 'data-act="undo"' not in shown(handlers, session, listing)
    click(handlers, session, "undo", stored.id, listing)


def test_portraits_are_sent_once(handlers: ChatsHandlers) -> None:
    session, listing = opened(), Listing()
    handlers.saver.store.create(ALICE, Chat.start(ODO).say("Hi"))
    first = handlers.lists.view(session, "", listing)
    assert first.faces.count("data:image/") == 1
    again = handlers.lists.view(session, "", listing)
    assert (again.faces, again.new) == (gr.skip(), gr.skip())
    assert "Odo" in first.new
