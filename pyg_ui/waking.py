"""Waking an asyncio loop from other threads."""

import asyncio
import contextlib
from collections.abc import Callable


def event_for_other_threads() -> tuple[asyncio.Event, Callable[[], None]]:
    """An event of the running loop, and what sets it from any thread; once the loop is closed, that does nothing."""
    loop, event = asyncio.get_running_loop(), asyncio.Event()

    def set_event() -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(event.set)

    return event, set_event
