"""The chat's events: which control calls which handler of the handlers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.ui.chat.handlers import ChatHandlers, draw_character
from pyg_ui.ui.chat.layout import ChatPanel
from pyg_ui.ui.chat.view import STOP
from pyg_ui.ui.events import AGAIN, GENERATING, IN_BROWSER, QUICK
from pyg_ui.ui.form.character import CharacterFields


@dataclass(frozen=True)
class ChatEvents:
    """The chat's events that others depend on."""

    replies: tuple[Any, ...]
    """Those that write; another chat on the screen ends them."""
    changes: tuple[Any, ...]
    """Those after which the chat, or which chat is on the screen, may be another."""


def wire_chat(
    handlers: ChatHandlers,
    state: gr.State,
    chat: ChatPanel,
    character: CharacterFields,
    sampling: Mapping[str, gr.components.Component],
    more_replies: Sequence[tuple[Any, Callable[..., Any], Sequence[gr.components.Component]]] = (),
) -> ChatEvents:
    """The chat's controls and the character's fields call the handlers.

    So do `more_replies`: further events with the handlers that stream a reply for them, and their inputs.
    """
    card: dict[str, Any] = dict(character.fields)
    form = card | dict(sampling) | {"candidates": chat.candidates}
    both = [*chat.outputs, *character.outputs]
    busy = _busy_script(chat)
    replies: list[Any] = []
    changes: list[Any] = []
    for trigger, handler, inputs in (
        (chat.message.submit, handlers.send, [state, chat.message]),
        (chat.regenerate.click, handlers.regenerate, [state]),
        (chat.go_on.click, handlers.go_on, [state]),
        (chat.repeat.click, handlers.repeat, [state]),
        (chat.impersonate.click, handlers.impersonate, [state, chat.message]),
        *more_replies,
    ):
        trigger(None, None, chat.generating, js=busy, **IN_BROWSER)
        reply = trigger(handler, inputs, chat.outputs, inputs_kwargs=form, **GENERATING)
        replies.append(reply)
        changes.append(reply.then(handlers.settle, [state, chat.message], chat.outputs, **QUICK))
    chat.message.stop(None, None, None, cancels=replies, **QUICK)
    chat.earlier.click(handlers.show_earlier, [state], chat.outputs, **QUICK)
    changes += [
        chat.actions.select(handlers.perform, [state], both, **QUICK),
        *(
            taken.then(draw_character, [state], character.outputs, **AGAIN)
            for taken in (
                chat.undo.click(handlers.undo, [state, chat.message], chat.outputs, **AGAIN),
                chat.redo.click(handlers.redo, [state], chat.outputs, **AGAIN),
            )
        ),
        chat.new_chat.click(handlers.new_chat, [state], chat.outputs, inputs_kwargs=card, cancels=replies, **QUICK),
        chat.restore.click(handlers.restore, [state], both, cancels=replies, **QUICK),
        gr.on(
            character.edits,
            handlers.edit,
            [state],
            chat.outputs,
            inputs_kwargs=card,
            **AGAIN,
        ),
    ]
    return ChatEvents(tuple(replies), tuple(changes))


def _busy_script(chat: ChatPanel) -> str:
    """Shows at once that a reply is asked for, while a busy server may still let the event wait in its queue."""
    looks = [STOP if each is chat.message else {"interactive": False} for each in chat.generating]
    return f"() => {json.dumps([{'__type__': 'update', **look} for look in looks])}"
