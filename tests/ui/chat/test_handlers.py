import asyncio

import pytest

from pyg_ui.dialogue.chat import Chat
from pyg_ui.ui.chat.transcript import messages
from pyg_ui.ui.chat.view import ChatView, chat_view, lesson
from pyg_ui.ui.session import NUM_DRAWN_TURNS, Session
from tests.fakes import FakeEngine
from tests.ui.chat.conversations import BOB, EVE, conversation, drawn, form, run, shown, slow_conversation, texts, until


def test_a_reply_begins_with_an_open_bubble_and_ends_with_its_numbers() -> None:
    talk, session = slow_conversation()
    begun, settled = run(talk, session, talk.send(session, "Hi", **form()))
    assert begun.message["value"] == ""
    assert begun.message["stop_btn"] is True
    assert begun.regenerate["interactive"] is False
    assert shown(begun)[-2].endswith("Hi")
    assert shown(begun)[-1].endswith('<span class="live"></span>')
    assert "Bob is thinking" in begun.note
    assert shown(settled)[-1].endswith("Hello there&#33;")
    assert "13 tokens" in settled.transcript["value"][-1]["content"][0]["text"]
    assert settled.message["submit_btn"] is True
    assert settled.regenerate["interactive"] is True


def test_a_reply_goes_on_when_the_event_that_asked_for_it_is_long_over() -> None:
    talk, session = slow_conversation()

    async def look() -> list[str]:
        await talk.send(session, "Hi", **form())
        seen: list[str] = []
        while session.is_writing:
            seen += shown(drawn(await talk.follow(session, "")))[-1:]
            await asyncio.sleep(0.04)
        return seen

    lengths = [len(text) for text in asyncio.run(look())]
    assert len(set(lengths)) > 2
    assert lengths == sorted(lengths)
    assert texts(session)[-1] == "Hello there!"


def test_a_line_for_the_person_is_written_into_the_box_and_leaves_the_chat_in_its_place() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB).say("Hi").with_reply("Hello."))
    before = session.chat
    _, settled = run(talk, session, talk.impersonate(session, "", **form()))
    assert settled.message["value"] == "Hello there!"
    assert session.chat is before, "a comparison or a lens that was made of it stays valid"


def test_what_is_typed_while_a_reply_is_on_its_way_is_left_alone() -> None:
    talk, session = slow_conversation()

    async def type_on() -> list[ChatView]:
        await talk.send(session, "Hi", **form())
        views = [drawn(await talk.follow(session, "next"))]
        assert session.writing is not None
        await session.writing.ended.wait()
        return [*views, drawn(await talk.follow(session, "next"))]

    assert all("value" not in view.message for view in asyncio.run(type_on()))


def test_a_message_that_is_sent_while_a_reply_is_on_its_way_stays_in_the_box() -> None:
    talk, session = slow_conversation()

    async def send_twice() -> ChatView:
        await talk.send(session, "Hi", **form())
        with pytest.warns(UserWarning, match="A reply is on its way"):
            again = await talk.send(session, "And?", **form())
        await talk.stop(session, "")
        return again

    again = asyncio.run(send_twice())
    assert "value" not in again.message
    assert again.message["stop_btn"] is True
    assert texts(session)[:2] == [BOB.greeting, "Hi"]


def test_stopping_keeps_the_partial_reply_and_says_so_whenever_it_is_shown() -> None:
    engine = FakeEngine(lambda prompt: " " + "word " * 200, delay_s=0.005)
    talk, session = conversation(engine), Session.open(Chat.start(BOB))

    async def stop_soon() -> ChatView:
        await talk.send(session, "Hi", **form())
        await until(lambda: "word" in session.chat.turns[-1].text)
        return drawn(await talk.stop(session, ""))

    settled = asyncio.run(stop_soon())
    assert "word" in shown(settled)[-1]
    assert "Stopped" in settled.note
    assert engine.generations[0].is_cancelled
    assert "Stopped" in chat_view(Session.open(session.chat)).note


def test_undo_gives_the_text_back() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    session.show(session.chat.say("Hi *there*").with_reply("Hm."))
    assert drawn(talk.undo(session, "")).message["value"] == "Hi *there*"
    assert texts(session) == [BOB.greeting]
    assert "value" not in drawn(talk.undo(session, "")).message


