"""Limits how often streams are drawn. Does not know what they hold."""

import asyncio
import math
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Pace:
    """Shares one rate among all streams, so that many streams take no more of the processor than one."""

    def __init__(self, interval_s: float = 0.1, longest_s: float = 0.5) -> None:
        """`interval_s` is the time between two drawings of a single stream, `longest_s` the most with many streams."""
        self._interval_s, self._longest_s = interval_s, longest_s
        self._num_streams = 0

    @property
    def interval_s(self) -> float:
        """The present time between two drawings of a stream."""
        return min(self._interval_s * max(self._num_streams, 1), self._longest_s)

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Count as one of the streams."""
        self._num_streams += 1
        try:
            yield
        finally:
            self._num_streams -= 1

    async def newest(self, updates: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """The newest of the updates, on average one each interval; the first at once, the last always. None ends them.

        Closing it, or cancelling the task that reads it, closes the source. Raises what the source raises.
        """
        clock, due = asyncio.get_running_loop().time, -math.inf
        with self.joined():
            pull = asyncio.ensure_future(anext(updates, None))
            try:
                while (latest := await pull) is not None:
                    pull = asyncio.ensure_future(anext(updates, None))
                    while (left := due - clock()) > 0:
                        await asyncio.wait({pull}, timeout=left)
                        if not pull.done() or pull.exception() is not None or (newer := pull.result()) is None:
                            break
                        latest, pull = newer, asyncio.ensure_future(anext(updates, None))
                    now, interval_s = clock(), self.interval_s
                    # A drawing that was a little late does not put off all the others.
                    due = (due if now - due < interval_s else now) + interval_s
                    yield latest
            finally:
                pull.cancel()
                await asyncio.gather(pull, return_exceptions=True)
                await updates.aclose()
