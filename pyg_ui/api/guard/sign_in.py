"""Names and passwords of who may open the page. Guessing is slow; nobody is ever locked out by the guesses of others.

An attempt takes a place in a line for its address, one for its address and name, and one for its name. A line lets a
few through at once and then one after the other; who gives the right password gives the places back. The line of a
name never takes long, because strangers can fill it; those of an address do, and beyond a limit the attempt is refused.
"""

import asyncio
import hmac
import time
import zlib
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

LONGEST_WAIT_S = 15.0
"""An attempt that would have to wait longer in the lines of its address is refused."""
LONGEST_WAIT_FOR_NAME_S = 3.0
_MOST_LINES = 10_000
_NUM_NAMES = 1024
"""Names share so many lines, so that invented ones take no memory and answer like those that exist."""
_TOO_MANY = "Too many attempts to sign in. Try again in some seconds."
_address: ContextVar[str] = ContextVar("_address", default="")


@dataclass(slots=True)
class _Line:
    """Lets `num_at_once` through, and then one in `interval_s`."""

    num_at_once: int
    interval_s: float
    _free_s: float = 0.0
    """When all places that were taken are free again."""

    def wait_s(self, now: float) -> float:
        """How long the next one has to wait."""
        return max(0.0, self._free_s - now - (self.num_at_once - 1) * self.interval_s)

    def take(self, now: float) -> None:
        """Take a place."""
        self._free_s = max(self._free_s, now) + self.interval_s

    def give_back(self) -> None:
        """Leave as if no place had been taken."""
        self._free_s -= self.interval_s

    def is_empty(self, now: float) -> bool:
        """Whether it holds nobody back and remembers nothing."""
        return self._free_s <= now


class SignIn:
    """Checks names and passwords."""

    def __init__(self, logins: Iterable[tuple[str, str]]) -> None:
        self._passwords = {name: password.encode() for name, password in logins}
        self._lines: dict[tuple[str, int | None], _Line] = {}

    async def admits(self, name: str, password: str) -> bool:
        """Whether this is the person's password. After wrong ones it takes long. Raises 429 beyond LONGEST_WAIT_S."""
        key, now = zlib.crc32(name.encode("utf-8", "replace")) % _NUM_NAMES, time.monotonic()
        own = [self._line((_place(), None), 20, 0.2), self._line((_place(), key), 5, 1.0)]
        shared = self._line(("", key), 10, 0.5)
        wait_s = max(line.wait_s(now) for line in own)
        if wait_s > LONGEST_WAIT_S:
            raise HTTPException(429, _TOO_MANY, {"Retry-After": str(int(LONGEST_WAIT_S))})
        wait_s = max(wait_s, min(shared.wait_s(now), LONGEST_WAIT_FOR_NAME_S))
        for line in (*own, shared):
            line.take(now)
        await asyncio.sleep(wait_s)
        is_right = hmac.compare_digest(self._passwords.get(name, b""), password.encode("utf-8", "replace"))
        if is_right and name in self._passwords:
            for line in (*own, shared):
                line.give_back()
            return True
        return False

    def _line(self, key: tuple[str, int | None], num_at_once: int, interval_s: float) -> _Line:
        if len(self._lines) >= _MOST_LINES:
            now = time.monotonic()
            self._lines = {known: line for known, line in self._lines.items() if not line.is_empty(now)}
        return self._lines.setdefault(key, _Line(num_at_once, interval_s))


class KnownAddress:
    """ASGI middleware that lets `SignIn` know where an attempt comes from."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client is not None:
            _address.set(client[0])
        await self._app(scope, receive, send)


def _place() -> str:
    """Where an attempt comes from: an address, or of IPv6 the network, of which one client has every address."""
    try:
        address = ip_address(_address.get())
    except ValueError:
        return _address.get()
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else str(address)
