"""What the chat's controls do: send, regenerate, undo, begin anew. Plain functions of a session and field values.

Whatever fails, the chat stays as it was and what the person typed goes back into the message box.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.manager import ModelManager
from pyg_ui.errors import CharacterError
from pyg_ui.service import ChatService, ReplyUpdate
from pyg_ui.ui.character import CharacterView, character_view, read_character, read_chat
from pyg_ui.ui.chat import ChatView, chat_view, unchanged, writing_view
from pyg_ui.ui.notices import notify
from pyg_ui.ui.pace import newest
from pyg_ui.ui.sampling import read_parameters
from pyg_ui.ui.session import NUM_DRAWN_TURNS, Session, Writing

DRAW_INTERVAL_S = 0.05


@dataclass(frozen=True)
class Conversation:
    """The handlers, and what they need. `characters` are those to choose from."""

    service: ChatService
    models: ModelManager
    characters: Sequence[Character]

    async def send(self, session: Session, message: str | None, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Say the message and stream the reply."""
        text = message or ""
        try:
            chat, parameters = read_chat(session.chat, fields), read_parameters(fields)
        except Exception as error:
            # The text never left the box. A generator that yields nothing would empty it.
            notify(error)
            yield unchanged()
            return
        session.show(chat)
        writing, updates = session.begin(), self.service.reply(chat, text, parameters)
        async with aclosing(self._write(writing, text, updates)) as views:
            async for view in views:
                yield view

    async def regenerate(self, session: Session, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream another reply in the place of the last one."""
        try:
            chat, parameters = read_chat(session.chat, fields), read_parameters(fields)
            updates = self.service.regenerate(chat, parameters)
        except Exception as error:
            notify(error)
            yield unchanged()
            return
        session.show(chat)
        writing = session.begin()
        async with aclosing(self._write(writing, "", updates)) as views:
            async for view in views:
                yield view

    async def rewrite(self, session: Session, begun: str, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream another version of the last reply, which goes on from `begun`."""
        try:
            chat, parameters = read_chat(session.chat, fields), read_parameters(fields)
            updates = self.service.rewrite(chat, begun, parameters)
        except Exception as error:
            notify(error)
            yield unchanged()
            return
        session.show(chat)
        async with aclosing(self._write(session.begin(), "", updates)) as views:
            async for view in views:
                yield view

    def settle(self, session: Session, message: str | None) -> ChatView:
        """A reply has ended, well or not, or was stopped. Unsent text goes before what was typed meanwhile."""
        if session.writing is not None:
            session.writing.end()
        if not session.returned_text:
            return chat_view(session)
        texts, session.returned_text = (session.returned_text, message or ""), ""
        return chat_view(session, "\n".join(filter(None, texts)))

    def undo(self, session: Session, message: str | None) -> ChatView:
        """Take back the last exchange; what the person said goes back into the box, before what stands there."""
        if not session.history.can_undo:
            return chat_view(session)
        text = session.undo()
        return chat_view(session, "\n".join(filter(None, (text, message or ""))))

    def new_chat(self, session: Session, **fields: Any) -> ChatView:
        """Begin anew with the character that the fields describe."""
        try:
            character = read_character(fields)
        except CharacterError as error:
            notify(error)
        else:
            session.start(Chat.start(character, fields["your_name"] or ""))
        return chat_view(session)

    def edit(self, session: Session, **fields: Any) -> ChatView:
        """The person changed a field of the character."""
        try:
            chat = read_chat(session.chat, fields)
        except CharacterError as error:
            notify(error)
            return unchanged()
        if session.writing is not None or chat == session.chat:
            return unchanged()
        session.show(chat)
        return chat_view(session)

    def choose(self, session: Session, choice: int, your_name: str | None) -> tuple[Any, ...]:
        """Begin a chat with another character: the views of the chat and of its character, in a row."""
        session.start(Chat.start(self.characters[choice], your_name or ""))
        return self.views(session)

    def restore(self, session: Session) -> tuple[Any, ...]:
        """Back to the chat that was set aside; the one on the screen is set aside in turn."""
        session.restore()
        return self.views(session)

    def show_earlier(self, session: Session) -> ChatView:
        """Draw more of a long chat."""
        session.num_drawn_turns += NUM_DRAWN_TURNS
        return chat_view(session)

    def views(self, session: Session) -> tuple[Any, ...]:
        """The chat and its character, in a row."""
        character: CharacterView = character_view(session, self.characters)
        return (*chat_view(session), *character)

    async def _write(
        self, writing: Writing, typed: str, updates: AsyncGenerator[ReplyUpdate, None]
    ) -> AsyncGenerator[ChatView, None]:
        session, is_first = writing.session, True
        name = session.chat.character.name
        try:
            async with aclosing(newest(updates, DRAW_INTERVAL_S)) as drawn:
                async for update in drawn:
                    writing.show(update)
                    if not writing.is_current:
                        return
                    yield writing_view(session, self._note(name, update), is_first=is_first)
                    is_first = False
        except Exception as error:
            # Whatever went wrong, the person gets their text back and a word about it; notify() logs the unforeseen.
            writing.fail(typed)
            notify(error)
        else:
            writing.end()

    def _note(self, name: str, update: ReplyUpdate) -> str:
        if update.model is not None:
            return f"{name} is writing"
        status = self.models.status
        if status.loading is not None and not status.is_ready:
            return f"Waiting for {status.loading.source} to load"
        return f"{name} is thinking"
