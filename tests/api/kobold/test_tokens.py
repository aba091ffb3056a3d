"""Counting tokens for Kobold's clients, and the way back."""

from __future__ import annotations

from tests.api.served import client_of


def test_tokens_are_counted() -> None:
    client = client_of()
    answer = client.post("/api/extra/tokencount", json={"prompt": "abc", "special": True})
    assert answer.json() == {"value": 3, "ids": [97, 98, 99]}
    assert client.post("/api/extra/tokencount", json={"prompt": ""}).json() == {"value": 0, "ids": []}


def test_tokens_become_text_again() -> None:
    client = client_of()
    assert client.post("/api/extra/tokenize", json={"prompt": "abc"}).json()["ids"] == [97, 98, 99]
    answer = client.post("/api/extra/detokenize", json={"ids": [97, 98, 99]})
    assert answer.json() == {"result": "abc", "bytes": [[97], [98], [99]], "success": True}
    assert client.post("/api/extra/detokenize", json={}).json() == {"result": "", "bytes": [], "success": True}
    for ids in ([2048], [-1], ["a"], "abc", {"a": 1}):
        assert client.post("/api/extra/detokenize", json={"ids": ids}).status_code == 400
