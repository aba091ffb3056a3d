"""The events of the chat panel: which component calls which handler."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.chat.layout import ChatPanel, Screen
from pyg_ui.ui.chat.view import STOP
from pyg_ui.ui.events import AGAIN, GENERATING, IN_BROWSER, QUICK


@dataclass(frozen=True)
class ReplyEvent:
    """An event that asks for a reply, the handler that streams it, and what the handler reads beside the form."""

    trigger: Callable[..., Any]
    handler: Callable[..., Any]
    inputs: Mapping[str, gr.components.Component] = field(default_factory=dict)


@dataclass(frozen=True)
class ChatEvents:
    """The chat's events that others depend on."""

    replies: tuple[Any, ...]
    """Those that write. They are cancelled where another chat comes to the screen."""
    changes: tuple[Any, ...]
    """Those after which the chat has changed, or another chat is on the screen."""


def wire_chat(handlers: ChatHandlers, screen: Screen, more_replies: Sequence[ReplyEvent] = ()) -> ChatEvents:
    """The panel's components and the character's fields call the handlers, and so do other panels' `more_replies`."""
    chat, character, session = screen.chat, screen.character, [screen.session]
    typed: dict[str, Any] = {"message": chat.message}
    card: dict[str, Any] = {"inputs_kwargs": character.inputs}
    replies, settled = _wire_replies(
        handlers,
        screen,
        (
            ReplyEvent(chat.message.submit, handlers.send, typed),
            ReplyEvent(chat.regenerate.click, handlers.regenerate),
            ReplyEvent(chat.go_on.click, handlers.go_on),
            ReplyEvent(chat.repeat.click, handlers.repeat),
            ReplyEvent(chat.impersonate.click, handlers.impersonate, typed),
            *more_replies,
        ),
    )
    leaving: dict[str, Any] = QUICK | {"cancels": list(replies)}
    chat.message.stop(None, None, None, **leaving)
    chat.earlier.click(handlers.show_earlier, session, chat.outputs, **QUICK)
    changes = (
        *settled,
        chat.actions.select(handlers.perform, session, screen.outputs, **QUICK),
        chat.undo.click(handlers.undo, session, screen.outputs, inputs_kwargs=typed, **AGAIN),
        chat.redo.click(handlers.redo, session, screen.outputs, **AGAIN),
        chat.new_chat.click(handlers.new_chat, session, chat.outputs, **card, **leaving),
        chat.restore.click(handlers.restore, session, screen.outputs, **leaving),
        gr.on(character.edits, handlers.edit, session, chat.outputs, **card, **AGAIN),
    )
    return ChatEvents(replies, changes)


def _wire_replies(
    handlers: ChatHandlers, screen: Screen, events: Sequence[ReplyEvent]
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The events that write a reply, and those that follow when it has ended."""
    chat = screen.chat
    busy = _busy_script(chat)
    replies, settled = [], []
    for event in events:
        event.trigger(None, None, chat.changed_by_asking, js=busy, **IN_BROWSER)
        form = screen.form | dict(event.inputs)
        reply = event.trigger(event.handler, [screen.session], chat.outputs, inputs_kwargs=form, **GENERATING)
        replies.append(reply)
        typed: dict[str, Any] = {"message": chat.message}
        settled.append(reply.then(handlers.settle, [screen.session], chat.outputs, inputs_kwargs=typed, **QUICK))
    return tuple(replies), tuple(settled)


def _busy_script(chat: ChatPanel) -> str:
    """Shows at once that a reply is asked for, while a busy server may still let the event wait in its queue."""
    looks = [STOP if each is chat.message else {"interactive": False} for each in chat.changed_by_asking]
    return f"() => {json.dumps([{'__type__': 'update', **look} for look in looks])}"
