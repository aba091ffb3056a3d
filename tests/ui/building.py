"""Building Gradio apps in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from pyg_ui.clients import Caps
from pyg_ui.dialogue.character import Character
from pyg_ui.engine.manager import ModelManager
from pyg_ui.library.cards.card import Card
from pyg_ui.library.presets.built_in import PRESETS
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.service.replies import ChatService
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.chat_state.reply import Reply, Wish
from pyg_ui.ui.page import Backend, build_page
from pyg_ui.ui.session import Session
from tests.fakes import FakeEngine

T = TypeVar("T")

NOWHERE = Database.in_directory(Path("nowhere"))
"""A database that is never opened: what belongs to nobody is never kept."""


def reply_in(session: Session, **wish: Any) -> Reply:
    """A reply on its way in the session's chat, which the test itself lets grow."""
    reply = Reply(session.history, session.record, Wish(**wish), lambda language: "")
    session.attach(reply)
    return reply


def saver_of(database: Database = NOWHERE) -> ChatSaver:
    """Who keeps chats there."""
    return ChatSaver(ChatStore(database))


def built(build: Callable[[], T]) -> T:
    """What `build` returns, called while an event loop runs: without one, `gr.Blocks` leaves loops unclosed."""

    async def call() -> T:
        return build()

    return asyncio.run(call())


def page_for(*characters: Character, is_public: bool = False, has_hub_login: bool = False) -> gr.Blocks:
    """The page with these bundled characters."""
    models = ModelManager(lambda choice, report: FakeEngine())
    return built(
        lambda: build_page(
            Backend(
                service=ChatService(models),
                models=models,
                characters=[Card.of(each) for each in characters],
                library=CharacterStore(NOWHERE, {}),
                presets=PresetStore(NOWHERE, PRESETS),
                database=NOWHERE,
                caps=Caps() if is_public else None,
                has_hub_login=has_hub_login,
            )
        )
    )
