"""What the chat panel shows of a session. The chat itself is in the session; the components only show it."""

from html import escape
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.engine.engine import FinishReason
from pyg_ui.ui.chat.shown import shown_html
from pyg_ui.ui.chat.transcript import messages
from pyg_ui.ui.display import as_html
from pyg_ui.ui.events import in_a_row
from pyg_ui.ui.form.character import CharacterFields, character_view
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import figure, say

SUBMIT: dict[str, Any] = {"submit_btn": True, "stop_btn": False}
STOP: dict[str, Any] = {"submit_btn": False, "stop_btn": True}
"""The button of the message box: to send the message, or to stop the reply."""
OFF_WHILE_WRITING = ("regenerate", "go_on", "impersonate", "undo", "redo")
"""The buttons that are off while a reply is on its way."""


class ChatView(NamedTuple):
    """For each component of the panel that changes: the component, or what a handler shows in it."""

    transcript: Any
    note: Any
    message: Any
    regenerate: Any
    go_on: Any
    impersonate: Any
    undo: Any
    redo: Any
    restore: Any
    earlier: Any
    starters: Any
    shown: Any
    """Which chat it is, for the browser."""


class ScreenView(NamedTuple):
    """What is drawn when another chat comes to the screen: the components, or what a handler shows in them."""

    chat: ChatView
    character: CharacterFields


def screen_view(
    session: Session, message: str | None = None, *, draws_character: bool = True, **changes: Any
) -> tuple[Any, ...]:
    """The updates of `Screen.outputs` where another chat comes to the screen: the chat and its character.

    Without `message` the message box keeps its text. Without `draws_character` its fields stay as they are. The
    `changes` replace fields of the chat's view.
    """
    chat = chat_view(session, message)._replace(**changes)
    row = in_a_row(ScreenView(chat=chat, character=character_view(session)))
    return row if draws_character else (*chat, *(gr.skip() for _ in row[len(chat) :]))


def chat_view(session: Session, message: str | None = None) -> ChatView:
    """The whole panel. Without `message` the message box keeps its text."""
    chat, history, reply = session.chat, session.history, session.writing
    text: dict[str, Any] = {} if message is None else {"value": message}
    is_idle = not session.is_writing
    said = note_html(note(session)) if reply is None or is_idle else reply.note(session.language)
    return ChatView(
        transcript=gr.update(value=messages(session), placeholder=lesson(session)),
        note=said,
        message=gr.update(**text, **(SUBMIT if is_idle else STOP)),
        regenerate=gr.update(interactive=is_idle and chat.is_begun),
        go_on=gr.update(interactive=is_idle and chat.is_answered),
        impersonate=gr.update(interactive=is_idle),
        undo=gr.update(interactive=is_idle and history.can_undo),
        redo=gr.update(interactive=is_idle and history.can_redo),
        restore=gr.update(visible=session.set_aside is not None),
        earlier=gr.update(visible=len(chat.turns) > session.num_drawn_turns),
        starters=gr.update(visible=not chat.is_begun),
        shown=shown_html(session),
    )


def note(session: Session) -> str:
    """The line under the chat after a reply: how it ended, and how many turns no longer fit the context."""
    finish, number, language = session.finish, session.num_dropped_turns, session.language
    origin = session.chat.turns[-1].version.origin if session.chat.is_answered else None
    parts = [
        "stopped" if session.is_stopped or (origin is not None and origin.is_stopped) else "",
        "cut" if finish is not None and finish.reason is FinishReason.LENGTH else "",
        {True: "same", False: "otherwise", None: ""}[session.is_same],
    ]
    said = [say(f"chat.{part}", language) for part in parts if part]
    if number:
        said.append(
            say("chat.dropped_one" if number == 1 else "chat.dropped", language, number=figure(number, language))
        )
    return " · ".join(said)


def lesson(session: Session) -> str:
    """The introduction that an empty chat shows."""
    hello = say("chat.hello", session.language, name=session.chat.character.name)
    first, acting = (say(f"chat.{key}", session.language) for key in ("lesson", "acting"))
    return f'<div class="lesson"><h2>{as_html(hello)}</h2><p>{first}</p><p>{as_html(acting)}</p></div>'


def note_html(text: str, *, is_busy: bool = False) -> str:
    """The line under the chat, as HTML."""
    dots = ' <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>' if is_busy else ""
    return f'<span role="status" class="{"busy" if is_busy else ""}">{escape(text)}{dots}</span>'
