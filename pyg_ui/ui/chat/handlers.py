"""What the chat's controls do: send, regenerate, continue, undo, begin anew. Plain functions of a session and fields.

Whatever fails, the chat stays as it was and what the person typed goes back into the message box.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from pyg_ui.dialogue.chat import Chat, Origin
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import CharacterError, InputError
from pyg_ui.library.cards.card import Card
from pyg_ui.service import ChatService, ReplyUpdate
from pyg_ui.ui.chat.actions import UserAction, perform_action
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.chat.view import ChatView, chat_view, screen_view, unchanged, writing_view
from pyg_ui.ui.events import clicked, streamed, updates
from pyg_ui.ui.form.character import character_view, read_chat
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.notices import notify
from pyg_ui.ui.pace import Pace
from pyg_ui.ui.session import NUM_DRAWN_TURNS, Session
from pyg_ui.ui.translations import say

_Start = Callable[[Chat, SamplingParameters], AsyncGenerator[ReplyUpdate, None]]
"""What is asked of the service, with what the fields say."""


@dataclass(frozen=True)
class ChatHandlers:
    """The handlers, and what they need. `cards` are the characters to choose from."""

    service: ChatService
    models: ModelManager
    cards: Sequence[Card]
    saver: ChatSaver
    pace: Pace = field(default_factory=Pace)

    # -- what is generated --------------------------------------------------------------------------------------

    @streamed
    def send(self, session: Session, message: str | None, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Say the message and stream the reply."""
        text = message or ""

        def start(chat: Chat, parameters: SamplingParameters) -> AsyncGenerator[ReplyUpdate, None]:
            return self.service.reply(chat, text, parameters, fields["candidates"], _origin(session, text))

        return self._stream(session, fields, start, typed=text)

    @streamed
    def regenerate(self, session: Session, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream another version of the last reply."""

        def start(chat: Chat, parameters: SamplingParameters) -> AsyncGenerator[ReplyUpdate, None]:
            return self.service.regenerate(chat, parameters, fields["candidates"])

        return self._stream(session, fields, start)

    @streamed
    def go_on(self, session: Session, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream more of the last reply."""
        return self._stream(session, fields, self.service.continue_reply)

    @streamed
    def repeat(self, session: Session, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream the last reply again, as it was written, and compare."""
        return self._stream(session, fields, lambda chat, _: self.service.repeat(chat), is_repeat=True)

    @streamed
    def impersonate(self, session: Session, message: str | None, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream a line for the person to say into the message box, from what they have begun to type."""

        def start(chat: Chat, parameters: SamplingParameters) -> AsyncGenerator[ReplyUpdate, None]:
            return self.service.impersonate(chat, message or "", parameters)

        return self._stream(session, fields, start, is_for_person=True)

    @streamed
    def rewrite(self, session: Session, begun: str, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream another version of the last reply, which goes on from `begun`."""

        def start(chat: Chat, parameters: SamplingParameters) -> AsyncGenerator[ReplyUpdate, None]:
            return self.service.rewrite(chat, begun, parameters)

        return self._stream(session, fields, start)

    def settle(self, session: Session, message: str | None) -> ChatView:
        """A reply has ended, well or not, or was stopped. Unsent text goes before what was typed meanwhile."""
        if session.writing is not None:
            session.writing.end()
        if not session.returned_text:
            return chat_view(session)
        texts, session.returned_text = (session.returned_text, message or ""), ""
        return chat_view(session, "\n".join(filter(None, texts)))

    # -- what is changed ----------------------------------------------------------------------------------------

    def undo(self, session: Session, message: str | None) -> ChatView:
        """Take the last step back; what the person said in it goes into the box, before what stands there."""
        if not session.history.can_undo:
            return chat_view(session)
        text = session.undo()
        return chat_view(session, "\n".join(filter(None, (text, message or "")))) if text else chat_view(session)

    def redo(self, session: Session) -> ChatView:
        """Take the step again."""
        if session.history.can_redo:
            session.redo()
        return chat_view(session)

    def perform(self, event: gr.EventData, session: Session) -> tuple[Any, ...]:
        """A button at a message was clicked, or a character to start with: the chat and its character, in a row."""
        try:
            session.check_idle()
            action = UserAction.read(clicked(event))
            if action.name == "start":
                return self.choose(session, action.place)
            perform_action(session, action)
        except InputError as error:
            notify(error, session.language)
        return updates(screen_view(session))

    def new_chat(self, session: Session, **fields: Any) -> ChatView:
        """Begin anew with the character that the fields describe."""
        try:
            session.start_anew(read_chat(session.chat, fields))
        except CharacterError as error:
            notify(error, session.language)
        return chat_view(session)

    def edit(self, session: Session, **fields: Any) -> ChatView:
        """The person changed a field of the character."""
        try:
            chat = read_chat(session.chat, fields)
        except CharacterError as error:
            notify(error, session.language)
            return unchanged()
        if session.writing is not None or chat == session.chat:
            return unchanged()
        session.show(chat)
        return chat_view(session)

    def choose(self, session: Session, choice: int) -> tuple[Any, ...]:
        """Begin a chat with another character: the views of the chat and of its character, in a row."""
        if not 0 <= choice < len(self.cards):
            raise InputError("This character is no longer there. Choose another one.")
        session.start_with(self.cards[choice])
        return updates(screen_view(session))

    def restore(self, session: Session) -> tuple[Any, ...]:
        """Back to the chat that was set aside; the one on the screen is set aside in turn."""
        session.restore()
        return updates(screen_view(session))

    def show_earlier(self, session: Session) -> ChatView:
        """Draw more of a long chat."""
        session.num_drawn_turns += NUM_DRAWN_TURNS
        return chat_view(session)

    # -- streaming ----------------------------------------------------------------------------------------------

    async def _stream(
        self,
        session: Session,
        fields: dict[str, Any],
        start: _Start,
        typed: str | None = None,
        is_for_person: bool = False,
        is_repeat: bool = False,
    ) -> AsyncGenerator[ChatView, None]:
        """What `start` gives, drawn. `typed` leaves the message box, and comes back where nothing becomes of it."""
        try:
            chat = read_chat(session.chat, fields)
            updates = start(chat, read_parameters(fields))
        except Exception as error:
            # The text never left the box. A generator that yields nothing would empty it.
            notify(error, session.language)
            yield unchanged()
            return
        session.show(chat)
        writing, is_first = session.begin(), True
        try:
            async with aclosing(self.pace.newest(self.saver.saving(session, updates))) as drawn:
                async for update in drawn:
                    writing.show(update)
                    if not writing.is_current:
                        return
                    message = "" if is_first and typed is not None else None
                    if is_for_person and update.drafts:
                        session.suggestion, message = update.drafts[0], update.drafts[0].text
                    note = self._note(session, update, is_for_person)
                    yield writing_view(session, note, is_first=is_first, message=message)
                    is_first = False
        except Exception as error:
            # Whatever went wrong, the person gets their text back and a word about it; notify() logs the unforeseen.
            writing.fail(typed or "")
            notify(error, session.language)
        else:
            writing.end()
            if is_repeat and session.finish is not None:
                session.is_same = session.chat.turns == writing.before.chat.turns

    def _note(self, session: Session, update: ReplyUpdate, is_for_person: bool) -> str:
        name, language, status = session.chat.character.name, session.language, self.models.status
        if update.model is None and status.loading is not None and not status.is_ready:
            return say("chat.waiting", language, model=status.loading.source)
        if is_for_person:
            return say("chat.writing_you", language)
        return say("chat.thinking" if update.model is None else "chat.writing", language, name=name)


def draw_character(session: Session) -> tuple[Any, ...]:
    """The character of the chat on the screen."""
    return updates(character_view(session))


def _origin(session: Session, text: str) -> Origin | None:
    """Where a message comes from that the model wrote for the person, and that is sent as it is."""
    suggestion = session.suggestion
    return suggestion.origin if suggestion is not None and suggestion.text == text else None
