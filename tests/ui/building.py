"""Building Gradio apps in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.ui.chat.saver import ChatSaver

T = TypeVar("T")

NOWHERE = Database.in_directory(Path("nowhere"))
"""A database that is never opened: what belongs to nobody is never kept."""


def saver_of(database: Database = NOWHERE) -> ChatSaver:
    """Who keeps chats there."""
    return ChatSaver(ChatStore(database))


def built(build: Callable[[], T]) -> T:
    """What `build` returns, called while an event loop runs: without one, `gr.Blocks` leaves loops unclosed."""

    async def call() -> T:
        return build()

    return asyncio.run(call())
