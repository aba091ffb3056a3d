"""The documentation describes what the API does."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from pyg_ui.engine.parameters import declaration
from tests.api.served import client_of, post


@pytest.fixture(scope="module")
def document() -> Any:
    return client_of().get("/openapi.json").json()


@pytest.fixture(scope="module")
def content(document: Any) -> Any:
    return document["paths"]["/{model_id}-webhook/predict"]["post"]["requestBody"]["content"]["application/json"]


def test_the_documented_example_works(content: Any) -> None:
    answer = post(client_of(), content["example"])
    assert answer.status_code == 200
    assert answer.json()["result"].startswith(content["example"]["prompt"])


def test_every_documented_example_works(document: Any) -> None:
    client = client_of()
    paths = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                answer = client.request(method, path.replace("{model_id}", "demo-neo"), json=content["example"])
                assert answer.status_code == 200, (path, answer.text)
                paths.append(path)
    assert len(paths) == 6


def test_every_field_and_route_says_what_it_is_for(document: Any) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            for name, field in schema.get("properties", {}).items():
                assert field["description"], (path, name)
            assert operation["summary"]


def test_ranges_and_defaults_stand_in_the_schema(content: Any) -> None:
    fields = content["schema"]["properties"]
    assert set(fields) >= {"prompt", "max_length", "max_new_tokens", "stopping_criteria", "pad_token_id", "top_k"}
    assert content["schema"]["required"] == ["prompt"]
    penalty = fields["repetition_penalty"]
    assert penalty["default"] == 0.5
    assert penalty["anyOf"][0] == {"type": "number", "exclusiveMinimum": 0, "maximum": 10}
    assert declaration("repetition_penalty").help in penalty["description"]
    assert fields["max_length"]["default"] == fields["max_new_tokens"]["default"] == 50


def test_routes_that_want_a_key_say_so(document: Any) -> None:
    assert document["paths"]["/{model_id}-webhook/predict"]["post"]["security"]
    assert "security" not in document["paths"]["/health"]["get"]
    assert document["components"]["securitySchemes"]["key"]["name"] == "Authorization"


def test_answers_are_described(document: Any) -> None:
    responses = document["paths"]["/{model_id}-webhook/predict"]["post"]["responses"]
    assert set(responses) >= {"200", "400", "401", "404", "413", "503"}
    assert {"run_id", "run_time_ms", "message", "result"} == set(
        document["components"]["schemas"]["Prediction"]["properties"]
    )


def test_the_documentation_is_a_page_that_asks_no_other_server(document: Any) -> None:
    answer = client_of().get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text
    assert not re.findall(r'(?:src|href)="(?!openapi.json)', answer.text)
    for path in document["paths"]:
        assert path in answer.text


def test_the_documented_curl_line_holds_the_example(content: Any) -> None:
    page = html.unescape(client_of().get("/docs").text)
    assert "curl http://127.0.0.1:7860/demo-neo-webhook/predict " in page
    body = re.search(r"-d '([^']*)'", page)
    assert body is not None
    assert json.loads(body[1]) == content["example"]
