"""The handler of a page that opens: finds its owner and language, and shows a chat and its character.

One event does it all, so that the page can be used after one answer of the server.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.library.store.rows import AgingTrash
from pyg_ui.ui.account.handlers import AccountHandlers
from pyg_ui.ui.chat.starters import starters_html
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.chats.handlers import ChatsHandlers
from pyg_ui.ui.chats.listing import Listing
from pyg_ui.ui.events import in_a_row
from pyg_ui.ui.frame.handlers import FrameHandlers
from pyg_ui.ui.frame.view import FrameView
from pyg_ui.ui.gallery.handlers import GalleryHandlers
from pyg_ui.ui.live.channel import live_html
from pyg_ui.ui.notices import errors_shown
from pyg_ui.ui.owner import Visitor, owner_of
from pyg_ui.ui.personas.handlers import PersonaHandlers
from pyg_ui.ui.sampling.presets.open_preset import OpenPreset
from pyg_ui.ui.sampling.remembered.handlers import RememberedHandlers
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say
from pyg_ui.ui.visitors.operators import Operators


class ArrivalView(NamedTuple):
    """What is drawn when a page is opened: the components, or what the handler shows in them."""

    frame: FrameView
    account: Any
    live: Any
    screen: Any
    lists: Any
    settings: Any


@dataclass(frozen=True)
class Arrival:
    """The handler, and what it needs."""

    chats: ChatsHandlers
    gallery: GalleryHandlers
    persons: PersonaHandlers
    remembered: RememberedHandlers
    frame: FrameHandlers
    account: AccountHandlers
    trash: AgingTrash | None = None
    """What is emptied now and then; None where nothing is ever deleted by itself."""
    operators: Operators = field(default_factory=Operators)

    async def arrive(
        self,
        request: gr.Request,
        session: Session,
        visitor: Any,
        query: str | None,
        listing: Listing,
        opened: OpenPreset,
    ) -> tuple[Any, ...]:
        """Show this person's last chat, or the character that the page's address names.

        Raises gr.Error if somebody else has opened the page before.
        """
        known = Visitor.read(visitor)
        owner = owner_of(request, known)
        if session.record.owner not in ("", owner):
            raise gr.Error(say("account.another", session.language), print_exception=False)
        session.record.owner, session.is_operator = owner, self.operators.include(request, owner)
        account = await self.account.arrive(request, session)
        with errors_shown(session.language):
            if self.trash is not None:
                await asyncio.to_thread(self.trash.empty)
            await asyncio.to_thread(self.persons.arrive, session)
            await self.chats.resume_last(session, known)
            await asyncio.to_thread(self.gallery.refresh_draft, session)
            session.arrive()
            if name := request.query_params.get("character"):
                await asyncio.to_thread(self.gallery.open_named, session, name)
        await self.chats.saver.save(session)
        starters = gr.update(value=starters_html(self.chats.cards, session.language), visible=not session.chat.is_begun)
        lists = await self.chats.lists_view(session, known, query, listing)
        screen = screen_view(session, starters=starters)
        settings = await asyncio.to_thread(self.remembered.arrive, session, opened)
        live = live_html(self.chats.saver.running.audience.admit(session))
        view = ArrivalView(await self.frame.view(session), account, live, screen=screen, lists=lists, settings=())
        return (*in_a_row(view), *settings)
