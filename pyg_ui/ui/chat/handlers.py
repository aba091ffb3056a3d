"""What the controls of the chat do: send, regenerate, continue, undo, begin another chat.

Handlers take a session and field values; they know no components. If one fails, the chat stays as it was, and what the
person typed goes back into the message box.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError
from pyg_ui.library.cards.card import Card
from pyg_ui.service.replies import ChatService, ReplyUpdate
from pyg_ui.ui.chat.actions import UserAction, perform_action
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.chat.view import ChatView, chat_view, screen_view, writing_view
from pyg_ui.ui.events import clicked, skipped
from pyg_ui.ui.form.character import read_chat
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.notices import errors_shown, notify
from pyg_ui.ui.pace import Pace
from pyg_ui.ui.session import NUM_DRAWN_TURNS, Session
from pyg_ui.ui.translations import say

_Start = Callable[[Chat, SamplingParameters], AsyncGenerator[ReplyUpdate, None]]
"""Asks the service for a reply, with the chat and the parameters of the fields."""


@dataclass(frozen=True)
class ChatHandlers:
    """The handlers, and what they need."""

    service: ChatService
    models: ModelManager
    cards: Sequence[Card]
    """The characters to start with."""
    saver: ChatSaver
    pace: Pace = field(default_factory=Pace)

    # -- what is generated --------------------------------------------------------------------------------------

    def send(self, session: Session, message: str | None, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Say the message and stream the reply."""
        text, number, suggestion = message or "", fields["candidates"], session.suggestion
        origin = suggestion.origin if suggestion is not None and suggestion.text == text else None
        return self._stream(
            session, fields, lambda chat, wanted: self.service.reply(chat, text, wanted, number, origin), typed=text
        )

    def regenerate(self, session: Session, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream another version of the last reply."""
        number = fields["candidates"]
        return self._stream(session, fields, lambda chat, wanted: self.service.regenerate(chat, wanted, number))

    def go_on(self, session: Session, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream more of the last reply."""
        return self._stream(session, fields, self.service.continue_reply)

    def repeat(self, session: Session, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream the last reply again with its own seed, and compare the two."""
        return self._stream(session, fields, lambda chat, _: self.service.repeat(chat), is_repeat=True)

    def impersonate(self, session: Session, message: str | None, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream a line for the person to say into the message box. It goes on from the text in the box."""
        text = message or ""
        return self._stream(
            session, fields, lambda chat, wanted: self.service.impersonate(chat, text, wanted), is_for_person=True
        )

    def rewrite(self, session: Session, begun: str, **fields: Any) -> AsyncGenerator[ChatView, None]:
        """Stream another version of the last reply, which goes on from `begun`."""
        return self._stream(session, fields, lambda chat, wanted: self.service.rewrite(chat, begun, wanted))

    def settle(self, session: Session, message: str | None) -> ChatView:
        """A reply has ended or was stopped. Text that could not be sent goes back into the box, before its text."""
        if session.writing is not None:
            session.writing.end()
        text, session.returned_text = session.returned_text, ""
        return chat_view(session, _joined(text, message))

    # -- what is changed ----------------------------------------------------------------------------------------

    def undo(self, session: Session, message: str | None) -> tuple[Any, ...]:
        """Undo the last step. The person's words in it go back into the box, before its text."""
        text = session.undo() if session.history.can_undo else ""
        return screen_view(session, _joined(text, message))

    def redo(self, session: Session) -> tuple[Any, ...]:
        """Redo the step that was undone last."""
        if session.history.can_redo:
            session.redo()
        return screen_view(session)

    def perform(self, event: gr.EventData, session: Session) -> tuple[Any, ...]:
        """Carry out the action of a button at a message, or start with a chosen character."""
        with errors_shown(session.language):
            session.check_idle()
            action = UserAction.read(clicked(event))
            if action.name != "start":
                perform_action(session, action)
            elif 0 <= action.place < len(self.cards):
                session.start_with(self.cards[action.place])
            else:
                raise InputError("This character is no longer there. Choose another one.")
        return screen_view(session)

    def new_chat(self, session: Session, **fields: Any) -> tuple[Any, ...]:
        """Begin another chat with the character that the fields describe."""
        with errors_shown(session.language):
            session.start_anew(read_chat(session.chat, fields))
        return screen_view(session)

    def edit(self, session: Session, **fields: Any) -> ChatView:
        """A field of the character has changed."""
        chat = session.chat
        with errors_shown(session.language):
            chat = read_chat(chat, fields)
        if session.writing is not None or chat == session.chat:
            return skipped(ChatView)
        session.show(chat)
        return chat_view(session)

    def restore(self, session: Session) -> tuple[Any, ...]:
        """Swap the chat on the screen and the one that was set aside."""
        session.restore()
        return screen_view(session)

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
        """The panel for each update of the reply that `start` asks for.

        `typed` leaves the message box, and comes back if nothing comes of it.
        """
        try:
            chat = await self.saver.current(session, read_chat(session.chat, fields))
            replies = start(chat, read_parameters(fields))
        except Exception as error:
            # The text is still in the box. A generator without any view would empty it.
            notify(error, session.language)
            yield skipped(ChatView)
            return
        session.show(chat)
        writing, is_first = session.begin(), True
        try:
            async with aclosing(self.pace.newest(self.saver.saving(session, replies))) as drawn:
                async for reply in drawn:
                    writing.show(reply)
                    if not writing.is_current:
                        return
                    message = "" if is_first and typed is not None else None
                    if is_for_person and reply.drafts:
                        session.suggestion, message = reply.drafts[0], reply.drafts[0].text
                    note = self._note(session, reply, is_for_person)
                    yield writing_view(session, note, is_first=is_first, message=message)
                    is_first = False
        except Exception as error:
            # The person gets their text back after any error. `notify` logs those that are not ours.
            writing.fail(typed or "")
            notify(error, session.language)
        else:
            writing.end()
            if is_repeat and session.finish is not None:
                session.is_same = session.chat.turns == writing.before.chat.turns

    def _note(self, session: Session, reply: ReplyUpdate, is_for_person: bool) -> str:
        name, language, status = session.chat.character.name, session.language, self.models.status
        if reply.model is None and status.loading is not None and not status.is_ready:
            return say("chat.waiting", language, model=status.loading.source)
        if is_for_person:
            return say("chat.writing_you", language)
        return say("chat.thinking" if reply.model is None else "chat.writing", language, name=name)


def _joined(returned: str, typed: str | None) -> str | None:
    """What goes into the message box: text that comes back, before what is typed there; None leaves the box alone."""
    return "\n".join(filter(None, (returned, typed))) if returned else None
