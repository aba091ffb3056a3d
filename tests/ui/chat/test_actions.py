from dataclasses import replace
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Version
from pyg_ui.errors import InputError
from pyg_ui.ui.chat.actions import MAX_MESSAGE_CHARACTERS, UserAction, perform_action
from pyg_ui.ui.chat.transcript import messages
from pyg_ui.ui.session import Session

BOB = Character("Bob", greeting="Hello!")
CHAT = replace(Chat.start(BOB), seed=5).say("Hi").with_replies([Version("a"), Version("b")])


def opened() -> Session:
    return Session.open(CHAT)


def shown(session: Session) -> str:
    return "".join(message["content"][0]["text"] for message in messages(session))


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([UserAction("next", 2)], CHAT.choose_version(2, 1)),
        ([UserAction("next", 2), UserAction("previous", 2)], CHAT),
        ([UserAction("pick", 1)], CHAT.choose_version(2, 1)),
        ([UserAction("edit", 1), UserAction("save", 1, "Ho")], CHAT.edit(1, "Ho")),
        ([UserAction("edit", 1), UserAction("cancel", 1)], CHAT),
        ([UserAction("delete", 0)], CHAT.delete(0)),
        ([UserAction("branch", 1)], CHAT.branch(1)),
    ],
)
def test_each_button_does_what_it_says(actions: list[UserAction], expected: Chat) -> None:
    session = opened()
    for action in actions:
        perform_action(session, action)
    assert session.chat == expected
    assert session.editing is None


@pytest.mark.parametrize(
    "action",
    [
        UserAction("next", 1),
        UserAction("next", -1),
        UserAction("previous", 2),
        UserAction("previous", 99),
        UserAction("edit", 3),
        UserAction("edit", -1),
        UserAction("save", 9, "x"),
        UserAction("save", 1, " "),
        UserAction("save", 1, "x" * (MAX_MESSAGE_CHARACTERS + 1)),
        UserAction("delete", -1),
        UserAction("branch", 3),
        UserAction("pick", 2),
        UserAction("__class__", 0),
    ],
)
def test_what_no_button_asks_for_is_an_error_and_changes_nothing(action: UserAction) -> None:
    session = opened()
    with pytest.raises(InputError):
        perform_action(session, action)
    assert (session.chat, session.editing) == (CHAT, None)


@pytest.mark.parametrize(
    "told", [{}, {"name": 1, "place": 1}, {"name": "edit", "place": True}, {"name": "edit", "place": 1, "text": None}]
)
def test_an_unreadable_report_is_an_error(told: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="unreadable"):
        UserAction.read(told)


def test_a_branch_leaves_the_whole_chat_one_click_away() -> None:
    session = opened()
    perform_action(session, UserAction("branch", 1))
    session.restore()
    assert session.chat == CHAT


def test_only_the_last_reply_offers_another_one() -> None:
    session = opened()
    assert "name=&quot;another" not in shown(session)
    assert 'name="next" value="2"' in shown(session)
    perform_action(session, UserAction("next", 2))
    assert 'name="another" value="2"' in shown(session)
    session.show(session.chat.say("So"))
    assert 'name="another"' not in shown(session)
    assert 'name="next" value="2" title="Next version" disabled' in shown(session)


def test_a_turn_that_is_edited_shows_its_source_as_harmless_text() -> None:
    session = Session.open(Chat(BOB).say("*waves*\n  <b>{{user}}</b>"))
    perform_action(session, UserAction("edit", 0))
    assert "&#42;waves&#42;<br>  &#60;b&#62;&#123;&#123;user" in shown(session)


def test_messages_that_fell_out_of_the_context_are_marked() -> None:
    session = opened()
    session.num_dropped_turns = 2
    marks = [message["content"][0]["text"].split(">")[0] for message in messages(session)]
    assert marks[:2] == ['<i class="dropped"'] * 2
    assert marks[2].startswith('<i class="edge"')
