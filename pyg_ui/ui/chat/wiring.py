"""The events of the chat panel: which component calls which handler."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.chat.layout import Screen
from pyg_ui.ui.chat.view import OFF_WHILE_WRITING, STOP
from pyg_ui.ui.events import AGAIN, IN_BROWSER, QUICK


@dataclass(frozen=True)
class ReplyEvent:
    """An event that asks for a reply, the handler that starts it, and what the handler reads beside the form."""

    trigger: Callable[..., Any]
    handler: Callable[..., Any]
    inputs: Mapping[str, gr.components.Component] = field(default_factory=dict)


def wire_chat(handlers: ChatHandlers, screen: Screen, more_replies: Sequence[ReplyEvent] = ()) -> list[Any]:
    """The panel's components and the character's fields call the handlers, and so do other panels' `more_replies`.

    Returns the events after which the chat has changed, or another chat is on the screen.
    """
    chat, view, character, session = screen.chat, screen.chat.view, screen.character, [screen.session]
    typed: dict[str, Any] = {"message": view.message}
    sent = typed | {"nonce": chat.nonce}
    card: dict[str, Any] = {"inputs_kwargs": character.inputs}
    shown: dict[str, Any] = QUICK | {"inputs": session, "outputs": screen.outputs, "inputs_kwargs": typed}
    asking = (
        ReplyEvent(view.message.submit, handlers.send, sent),
        ReplyEvent(view.regenerate.click, handlers.regenerate),
        ReplyEvent(view.go_on.click, handlers.go_on),
        ReplyEvent(chat.repeat.click, handlers.repeat),
        ReplyEvent(view.impersonate.click, handlers.impersonate, typed),
        *more_replies,
    )
    view.earlier.click(handlers.show_earlier, session, chat.outputs, **QUICK)
    return [
        *(_wire_reply(event, screen) for event in asking),
        view.message.stop(handlers.stop, **shown),
        chat.live.select(handlers.follow, **shown | AGAIN),
        view.shown.select(handlers.keep_draft, session, [view.shown], **AGAIN),
        chat.actions.select(handlers.perform, session, screen.outputs, **QUICK),
        view.undo.click(handlers.undo, session, screen.outputs, inputs_kwargs=typed, **AGAIN),
        view.redo.click(handlers.redo, session, screen.outputs, **AGAIN),
        chat.new_chat.click(handlers.new_chat, session, screen.outputs, **card, **QUICK),
        view.restore.click(handlers.restore, session, screen.outputs, **QUICK),
        gr.on(character.edits, handlers.edit, session, chat.outputs, **card, **AGAIN),
    ]


def _wire_reply(event: ReplyEvent, screen: Screen) -> Any:
    """The event asks for a reply. Until the server has begun with it, the page already shows that it is asked for."""
    chat = screen.chat
    changed = [chat.view.message, *(getattr(chat.view, name) for name in OFF_WHILE_WRITING)]
    looks = [STOP, *({"interactive": False} for _ in OFF_WHILE_WRITING)]
    busy = f"() => {json.dumps([{'__type__': 'update', **look} for look in looks])}"
    event.trigger(None, None, changed, js=busy, **IN_BROWSER)
    form = screen.form | dict(event.inputs)
    script = _with_nonce(list(form).index("nonce")) if "nonce" in form else None
    return event.trigger(event.handler, [screen.session], chat.outputs, inputs_kwargs=form, js=script, **QUICK)


def _with_nonce(place: int) -> str:
    """A script that fills in the nonce that `draft.js` gave the message, behind the session and so many values."""
    return f"""(...values) => values.with({place + 1}, document.getElementById("message").dataset.nonce ?? "")"""
