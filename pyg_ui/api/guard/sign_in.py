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

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from pyg_ui.clients import Lines, place_of

LONGEST_WAIT_S = 15.0
"""An attempt that would have to wait longer in the lines of its address is refused."""
LONGEST_WAIT_FOR_NAME_S = 3.0
_NUM_NAMES = 1024
"""Names share so many lines, so that invented ones take no memory and answer like those that exist."""
_TOO_MANY = "Too many attempts to sign in. Try again in some seconds."
_address: ContextVar[str] = ContextVar("_address", default="")


class SignIn:
    """Checks names and passwords."""

    def __init__(self, logins: Iterable[tuple[str, str]]) -> None:
        self._passwords = {name: password.encode() for name, password in logins}
        self._lines = Lines()

    async def admits(self, name: str, password: str) -> bool:
        """Whether this is the person's password. After wrong ones it takes long. Raises 429 beyond LONGEST_WAIT_S."""
        key, now = zlib.crc32(name.encode("utf-8", "replace")) % _NUM_NAMES, time.monotonic()
        place, line = place_of(_address.get()), self._lines.line
        own, shared = [line((place, None), 20, 0.2), line((place, key), 5, 1.0)], line(("", key), 10, 0.5)
        wait_s = max(each.wait_s(now) for each in own)
        if wait_s > LONGEST_WAIT_S:
            raise HTTPException(429, _TOO_MANY, {"Retry-After": str(int(LONGEST_WAIT_S))})
        wait_s = max(wait_s, min(shared.wait_s(now), LONGEST_WAIT_FOR_NAME_S))
        for each in (*own, shared):
            each.take(now)
        await asyncio.sleep(wait_s)
        is_right = hmac.compare_digest(self._passwords.get(name, b""), password.encode("utf-8", "replace"))
        if is_right and name in self._passwords:
            for each in (*own, shared):
                each.give_back()
            return True
        return False


class KnownAddress:
    """ASGI middleware that lets `SignIn` know where an attempt comes from."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client is not None:
            _address.set(client[0])
        await self._app(scope, receive, send)
