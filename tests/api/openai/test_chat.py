"""`/v1/chat/completions`: the page's own prompt and replies, in OpenAI's shape."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from pyg_ui.api.application import build_api
from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.dialogue.prompt import build_prompt
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.service.replies import ChatService
from tests.api.served import INFO, client_of, manager_of
from tests.fakes import FakeEngine

CHAT = "/v1/chat/completions"
USER = {"role": "user", "content": "Hi"}
CHAR = Character("Wren", "A bird.", "In a tree.", "Hello, {{user}}!", "You: Hm?\n{{char}}: Tweet.")


def ask(client: TestClient, messages: list[Any] | None = None, **body: Any) -> Any:
    answer = client.post(CHAT, json={"messages": [USER] if messages is None else messages, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def streamed(client: TestClient, messages: list[Any], **body: Any) -> list[Any]:
    answer = client.post(CHAT, json={"messages": messages, "stream": True, **body})
    assert answer.status_code == 200, answer.text
    lines = [line for line in answer.text.split("\n") if line]
    assert lines[-1] == "data: [DONE]"
    return [json.loads(line[6:]) for line in lines[:-1]]


def prompt_for(messages: list[Any], **body: Any) -> str:
    engine = FakeEngine(model=INFO)
    client = TestClient(build_api(models=(models := manager_of(engine)), service=ChatService(models, [CHAR])))
    ask(client, messages, **body)
    return engine.decode(engine.requests[0].prompt_ids)


def page_prompt(chat: Chat) -> str:
    return build_prompt(chat, len, 10_000).text


def test_answers_with_the_characters_turn() -> None:
    engine = FakeEngine(lambda prompt: " I'm fine. \nYou: Good.")
    body = ask(client_of(engine), [{"role": "user", "content": "How are you?"}])
    assert body["object"] == "chat.completion"
    assert body["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "I'm fine."},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ]
    (request,) = engine.requests
    assert engine.decode(request.prompt_ids) == "<START>\nYou: How are you?\nAssistant:"
    assert request.parameters == SamplingParameters.neutral(max_new_tokens=180)
    num_new = len(" I'm fine. \nYou:")
    assert body["usage"] == {
        "prompt_tokens": len(request.prompt_ids), "completion_tokens": num_new,
        "total_tokens": len(request.prompt_ids) + num_new,
    }  # fmt: skip


def test_the_prompt_is_the_one_of_the_page() -> None:
    messages = [
        {"role": "system", "content": "A big strong man."},
        {"role": "developer", "content": "With a big heart."},
        {"role": "assistant", "name": "Michael", "content": "Hello, {{user}}!"},
        {"role": "user", "name": "Anna", "content": " {{char}}, how\r\nare you? "},
        {"role": "assistant", "name": "Michael", "content": "Fine."},
        {"role": "assistant", "content": None},
        {"role": "user", "content": [{"type": "text", "text": "Really?"}, {"type": "text", "text": "Sure?"}]},
        {"role": "user", "content": ""},
    ]
    chat = replace(
        Chat(Character("Michael", "A big strong man.\nWith a big heart.")),
        turns=(
            Turn.of(Role.CHARACTER, "Hello, {{user}}!"),
            Turn.of(Role.PERSON, " {{char}}, how\nare you? "),
            Turn.of(Role.CHARACTER, "Fine."),
            Turn.of(Role.PERSON, "Really?\nSure?"),
            Turn.of(Role.PERSON, "..."),
        ),
    )
    assert prompt_for(messages) == page_prompt(chat)


def test_a_character_of_the_library_comes_with_all_that_belongs_to_it() -> None:
    assert prompt_for([USER], character="Wren") == page_prompt(Chat.start(CHAR).say("Hi"))
    told = prompt_for([{"role": "system", "content": "It is cold."}, USER], character="Wren")
    assert told == page_prompt(Chat.start(replace(CHAR, persona="A bird.\nIt is cold.")).say("Hi"))
    greeted = prompt_for([{"role": "assistant", "content": "Oh."}, USER], character="Wren")
    assert greeted == page_prompt(replace(Chat(CHAR), turns=(Turn.of(Role.CHARACTER, "Oh."),)).say("Hi"))
    answer = client_of().post(CHAT, json={"messages": [USER], "character": "Nobody"})
    assert answer.status_code == 400


def test_the_narrator_may_name_the_character_and_may_be_alone() -> None:
    assert prompt_for([{"role": "system", "name": "Ann", "content": "A cook."}, USER]).endswith("\nYou: Hi\nAnn:")
    assert (
        prompt_for([{"role": "developer", "content": "string"}]) == "Assistant's Persona: string\n<START>\nAssistant:"
    )


def test_the_reply_is_cut_and_shown_as_on_the_page() -> None:
    messages = [{"role": "user", "name": "Anna", "content": "Hi"}]
    client = client_of(FakeEngine(lambda prompt: "  Well, <USER>, {{char}} is here 💜.\nAssistant: And so on."))
    expected = "Well, Anna, Assistant is here 💜."
    assert ask(client, messages)["choices"][0]["message"]["content"] == expected
    first, *pieces = [event["choices"][0] for event in streamed(client, messages)]
    assert first["delta"] == {"role": "assistant", "content": ""}
    assert "".join(piece["delta"].get("content", "") for piece in pieces) == expected
    assert pieces[-1] == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}


def test_each_token_with_text_is_one_event() -> None:
    client = client_of(FakeEngine(lambda prompt: "Hello there"))
    texts = [event["choices"][0]["delta"].get("content") for event in streamed(client, [USER])]
    assert texts == ["", *"Hello", " t", *"here", None]


def test_own_stops_end_the_reply_too() -> None:
    client = client_of(FakeEngine(lambda prompt: "One. Two. Three."))
    assert ask(client, stop=" Two")["choices"][0]["message"]["content"] == "One."


def test_both_names_of_the_limit() -> None:
    client = client_of(FakeEngine(lambda prompt: "abcdefgh"))
    for limits in ({"max_tokens": 3}, {"max_completion_tokens": 3}, {"max_completion_tokens": 3, "max_tokens": 5}):
        choice = ask(client, **limits)["choices"][0]
        assert (choice["message"]["content"], choice["finish_reason"]) == ("abc", "length")


def test_several_choices_are_streamed_side_by_side_and_counted() -> None:
    client = client_of(FakeEngine(lambda prompt: "hey"))
    assert [choice["index"] for choice in ask(client, n=3)["choices"]] == [0, 1, 2]
    *pieces, last = streamed(client, [USER], n=3, stream_options={"include_usage": True})
    for index in range(3):
        own = [event["choices"][0] for event in pieces if event["choices"][0]["index"] == index]
        assert "".join(piece["delta"].get("content", "") for piece in own) == "hey"
    assert last["usage"]["completion_tokens"] == 9
    assert last["choices"] == []


def test_old_turns_drop_before_persona_and_newest_message() -> None:
    engine = FakeEngine(model=replace(INFO, context_length=120))
    messages = [{"role": "system", "content": "P"}, *[{"role": "user", "content": f"turn {i}"} for i in range(30)]]
    ask(client_of(engine), messages, max_tokens=10)
    prompt = engine.decode(engine.requests[0].prompt_ids)
    assert prompt.startswith("Assistant's Persona: P\n<START>\nYou: turn")
    assert prompt.endswith("You: turn 29\nAssistant:")


@pytest.mark.parametrize("limit", [None, 180, 2048])
def test_a_reply_that_cannot_be_as_long_as_asked_takes_what_the_prompt_leaves(limit: int | None) -> None:
    engine = FakeEngine(lambda prompt: "b" * 2048, model=replace(INFO, context_length=300))
    body = ask(client_of(engine), [{"role": "system", "content": "p" * 200}, USER], max_tokens=limit)
    assert body["usage"]["total_tokens"] == 300
    assert body["choices"][0]["finish_reason"] == "length"


def test_a_long_limit_does_not_empty_the_history() -> None:
    engine = FakeEngine(lambda prompt: "b" * 2048, model=replace(INFO, context_length=400))
    messages = [{"role": "user", "content": f"turn {i:2}"} for i in range(15)]
    body = ask(client_of(engine), messages, max_tokens=2048)
    prompt = engine.decode(engine.requests[0].prompt_ids)
    assert prompt.startswith("<START>\nYou: turn  0\n")
    assert body["usage"]["total_tokens"] == 400


def test_what_cannot_fit_is_400_with_the_counts() -> None:
    client = client_of(FakeEngine(model=replace(INFO, context_length=100)))
    answer = client.post(CHAT, json={"messages": [{"role": "user", "content": "xyzzy" * 100}]})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["message"].startswith("This model's maximum context length is 100 tokens.")
    assert error["code"] == "context_length_exceeded"
    assert "506" in error["message"]
    assert "99" in error["message"]
    assert "Max new tokens" not in error["message"], "that is the page's name of a field"
    assert "xyzzy" not in answer.text


@pytest.mark.parametrize(
    "messages",
    [
        None, [], {}, "Hi", [None], ["Hi"], [{}], [{"role": "bot", "content": "x"}], [{"role": ["user"]}],
        [{"role": "user", "content": 5}], [{"role": "user", "content": [{"text": "x"}]}],
        [{"role": "user", "content": ["x"]}], [{"role": "user", "content": "\ud800"}],
        [{"role": "user", "content": "x", "name": 5}], [{"role": "user", "content": "x", "name": "n" * 65}],
        [{"role": "assistant", "content": "x", "name": "\u200b"}],
    ],
)  # fmt: skip
def test_bad_messages_are_400_in_the_dialects_shape(messages: Any) -> None:
    answer = client_of().post(CHAT, content=json.dumps({"messages": messages}))
    assert answer.status_code == 400, answer.text
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_macros_for_the_time_tell_that_of_the_request() -> None:
    prompt = prompt_for([{"role": "system", "content": "It is {{isodate}}, {{weekday}}."}, USER])
    assert re.search(r"It is \d{4}-\d\d-\d\d, \w+day\.", prompt)