def test_edits_take_effect_on_the_next_message() -> None:
    engine = FakeEngine()
    talk, session = conversation(engine), Session.open(Chat.start(BOB))
    run(talk, session, talk.send(session, "Hi", **form(persona="Very old.")))
    assert "Very old." in engine.decode(engine.requests[0].prompt_ids)


def test_a_chat_that_holds_only_its_greeting_shows_the_edited_one() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    view = talk.edit(session, **form(greeting="Come in, {{user}}.", your_name="Ann"))
    assert shown(view)[0].endswith("Come in&#44; Ann&#46;")


def test_another_character_begins_a_new_chat_and_the_old_one_can_be_brought_back() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    run(talk, session, talk.send(session, "Hi", **form()))
    before = texts(session)
    session.start(Chat.start(EVE))
    assert texts(session) == []
    assert chat_view(session).restore["visible"] is True
    assert "Eve" in lesson(session)
    views = talk.restore(session)
    assert BOB.name in views
    assert texts(session) == before


def test_a_new_chat_keeps_the_edited_character() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    run(talk, session, talk.send(session, "Hi", **form()))
    talk.new_chat(session, **form(greeting="Again!"))
    assert texts(session) == ["Again!"]


def test_a_long_chat_is_drawn_in_part_until_more_is_asked_for() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    for number in range(NUM_DRAWN_TURNS):
        session.show(session.chat.say(str(number)).with_reply("Hm."))
    assert len(messages(session)) == NUM_DRAWN_TURNS
    assert chat_view(session).earlier["visible"] is True
    talk.show_earlier(session)
    assert len(messages(session)) == 2 * NUM_DRAWN_TURNS


def test_a_demos_replies_are_labelled_and_its_greeting_is_not() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    run(talk, session, talk.send(session, "Hi", **form()))
    labelled = ["tiny demo model" in message["content"][0]["text"] for message in messages(session)]
    assert labelled == [False, False, True]


def test_a_reply_goes_on_in_its_own_chat_while_another_one_is_on_the_screen() -> None:
    talk, session = slow_conversation(" " + "word " * 30, 0.002)

    async def leave() -> None:
        await talk.send(session, "Hi", **form())
        reply = session.writing
        assert reply is not None
        await until(lambda: len(session.chat.turns) == 3)
        session.start(Chat.start(EVE))
        assert (session.writing, texts(session)) == (None, [])
        await reply.ended.wait()
        assert (session.chat.character, texts(session)) == (EVE, [])
        talk.restore(session)

    asyncio.run(leave())
    assert texts(session)[-1] == ("word " * 30).strip()
    assert session.undo() == "Hi"


def test_a_reply_on_its_way_is_not_undone() -> None:
    talk, session = slow_conversation()
    session.show(session.chat.say("Before.").with_reply("Hm."))

    async def undo() -> None:
        await talk.send(session, "Hi", **form())
        with pytest.warns(UserWarning, match="A reply is on its way"):
            await asyncio.to_thread(talk.undo, session, "")
        await until(lambda: not session.is_writing)

    asyncio.run(undo())
    assert texts(session)[-2:] == ["Hi", "Hello there!"]


def test_a_message_that_comes_again_is_not_said_again() -> None:
    talk, session = conversation(), Session.open(Chat.start(BOB))
    nonce = "a" * 32
    run(talk, session, talk.send(session, "Hi", nonce, **form()))
    said = texts(session)
    again = asyncio.run(talk.send(session, "Hi", nonce, **form()))
    assert (texts(session), again.message["value"]) == (said, "")
    assert nonce in again.shown
    run(talk, session, talk.send(session, "Hi", "b" * 32, **form()))
    assert len(texts(session)) == len(said) + 2


def test_a_message_that_could_not_be_sent_may_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyg_ui.ui.notices.gr.Warning", lambda message, **_: None)
    talk, session = conversation(), Session.open(Chat.start(BOB))
    refused = asyncio.run(talk.send(session, "Hi", "a" * 32, **form(character_name="")))
    assert "value" not in refused.message
    run(talk, session, talk.send(session, "Hi", "a" * 32, **form()))
    assert "Hi" in texts(session)
