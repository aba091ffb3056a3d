"""Requests with faults in their bodies, addresses, methods and headers: the API answers all as it documents.

The usual run sends a few hundred, and the schemas' own tester some more in `tests/api`; `python -m pytest -m trust`
sends 10,000, and 5,000 odd values.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.served import INFO, client_of
from tests.fakes import FakeEngine
from tests.library.mutations import mutated

MODES: dict[str, dict[str, Any]] = {
    "local": {"is_local": True, "is_loopback": True},
    "with a key": {"api_keys": ["key"], "is_local": True},
    "network": {},
    "public": {"is_public": True, "api_keys": ["key"]},
}
SECRET = "xyzzy-secret"
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "FOO")
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"Content-Type", b"text/plain"), (b"Content-Type", b"\xff/\x01"), (b"Content-Type", b"multipart/form-data"),
    (b"Content-Encoding", b"gzip"), (b"Content-Encoding", b"deflate, gzip"), (b"Content-Encoding", b"x" * 300),
    (b"Content-Length", b"0"), (b"Content-Length", b"-1"), (b"Content-Length", b"9" * 400), (b"Accept", b"\xff"),
    (b"Authorization", b"Bearer \xff"), (b"Host", b"\xff"), (b"Origin", b"null"), (b"Cookie", b"=;=" * 99),
    (b"X-Forwarded-For", b"a" * 999), (b"Range", b"bytes=5-1"), (b"Transfer-Encoding", b"x"),
)  # fmt: skip
NOWHERE = {403, 404, 405}
"""What addresses and methods that no document tells of answer, and other pages."""


@pytest.fixture(scope="module", params=MODES)
def client(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    with client_of(FakeEngine(lambda prompt: "b", model=INFO), **MODES[request.param]) as client:
        client.headers["Authorization"] = "key"
        yield client


def operations(client: TestClient) -> list[tuple[str, str, bytes, set[int]]]:
    """Method, address, an example of the body, and the documented statuses of every operation."""
    found = []
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            body = json.dumps(content["example"]).encode() if content else b""
            statuses = {int(status) for status in operation["responses"]}
            found.append((method.upper(), path.replace("{model_id}", "demo-neo"), body, statuses))
    return found


def attack(client: TestClient, number: int, seed: str) -> Counter[int]:
    """Send so many requests. Returns how often each status came."""
    known, seen = operations(client), Counter[int]()
    for index in range(number):
        chance = random.Random(f"{seed} {index}")
        method, path, body, statuses = known[index % len(known)]
        headers = [(b"Content-Type", b"application/json")]
        for _ in range(chance.choice((1, 1, 2, 4)) if body else 0):
            body = mutated(body, chance)
        match chance.randrange(12):
            case 0:
                method, statuses = chance.choice(METHODS), statuses | NOWHERE | {200, 204, 400}
            case 1:
                path, statuses = odd_path(path, chance), statuses | NOWHERE
            case 2 | 3:
                headers = [*headers, chance.choice(HEADERS)]
                statuses = statuses | {401, 403}
        answer = client.request(method, path, content=body, headers=headers)
        assert answer.status_code in statuses, (method, path, headers, body[:300], answer.status_code)
        assert answer.status_code < 500, (method, path, headers, body[:300], answer.text)
        seen[answer.status_code] += 1
    return seen


def odd_path(path: str, chance: random.Random) -> str:
    place = chance.randrange(len(path) + 1)
    part = chance.choice(("/", "%00", "%ff", "..", "%2e%2e/", "é", "//", "?x=1&x=%ff", "#", "x" * 5_000, "{}", ";"))
    return "/" + (path[:place] + part + path[place:]).lstrip("/")


def test_requests_with_faults_are_answered_as_documented(client: TestClient) -> None:
    assert attack(client, 150, "few")[200] > 10


@pytest.mark.trust
@pytest.mark.timeout(1_800)
def test_thousands_of_requests_with_faults_are_answered_as_documented(
    client: TestClient, tell: Callable[[str], None]
) -> None:
    seen = attack(client, 2_500, "many")
    tell(f"{seen.total()} requests: {dict(seen)}")


def odd_value(chance: random.Random) -> str:
    """JSON of a number, or of what is nearly one."""
    bits = chance.getrandbits(chance.choice((1, 8, 31, 32, 53, 63, 64, 128, 1_100)))
    return chance.choice((
        str(bits), str(-bits), f'"{bits}"', repr(chance.uniform(-3, 3)), f'"{chance.uniform(-3, 3)}"', f"[{bits}]",
        f"{chance.random()}e{chance.randrange(-400, 400)}", "9" * chance.choice((20, 400, 5_000)), f'"{"9" * 400}"',
        "-0.0", "1e-400", "NaN", "-Infinity", '"nan"', '" 1"', '"0x1"', '"１"', '"1_0"', '"½"', "true", "null", "{}",
    ))  # fmt: skip


def try_values(client: TestClient, number: int, seed: str) -> Counter[int]:
    document = client.get("/openapi.json").json()
    fields = []
    for path, methods in document["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json")
        for name, field in content["schema"].get("properties", {}).items() if content else ():
            if any(kind in json.dumps(field) for kind in ('"number"', '"integer"')):
                fields.append((path.replace("{model_id}", "demo-neo"), name))
    assert len(fields) > 60
    seen = Counter[int]()
    for index in range(number):
        path, name = fields[index % len(fields)]
        value = odd_value(random.Random(f"{seed} {index}"))
        prompt = f'"prompt": "{SECRET}", "messages": [{{"role": "user", "content": "{SECRET}"}}]'
        answer = client.post(path, content=f'{{{prompt}, "{name}": {value}}}'.encode())
        assert answer.status_code in (200, 400), (path, name, value[:100], answer.text)
        if answer.status_code == 400:
            assert SECRET not in answer.text
            assert len(answer.text) < 1_000
        seen[answer.status_code] += 1
    return seen


@pytest.mark.parametrize("number", [300, pytest.param(5_000, marks=pytest.mark.trust)])
def test_odd_values_are_moved_into_their_range_or_refused(number: int, tell: Callable[[str], None]) -> None:
    seen = try_values(client_of(FakeEngine(lambda prompt: "b", model=INFO)), number, "values")
    assert min(seen[200], seen[400]) > number / 10
    tell(f"{number} odd values: {dict(seen)}")
