"""What the controls of the chat do: send, regenerate, continue, undo, begin another chat.

Handlers take a session and field values; they know no components. Those that ask for a reply return when it has begun;
the page follows it by its own connection, and calls `follow` at its end. If a handler fails, the chat stays as it was,
and what the person typed goes back into the message box.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import gradio as gr

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError
from pyg_ui.library.cards.card import Card
from pyg_ui.service.replies import ChatService, ReplyUpdate
from pyg_ui.ui.chat.actions import UserAction, perform_action
from pyg_ui.ui.chat.nonces import Nonces
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.chat.shown import shown_html
from pyg_ui.ui.chat.view import ChatView, chat_view, note_html, screen_view
from pyg_ui.ui.chat_state.reply import Reply, Wish
from pyg_ui.ui.events import clicked, skipped
from pyg_ui.ui.form.character import read_chat
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.live.running import RunningReplies
from pyg_ui.ui.notices import errors_shown, notify
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

    @cached_property
    def nonces(self) -> Nonces:
        """The messages that were sent."""
        return Nonces(self.saver.store)

    @property
    def running(self) -> RunningReplies:
        """The replies on their way."""
        return self.saver.running

    # -- what is generated --------------------------------------------------------------------------------------

    async def send(self, session: Session, message: str | None, nonce: Any = "", **fields: Any) -> ChatView:
        """Say the message and have it answered. One that was sent already is not said again."""
        if not await self.nonces.take(session.record, nonce):
            return chat_view(session, "")
        text, number, suggestion = message or "", fields["candidates"], session.suggestion
        origin = suggestion.origin if suggestion is not None and suggestion.text == text else None
        wish = Wish(typed=text, num_drafts=number)
        return await self._ask(
            session, fields, lambda chat, wanted: self.service.reply(chat, text, wanted, number, origin), wish
        )

    async def regenerate(self, session: Session, **fields: Any) -> ChatView:
        """Have another version of the last reply written."""
        number = fields["candidates"]
        wish = Wish(num_drafts=number)
        return await self._ask(
            session, fields, lambda chat, wanted: self.service.regenerate(chat, wanted, number), wish
        )

    async def go_on(self, session: Session, **fields: Any) -> ChatView:
        """Have more of the last reply written."""
        return await self._ask(session, fields, self.service.continue_reply, Wish())

    async def repeat(self, session: Session, **fields: Any) -> ChatView:
        """Have the last reply written again with its own seed, and compare the two."""
        return await self._ask(session, fields, lambda chat, _: self.service.repeat(chat), Wish(is_repeat=True))

    async def impersonate(self, session: Session, message: str | None, **fields: Any) -> ChatView:
        """Have a line for the person written into the message box. It goes on from the text in the box."""
        text, wish = message or "", Wish(is_for_person=True)
        return await self._ask(session, fields, lambda chat, wanted: self.service.impersonate(chat, text, wanted), wish)

    async def rewrite(self, session: Session, begun: str, **fields: Any) -> ChatView:
        """Have another version of the last reply written, which goes on from `begun`."""
        return await self._ask(session, fields, lambda chat, wanted: self.service.rewrite(chat, begun, wanted), Wish())

    async def stop(self, session: Session, message: str | None) -> tuple[Any, ...]:
        """Stop the reply on its way, for every page that shows it."""
        if session.writing is not None:
            await self.running.cancel(session.writing)
        return await self.follow(session, message)

    async def follow(self, session: Session, message: str | None) -> tuple[Any, ...]:
        """Show how far the reply in this chat has come, also one that another page asked for, or how it ended.

        Text that could not be sent goes back into the box, before its text.
        """
        shown = session.chat
        is_new = self.running.follow(session)
        self._settle(session)
        text = session.suggested if session.suggested is not None else _joined(session.returned_text, message)
        session.returned_text, session.suggested = "", None
        is_same_card = not is_new or replace(shown, turns=()) == replace(session.chat, turns=())
        return screen_view(session, text, draws_character=not is_same_card)

    # -- what is changed ----------------------------------------------------------------------------------------

    def undo(self, session: Session, message: str | None) -> tuple[Any, ...]:
        """Undo the last step. The person's words in it go back into the box, before its text."""
        text = ""
        with errors_shown(session.language):
            text = session.undo() if session.history.can_undo else ""
        return screen_view(session, _joined(text, message))

    def redo(self, session: Session) -> tuple[Any, ...]:
        """Redo the step that was undone last."""
        with errors_shown(session.language):
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
        if session.is_writing or chat == session.chat:
            return skipped(ChatView)
        session.show(chat)
        return chat_view(session)

    def restore(self, session: Session) -> tuple[Any, ...]:
        """Swap the chat on the screen and the one that was set aside."""
        session.restore()
        return screen_view(session)

    async def keep_draft(self, session: Session) -> str:
        """Something was typed in a chat that is not stored yet: store it, so that a reload comes back to it."""
        await self.saver.keep(session)
        return shown_html(session)

    def show_earlier(self, session: Session) -> ChatView:
        """Draw more of a long chat."""
        session.num_drawn_turns += NUM_DRAWN_TURNS
        return chat_view(session)

    # -- asking -------------------------------------------------------------------------------------------------

    async def _ask(self, session: Session, fields: dict[str, Any], start: _Start, wish: Wish) -> ChatView:
        """Have the reply written that `start` asks for. Returns the panel as it is once the reply has begun."""
        try:
            session.check_idle()
            chat = await self.saver.current(session, read_chat(session.chat, fields))
            replies = start(chat, read_parameters(fields))
            session.show(chat)
        except Exception as error:
            # The text is still in the box.
            self.nonces.give_back(session.record)
            notify(error, session.language)
            return chat_view(session)
        session.num_drawn_turns = NUM_DRAWN_TURNS  # who asks is at the end; all that is drawn is drawn twice more
        reply = Reply(
            session.history, session.record, wish, lambda language: note_html(self._note(reply, language), is_busy=True)
        )
        saved = self.saver.saving(session.record, replies)
        self.running.start(session, reply, saved, lambda chat: self.saver.write(session.record, chat))
        await reply.begun.wait()
        self._settle(session)
        if session.returned_text:
            session.returned_text = ""
            return chat_view(session)
        return chat_view(session, None if wish.typed is None else "")

    def _settle(self, session: Session) -> None:
        """If the reply is over, say why it failed and what happened while it was saved."""
        session.settle()
        self.saver.tell(session)
        error, session.failure = session.failure, None
        if error is not None:
            # `notify` logs those that are not ours.
            notify(error, session.language)

    def _note(self, reply: Reply, language: str) -> str:
        name, status = reply.history.chat.character.name, self.models.status
        if not reply.has_text and status.loading is not None and not status.is_ready:
            return say("chat.waiting", language, model=status.loading.source)
        if reply.wish.is_for_person:
            return say("chat.writing_you", language)
        return say("chat.writing" if reply.has_text else "chat.thinking", language, name=name)


def _joined(returned: str, typed: str | None) -> str | None:
    """What goes into the message box: text that comes back, before what is typed there; None leaves the box alone.

    A box that was not emptied yet still has the text.
    """
    return "\n".join(filter(None, (returned, typed))) if returned and returned != typed else None
