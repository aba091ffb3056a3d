"""The generations that Kobold's clients have under way, by owner: what they can poll and abort.

A client names its generation by a genkey of its own. One that gives none is known by its address: what it polls and
aborts are the nameless generations from there.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from starlette.requests import Request

from pyg_ui.engine.engine import Chunk, Finish, Generation
from pyg_ui.service.side_by_side import cancel_all, interleaved

MAX_FINISHED = 32
"""How many ended generations can still be polled."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who may poll and abort a generation."""

    genkey: str
    address: str
    """Of a client without a genkey."""

    @classmethod
    def of(cls, request: Request, genkey: str) -> Owner:
        """The owner of what this request starts or asks about."""
        address = request.client.host if request.client and not genkey else ""
        return cls(genkey, address)


@dataclass(eq=False, slots=True)
class Entry:
    """What one request generates."""

    owner: Owner
    generations: Sequence[Generation]
    texts: list[str] = field(default_factory=list)
    """How far each has come."""

    @property
    def is_running(self) -> bool:
        """Whether anybody still waits for it: a generation that has been read to its end is cancelled by that."""
        return not all(generation.is_cancelled for generation in self.generations)


class RunningGenerations:
    """Keeps entries while they run, and the latest ended ones. Used from one event loop."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    @property
    def num_running(self) -> int:
        """How many requests are under way."""
        return sum(entry.is_running for entry in self._entries)

    def add(self, owner: Owner, generations: Sequence[Generation]) -> Entry:
        """Keep account of what an owner has just started."""
        entry = Entry(owner, generations, [""] * len(generations))
        self._entries.append(entry)
        ended = [old for old in self._entries if not old.is_running]
        for old in ended[: len(ended) - MAX_FINISHED]:
            self._entries.remove(old)
        return entry

    async def follow(self, entry: Entry) -> AsyncGenerator[tuple[int, Chunk | Finish], None]:
        """What is added to an entry, as `interleaved` gives it; the entry's texts grow with it."""
        async with aclosing(interleaved(entry.generations)) as items:
            async for index, item in items:
                if isinstance(item, Chunk):
                    entry.texts[index] += item.text
                yield index, item

    def text(self, owner: Owner) -> str:
        """How far the first result of the owner's latest generation has come; "" where there is none."""
        return next((entry.texts[0] for entry in reversed(self._entries) if entry.owner == owner), "")

    def abort(self, owner: Owner) -> bool:
        """Stop all that the owner has under way; whether there was anything."""
        own = [entry for entry in self._entries if entry.owner == owner and entry.is_running]
        for entry in own:
            cancel_all(entry.generations)
        return bool(own)
