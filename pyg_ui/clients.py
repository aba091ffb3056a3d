"""Who asks for something, and how much one client may ask for. Knows neither requests nor pages nor models."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

current_client: ContextVar[str] = ContextVar("current_client", default="")
"""Whose request is being answered: a login, a key or an address. Set where requests arrive. Clients that wait take
turns."""
_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Caps:
    """How much each client may ask for where strangers are clients."""

    num_requests: int = 600
    """So many requests in a row, of page and API together, without the page's scripts."""
    request_interval_s: float = 0.1
    """After these, one in so many seconds."""
    num_texts: int = 30
    """So many generations in a row; each candidate is one."""
    text_interval_s: float = 3.0
    """After these, one in so many seconds."""
    num_texts_at_once: int = 4
    """So many generations that wait or run; also the most candidates."""
    num_new_tokens: int = 300
    """The longest text, in tokens."""
    num_message_characters: int = 4_000
    upload_mb: int = 8
    """The largest file."""
    client_uploads_mb: int = 60
    """All files of one client in an hour."""
    uploads_mb: int = 200
    """All files of everybody in an hour."""
    event_mb: int = 4
    """The largest event of a page: all fields of a character and its lorebook."""


@dataclass(slots=True)
class Line:
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


class Lines:
    """A line for each key. The ones that were used last are remembered. Belongs to one thread, or to a lock."""

    def __init__(self, most: int = _MOST_LINES) -> None:
        self._most = most
        self._lines: OrderedDict[Hashable, Line] = OrderedDict()

    def line(self, key: Hashable, num_at_once: int, interval_s: float) -> Line:
        """The line of this key; a new one is as told."""
        found = self._lines.setdefault(key, Line(num_at_once, interval_s))
        self._lines.move_to_end(key)
        if len(self._lines) > self._most:
            self._lines.popitem(last=False)
        return found

    def pass_s(self, key: Hashable, num_at_once: int, interval_s: float) -> float:
        """Take a place in the line of this key if one is free now. Returns how long to wait for one; 0 if it was."""
        line, now = self.line(key, num_at_once, interval_s), time.monotonic()
        wait_s = line.wait_s(now)
        if not wait_s:
            line.take(now)
        return wait_s


def place_of(address: str) -> str:
    """Where a request comes from: an address, or of IPv6 the network, of which one client has every address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(int(found) >> 64) if isinstance(found, IPv6Address) else str(found)
