"""What the frame does: it shows who the person talks to."""

import asyncio
from dataclasses import dataclass

from pyg_ui.errors import StoreError
from pyg_ui.ui.frame.view import Faces, FrameView, frame_view, header_html
from pyg_ui.ui.portraits import Portraits
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class FrameHandlers:
    """The handlers, and what they need."""

    portraits: Portraits
    is_public: bool = False
    """Whether strangers use the page."""

    async def draw_header(self, session: Session) -> str:
        """The head of the chat as HTML, with the portraits as they are now."""
        return header_html(session.chat.character.name, await self._faces(session), session.language)

    async def view(self, session: Session) -> FrameView:
        """The whole frame."""
        return frame_view(session, await self._faces(session), is_public=self.is_public)

    async def _faces(self, session: Session) -> Faces:
        try:
            return await asyncio.to_thread(self._look_up, session)
        except StoreError:
            return Faces()

    def _look_up(self, session: Session) -> Faces:
        owner, chat = session.record.owner, session.chat
        character = self.portraits.character_portrait(owner, chat.character.name, chat.character_id)
        return Faces(character, self.portraits.person_portrait(owner, chat.person_name, chat.person_id))
