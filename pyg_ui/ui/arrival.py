"""What happens when a page is opened: whose it is, in which language, and which chat and character it shows.

It is one event, so that the page can be used after one answer of the server.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.errors import PygmalionError
from pyg_ui.ui.character.handlers import CharacterHandlers
from pyg_ui.ui.chat.layout import ChatPanel
from pyg_ui.ui.chat.starters import starters_html
from pyg_ui.ui.chat.view import chat_view
from pyg_ui.ui.chats.handlers import ChatsHandlers
from pyg_ui.ui.chats.layout import ChatsPanel
from pyg_ui.ui.events import QUICK, updates
from pyg_ui.ui.form.character import CharacterFields, character_view
from pyg_ui.ui.masthead import masthead_html
from pyg_ui.ui.notices import notify
from pyg_ui.ui.owner import Visitor, owner_of
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import preferred_language


@dataclass(frozen=True)
class Arrival:
    """The handler, and what it needs."""

    chats: ChatsHandlers
    characters: CharacterHandlers

    async def arrive(
        self, request: gr.Request, session: Session, told: Any, query: str | None, num_listed: int
    ) -> tuple[Any, ...]:
        """Show the chat that this person saw last, or the character that the page's address names."""
        visitor = Visitor.read(told)
        session.language = preferred_language(request.headers.get("accept-language"))
        session.record.owner = owner_of(request, visitor)
        try:
            await self.chats.resume_last(session, visitor)
            if name := request.query_params.get("character"):
                await asyncio.to_thread(self.characters.open_named, session, name)
        except PygmalionError as error:
            notify(error, session.language)
        await self.chats.saver.save(session)
        starters = starters_html(self.chats.cards, session.language)
        return (
            masthead_html(session.language),
            *chat_view(session)._replace(starters=gr.update(value=starters, visible=not session.chat.is_begun)),
            *updates(character_view(session)),
            *await self.chats.remembered_views(session, visitor, query, num_listed),
        )


def wire_arrival(
    page: gr.Blocks,
    arrival: Arrival,
    *,
    state: gr.State,
    visitor: gr.BrowserState,
    masthead: gr.HTML,
    chat: ChatPanel,
    character: CharacterFields,
    chats: ChatsPanel,
) -> gr.events.Dependency:
    """The page calls the handler as it is opened. Returns the event after which it can be used."""
    return page.load(
        arrival.arrive,
        [state, visitor, chats.search, chats.num_listed],
        [masthead, *chat.outputs, *character.outputs, visitor, *chats.outputs],
        **QUICK,
    )
