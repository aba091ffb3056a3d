"""What the messages of a chat request mean: continuation, tools, parts that are no text, and biased tokens."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.served import INFO, client_of
from tests.fakes import FakeEngine

CHAT = "/v1/chat/completions"
USER = {"role": "user", "content": "Hi"}
BEGUN = {"role": "assistant", "name": "Bob", "content": "Hello, I am"}


def ask(engine: FakeEngine, *messages: Any, **body: Any) -> Any:
    answer = client_of(engine).post(CHAT, json={"messages": messages, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def prompt_for(*messages: Any, **body: Any) -> str:
    engine = FakeEngine(model=INFO)
    ask(engine, *messages, **body)
    return engine.decode(engine.requests[0].prompt_ids)


def content_for(text: str, *messages: Any, **body: Any) -> str:
    engine = FakeEngine(lambda prompt: text, model=INFO)
    whole = ask(engine, *messages, **body)["choices"][0]["message"]["content"]
    answer = client_of(engine).post(CHAT, json={"messages": messages, "stream": True, **body})
    events = [json.loads(line[6:]) for line in answer.text.split("\n") if line and line != "data: [DONE]"]
    streamed = "".join(event["choices"][0]["delta"].get("content", "") for event in events)
    assert streamed == whole, "a stream adds up to the whole answer"
    return str(whole)


def test_a_last_message_of_the_assistant_is_continued_and_the_answer_has_what_is_new() -> None:
    assert prompt_for(USER, BEGUN) == "<START>\nYou: Hi\nBob: Hello, I am"
    assert content_for(" fine.\nYou: Good.", USER, BEGUN) == " fine."


def test_white_space_at_the_end_of_the_message_is_not_doubled() -> None:
    assert content_for(" fine.", USER, {**BEGUN, "content": "Hello, I am "}) == "fine."


def test_the_answer_begins_with_the_message_if_it_is_to_be_echoed() -> None:
    assert content_for(" fine.", USER, BEGUN, echo=True) == "Hello, I am fine."
    assert content_for(" fine.", USER, {**BEGUN, "content": "Hello, I am "}, echo=True) == "Hello, I am fine."
    assert content_for(" fine.", USER, echo=True) == "fine."


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        ({}, "Hello, I am"), ({"continue_final_message": True, "add_generation_prompt": False}, "Hello, I am"),
        ({"continue_final_message": True}, "Hello, I am"), ({"add_generation_prompt": False}, "Hello, I am"),
        ({"continue_final_message": None, "add_generation_prompt": None}, "Hello, I am"),
        ({"continue_final_message": False}, "Hello, I am\nBob:"),
        ({"add_generation_prompt": True}, "Hello, I am\nBob:"),
    ],
)  # fmt: skip
def test_a_client_may_say_whether_the_message_is_continued(fields: dict[str, Any], end: str) -> None:
    assert prompt_for(USER, BEGUN, **fields).endswith(f"\nBob: {end}")


def test_the_users_message_is_continued_where_that_is_asked() -> None:
    assert prompt_for(BEGUN, {"role": "user", "content": "I want"}, continue_final_message=True).endswith(
        "\nYou: I want"
    )


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"continue_final_message": True, "add_generation_prompt": True}, "continue_final_message"),
        ({"continue_final_message": "yes"}, "continue_final_message"), ({"echo": 1}, "echo"),
        ({"add_generation_prompt": 0}, "add_generation_prompt"),
    ],
)  # fmt: skip
def test_contradictions_and_wrong_kinds_are_refused(fields: dict[str, Any], param: str) -> None:
    answer = client_of().post(CHAT, json={"messages": [USER, BEGUN], **fields})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_late_instructions_stay_at_their_depth() -> None:
    system = {"role": "system", "content": "You are Bob."}
    late = {"role": "system", "content": "[Be brief.]"}
    assert prompt_for(system, USER, late, USER) == (
        "Bob's Persona: You are Bob.\n<START>\nYou: Hi\n[Author's note: Be brief.]\nYou: Hi\nBob:"
    )


def test_tools_are_read_as_text_with_their_name() -> None:
    called = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Ulm"}'}}
    assert prompt_for(
        USER, {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "call_1", "content": "12 °C"},
        {"role": "function", "name": "clock", "content": "noon"},
        {"role": "assistant", "content": "Well.", "function_call": {"name": "clock", "arguments": "{}"}},
        {"role": "tool", "tool_call_id": "unknown", "content": [{"type": "text", "text": "?"}]},
    ) == (
        '<START>\nYou: Hi\n[call of weather: {"city":"Ulm"}]\n[weather: 12 °C]\n[clock: noon]\nAssistant: Well.\n'
        "[call of clock: {}]\n[tool: ?]\nAssistant:"
    )  # fmt: skip


@pytest.mark.parametrize("calls", [5, [None], [{}], [{"function": None}], [{"function": {"name": ""}}], {}])
def test_calls_that_cannot_be_read_are_left_out(calls: Any) -> None:
    said = {"role": "assistant", "content": "Well.", "tool_calls": calls}
    assert prompt_for(USER, said, USER) == "<START>\nYou: Hi\nAssistant: Well.\nYou: Hi\nAssistant:"


def test_parts_that_are_no_text_are_left_out_and_named() -> None:
    parts = [{"type": "text", "text": "Look!"}, {"type": "image_url", "image_url": {"url": "data:,"}}, {"type": "ü"}]
    body = ask(FakeEngine(model=INFO), {"role": "user", "content": parts})
    (warning,) = body["warnings"]
    assert warning.startswith("messages[0].content: ")
    assert "image_url" in warning
    assert prompt_for({"role": "user", "content": parts}) == "<START>\nYou: Look!\nAssistant:"
    assert prompt_for({"role": "user", "content": [{"type": "image_url"}]}) == "<START>\nYou: ...\nAssistant:"


@pytest.mark.parametrize("path", [CHAT, "/v1/completions"])
def test_a_bias_reaches_the_engine_for_the_tokens_that_it_has(path: str) -> None:
    engine = FakeEngine(model=INFO)
    body = {"prompt": "a", "messages": [USER], "logit_bias": {"65": 100, "66": -5.5, "67": 0, "foo": 0, "99999": 3}}
    answer = client_of(engine).post(path, json=body).json()
    assert engine.requests[0].logit_bias == ((65, 100.0), (66, -5.5))
    assert answer["warnings"][0] == "logit_bias: 2 left out that name no token of this model's vocabulary."
    for empty in ({}, [], None):
        client_of(engine).post(path, json={**body, "logit_bias": empty})
        assert engine.requests[-1].logit_bias == ()


def test_a_bias_out_of_range_is_clamped_and_one_that_is_no_number_is_refused() -> None:
    engine = FakeEngine(model=INFO)
    (warning,) = ask(engine, USER, logit_bias={"65": 1000, "66": -101})["warnings"]
    assert "from -100 to 100" in warning
    assert engine.requests[0].logit_bias == ((65, 100.0), (66, -100.0))
    for bias in (5, "x", [[65, 1]], {"65": "x"}, {"65": None}, {"65": True}, {"65": [1]}):
        answer = client_of(engine).post(CHAT, json={"messages": [USER], "logit_bias": bias})
        assert answer.json()["error"]["param"] == "logit_bias"


def test_forbidden_tokens_are_those_of_the_list_each_once() -> None:
    engine = FakeEngine(model=INFO)
    assert "warnings" not in ask(engine, USER, custom_token_bans=[0, 65, "65", None])
    assert engine.requests[0].logit_bias == ((0, -100.0), (65, -100.0))
    (warning,) = ask(engine, USER, custom_token_bans="0, 66,,x,99999")["warnings"]
    assert warning == "custom_token_bans: 2 left out that name no token of this model's vocabulary."
    assert engine.requests[1].logit_bias == ((0, -100.0), (66, -100.0))


def test_a_blank_name_is_none() -> None:
    assert prompt_for(USER, {**BEGUN, "name": " "}) == "<START>\nYou: Hi\nAssistant: Hello, I am"
