"""Guessing passwords, with a clock of the test's own: it moves only while somebody waits."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from pyg_ui.api.guard import sign_in
from pyg_ui.api.guard.sign_in import LONGEST_WAIT_FOR_NAME_S, LONGEST_WAIT_S, KnownAddress, SignIn
from pyg_ui.clients import Lines

LOGINS = [("alice", "open sesame"), ("bob", "pässword")]


class Clock:
    """The time, and how long everybody has waited together."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, wait_s: float) -> None:
        self.waits.append(wait_s)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sign_in, "time", clock)
    monkeypatch.setattr(sign_in, "asyncio", clock)
    return clock


def attempt(checking: SignIn, name: str, password: str, address: str = "192.0.2.7") -> Any:
    """True or False, or the status of a refusal."""
    found: list[bool] = []

    async def app(*_: Any) -> None:
        found.append(await checking.admits(name, password))

    async def nothing(*_: Any) -> Any:
        return None

    call: Awaitable[None] = KnownAddress(app)({"type": "http", "client": (address, 1)}, nothing, nothing)
    try:
        asyncio.run(_done(call))
    except HTTPException as error:
        return error.status_code
    return found[0]


async def _done(call: Awaitable[None]) -> None:
    await call


def test_right_passwords_open_at_once_however_often(clock: Clock) -> None:
    checking = SignIn(LOGINS)
    assert all(attempt(checking, name, password) is True for name, password in LOGINS * 100)
    assert clock.waits == [0.0] * 200


@pytest.mark.parametrize(
    ("name", "password"),
    [("alice", ""), ("alice", "pässword"), ("", ""), ("carol", ""), ("bob", "\ud800"), ("bob", "password")],
)
def test_nothing_else_opens(clock: Clock, name: str, password: str) -> None:
    assert attempt(SignIn(LOGINS), name, password) is False


def test_a_hundred_guesses_at_once_wait_in_line_and_most_are_refused(clock: Clock) -> None:
    checking = SignIn(LOGINS)
    found = Counter(attempt(checking, "alice", f"guess {number}") for number in range(100))
    assert set(found) == {False, 429}
    assert found[False] <= 5 + LONGEST_WAIT_S + 1
    assert max(clock.waits) <= LONGEST_WAIT_S
    assert sorted(clock.waits) == clock.waits


def test_guesses_of_many_names_wait_too(clock: Clock) -> None:
    checking = SignIn(LOGINS)
    found = Counter(attempt(checking, f"name {number}", "guess") for number in range(1000))
    assert found[False] <= 20 + LONGEST_WAIT_S * 5 + 1


def test_nobody_is_locked_out_by_the_guesses_of_others(clock: Clock) -> None:
    checking = SignIn(LOGINS)
    for number in range(2000):
        attempt(checking, "alice", "guess", f"198.51.{number // 250}.{number % 250}")
    assert attempt(checking, "alice", "open sesame") is True
    assert clock.waits[-1] == LONGEST_WAIT_FOR_NAME_S
    assert attempt(checking, "bob", "pässword") is True
    assert clock.waits[-1] == 0


def test_the_right_password_counts_after_wrong_ones_too(clock: Clock) -> None:
    checking = SignIn(LOGINS)
    assert [attempt(checking, "alice", "guess") for _ in range(10)] == [False] * 10
    assert attempt(checking, "alice", "open sesame") is True
    assert 0 < clock.waits[-1] <= LONGEST_WAIT_S
    clock.now += 60
    assert attempt(checking, "alice", "open sesame") is True
    assert clock.waits[-1] == 0, "a minute later nothing is remembered"


def test_a_network_of_ipv6_is_one_place(clock: Clock) -> None:
    checking = SignIn(LOGINS)
    found = Counter(attempt(checking, f"name {n}", "guess", f"2001:db8:1:2::{n:x}") for n in range(1000))
    assert found[429] > 800


def test_invented_names_and_addresses_take_a_bounded_place(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "Lines", lambda: Lines(most=100))
    checking = SignIn(LOGINS)
    for number in range(500):
        attempt(checking, "alice", "guess", f"203.0.113.{number}")
        clock.now += 2
    assert len(checking._lines._lines) <= 100
