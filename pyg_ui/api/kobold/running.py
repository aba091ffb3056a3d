"""The generations of Kobold's clients, by owner, so that a client can poll and abort its own.

A client names its generation by a genkey. A client without one is known by its address, and shares its generations
with the other clients there that send no genkey.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Self

from starlette.requests import Request

from pyg_ui.api.token_log import LoggedToken, TokenLog
from pyg_ui.engine.engine import Chunk, Finish, Generation
from pyg_ui.service.side_by_side import cancel_all, interleaved

MAX_ENDED = 32
"""How many requests that have ended can still be polled."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who may poll and abort a generation."""

    genkey: str
    address: str
    """Of a client without a genkey."""

    @classmethod
    def of(cls, request: Request, genkey: str) -> Self:
        """The owner of what this request starts or asks about."""
        address = request.client.host if request.client and not genkey else ""
        return cls(genkey, address)


@dataclass(eq=False, slots=True)
class Entry:
    """What one request generates."""

    owner: Owner
    generations: Sequence[Generation]
    texts: list[str]
    """The text of each generation so far."""
    log: TokenLog | None = None
    """Collects the tokens of the first generation, if its client wants their log-probabilities."""
    tokens: list[LoggedToken] = field(default_factory=list)
    """What the log has reported so far."""
    warnings: Sequence[str] = ()
    """What the client should know of how its request was changed."""

    @property
    def is_running(self) -> bool:
        """Whether any of its generations has not ended yet."""
        return not all(generation.is_over for generation in self.generations)

    async def follow(self) -> AsyncGenerator[Chunk | Finish, None]:
        """Read the generations as `interleaved` does, and add to `texts`."""
        async with aclosing(interleaved(self.generations)) as items:
            async for index, item in items:
                if isinstance(item, Chunk):
                    self.texts[index] += item.text
                    if self.log is not None and index == 0:
                        self.tokens += self.log.feed(item)
                yield item


class RunningGenerations:
    """Keeps every request that is running, and the newest MAX_ENDED that have ended. Used from one event loop."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        """Oldest first."""

    @property
    def num_running(self) -> int:
        """How many requests are running."""
        return sum(entry.is_running for entry in self._entries)

    def add(
        self,
        owner: Owner,
        generations: Sequence[Generation],
        log: TokenLog | None = None,
        warnings: Sequence[str] = (),
    ) -> Entry:
        """Keep what an owner has just started."""
        self._drop_old()
        entry = Entry(owner, generations, [""] * len(generations), log, warnings=warnings)
        self._entries.append(entry)
        return entry

    def text(self, owner: Owner) -> str:
        """The first text of the owner's newest request, as far as it has come; "" where there is none."""
        newest = self.newest(owner)
        return newest.texts[0] if newest else ""

    def newest(self, owner: Owner) -> Entry | None:
        """The owner's newest request, if it is still kept."""
        self._drop_old()
        return next((entry for entry in reversed(self._entries) if entry.owner == owner), None)

    def abort(self, owner: Owner) -> bool:
        """Cancel everything of the owner's that is running. Returns whether there was anything."""
        running = [entry for entry in self._entries if entry.owner == owner and entry.is_running]
        for entry in running:
            cancel_all(entry.generations)
        return bool(running)

    def _drop_old(self) -> None:
        ended = [entry for entry in self._entries if not entry.is_running]
        for entry in ended[:-MAX_ENDED]:
            self._entries.remove(entry)
