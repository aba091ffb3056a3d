"""Building Gradio apps in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def built(build: Callable[[], T]) -> T:
    """What `build` returns, called while an event loop runs: without one, `gr.Blocks` leaves loops unclosed."""

    async def call() -> T:
        return build()

    return asyncio.run(call())
