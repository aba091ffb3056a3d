"""What a request cannot have: numbers that are moved into their range, fields that change nothing, and refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.served import INFO, client_of
from tests.fakes import FakeEngine

ROUTES = {
    "/v1/completions": {"prompt": "a"},
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "Hi"}]},
}
OUTSIDE = [
    ("temperature", 5, "temperature", 2), ("temperature", -1, "temperature", 0), ("temperature", "5", "temperature", 2),
    ("top_p", 1.5, "top_p", 1), ("top_p", -0.5, "top_p", 0), ("min_p", 2, "min_p", 1), ("top_k", -5, "top_k", 0),
    ("top_k", 5000, "top_k", 1000), ("typical_p", 0, "typical_p", 1), ("typical_p", 3, "typical_p", 1),
    ("repetition_penalty", 0, "repetition_penalty", 1), ("repetition_penalty", 50, "repetition_penalty", 10),
    ("repetition_penalty_range", -1, "repetition_penalty_range", 0),
    ("repetition_penalty_range", 8192, "repetition_penalty_range", 2048),
    ("epsilon_cutoff", 3, "epsilon_cutoff", 1), ("eta_cutoff", 10.5, "eta_cutoff", 1), ("tfs", 1.1, "tfs", 1),
    ("frequency_penalty", 3, "frequency_penalty", 2), ("presence_penalty", -3.5, "presence_penalty", -2),
    ("dry_allowed_length", 0, "dry_allowed_length", 1), ("xtc_probability", 2, "xtc_probability", 1),
    ("min_tokens", -1, "min_new_tokens", 0),
    ("seed", 2**70, "seed", 2**53 - 1),
]  # fmt: skip


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ask(route: str, engine: FakeEngine | None = None, **body: Any) -> Any:
    answer = client_of(engine).post(route, json={**ROUTES[route], **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(("field", "value", "parameter", "used"), OUTSIDE)
def test_a_number_out_of_range_is_moved_into_it_and_named(
    route: str, field: str, value: object, parameter: str, used: float
) -> None:
    engine = FakeEngine(model=INFO)
    (warning,) = ask(route, engine, **{field: value})["warnings"]
    assert warning.startswith(f"{field} ")
    assert getattr(engine.requests[0].parameters, parameter) == used
    assert f"{used:,} is used" in warning


def test_more_tokens_than_any_context_holds_are_as_many_as_fit(route: str) -> None:
    engine = FakeEngine(model=INFO)
    (warning,) = ask(route, engine, max_tokens=4096)["warnings"]
    assert "2,048 is used" in warning
    (request,) = engine.requests
    assert len(request.prompt_ids) + request.parameters.max_new_tokens == 2048


def test_a_minimum_above_the_limit_is_lowered(route: str) -> None:
    engine = FakeEngine(model=INFO)
    (warning,) = ask(route, engine, max_tokens=5, min_tokens=6)["warnings"]
    assert warning.startswith("min_tokens ")
    assert engine.requests[0].parameters.min_new_tokens == 5


@pytest.mark.parametrize("value", ["hot", True, [1], {}, "nan", "1e999", "9" * 400])
@pytest.mark.parametrize("field", ["temperature", "top_k", "max_tokens", "dry_base"])
def test_what_is_no_finite_number_is_still_refused(route: str, field: str, value: object) -> None:
    answer = client_of().post(route, json={**ROUTES[route], field: value})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"] == field


def test_a_part_of_a_token_and_a_negative_length_are_refused(route: str) -> None:
    for field, value in [("top_k", 40.5), ("max_tokens", -1), ("max_tokens", 10.5), ("top_k", 4000.5)]:
        answer = client_of().post(route, json={**ROUTES[route], field: value})
        assert answer.json()["error"]["param"] == field


def test_a_clean_request_has_no_warnings(route: str) -> None:
    clean = {
        "model": "any", "temperature": 0.7, "top_k": -1, "seed": -5, "n": 1, "best_of": 1, "stream": False,
        "tool_choice": "none", "response_format": {"type": "text"}, "user": None, "stop": None,
    }  # fmt: skip
    assert "warnings" not in ask(route, **clean)


def test_fields_that_change_nothing_are_named(route: str) -> None:
    inert = {
        "user": "me", "metadata": {"a": "b"}, "store": True, "service_tier": "auto", "parallel_tool_calls": False,
        "reasoning_effort": "low", "modalities": ["text"], "tools": [{"type": "function"}], "foo.bar": 1,
    }  # fmt: skip
    (warning,) = ask(route, **inert)["warnings"]
    assert all(field in warning for field in inert)
    assert "temperature" not in warning


def test_names_of_fields_that_are_no_names_are_counted_only(route: str) -> None:
    body = {**ROUTES[route], "user": "me", "\ud800": 1, "x" * 100: 1, "a b\n": 1}
    answer = client_of().post(route, content=json.dumps(body))
    assert answer.json()["warnings"] == ["These fields change nothing here: user, 3 more."]
    many = {f"field_{number}": 1 for number in range(1000)}
    (warning,) = ask(route, **many)["warnings"]
    assert warning.endswith("936 more.")
    assert len(warning) < 2000


def test_a_stream_has_its_warnings_in_the_first_event_only(route: str) -> None:
    body = {**ROUTES[route], "stream": True, "temperature": 5, "user": "me"}
    answer = client_of(FakeEngine(lambda prompt: "hello")).post(route, json=body)
    first, *others = [json.loads(line[6:]) for line in answer.text.split("\n") if line and line != "data: [DONE]"]
    assert len(first["warnings"]) == 2
    assert others
    assert not any("warnings" in event for event in others)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tool_choice", "required"), ("tool_choice", {"type": "function", "function": {"name": "f"}}),
        ("tool_choice", 5), ("function_call", {"name": "f"}), ("response_format", {"type": "json_object"}),
        ("response_format", {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}),
        ("response_format", {}), ("response_format", "json"), ("best_of", 2), ("best_of", "x"), ("best_of", True),
    ],
)  # fmt: skip
def test_what_would_mean_another_answer_is_refused_with_its_name(route: str, field: str, value: object) -> None:
    answer = client_of().post(route, json={**ROUTES[route], field: value})
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["param"] == field
    assert field in error["message"]


def test_what_asks_for_plain_text_is_accepted(route: str) -> None:
    harmless = [
        {"tool_choice": "auto"}, {"function_call": "none"}, {"response_format": {"type": "text"}}, {"best_of": 0},
        {"best_of": 3, "n": 3}, {"best_of": "2", "n": "2"},
    ]  # fmt: skip
    for fields in harmless:
        assert "warnings" not in ask(route, **fields)
