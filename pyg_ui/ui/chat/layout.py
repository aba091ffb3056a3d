"""The chat panel: the transcript, the message box and the buttons under it.

The chatbot component is a view only; the truth is the session's chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.library.cards.card import Card
from pyg_ui.service import MAX_CANDIDATES
from pyg_ui.ui.chat.actions import MAX_MESSAGE_CHARACTERS
from pyg_ui.ui.chat.starters import starters_html
from pyg_ui.ui.chat.transcript import messages
from pyg_ui.ui.display import as_html
from pyg_ui.ui.labels import note
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import label, say

SUBMIT: dict[str, Any] = {"submit_btn": True, "stop_btn": False}
STOP: dict[str, Any] = {"submit_btn": False, "stop_btn": True}

# What page.js tells of clicks at messages becomes an event of this component.
_REPORT = "document.addEventListener('page:act', (event) => trigger('select', event.detail));"


class ChatView(NamedTuple):
    """What the panel shows, in the order of its outputs."""

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


@dataclass(frozen=True)
class ChatPanel:
    """The components, under the names of the view, and those that the view never changes."""

    transcript: gr.Chatbot
    note: gr.HTML
    message: gr.Textbox
    regenerate: gr.Button
    go_on: gr.Button
    impersonate: gr.Button
    undo: gr.Button
    redo: gr.Button
    restore: gr.Button
    earlier: gr.Button
    starters: gr.HTML
    new_chat: gr.Button
    repeat: gr.Button
    candidates: gr.Dropdown
    acts: gr.HTML
    """Says what was clicked at a message."""

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components in the view's order."""
        return [getattr(self, name) for name in ChatView._fields]

    @property
    def generating(self) -> list[gr.components.Component]:
        """What changes the moment a reply is asked for."""
        return [self.message, self.regenerate, self.go_on, self.impersonate, self.undo, self.redo]


def build_chat_panel(session: Session, cards: Sequence[Card]) -> ChatPanel:
    """Lay out the panel with what a new session shows, so that the first paint is the final one."""
    built: dict[str, Any] = {"acts": gr.HTML("", elem_id="acts", visible="hidden", js_on_load=_REPORT)}
    built["earlier"] = gr.Button(label("chat.earlier"), size="sm", visible=False, elem_id="earlier")
    built["transcript"] = gr.Chatbot(
        messages(session),
        elem_id="chat",
        label=label("chat.log"),
        show_label=False,
        container=False,
        autoscroll=False,
        buttons=[],
        latex_delimiters=[],
        group_consecutive_messages=False,
        placeholder=lesson(session),
        height="100%",
    )
    built["starters"] = gr.HTML(starters_html(cards, session.language), elem_id="starters")
    built["note"] = gr.HTML(note_html(""), elem_id="note")
    built["message"] = gr.Textbox(
        elem_id="message",
        label=label("chat.message"),
        show_label=False,
        container=False,
        placeholder=label("chat.placeholder"),
        lines=1,
        max_lines=8,
        max_length=MAX_MESSAGE_CHARACTERS,
        **SUBMIT,
    )
    with gr.Row(elem_id="actions"):
        for name in ("regenerate", "go_on", "impersonate", "undo", "redo"):
            built[name] = _action(name, interactive=name == "impersonate")
        built["new_chat"] = _action("new_chat")
        built["restore"] = _action("restore", visible=False)
        built["repeat"] = _action("repeat", visible="hidden")
        built["candidates"] = gr.Dropdown(
            [(f"×{number}", number) for number in range(1, MAX_CANDIDATES + 1)],
            value=1,
            label=label("chat.candidates"),
            elem_id="candidates",
            filterable=False,
            interactive=True,
            min_width=60,
            container=False,
        )
    return ChatPanel(**{field.name: built[field.name] for field in fields(ChatPanel)})


def chat_view(session: Session, message: str | None = None) -> ChatView:
    """The whole panel while no reply is on its way. Without `message` the message box keeps its text."""
    chat, history = session.chat, session.history
    line = note(
        session.finish,
        session.num_dropped_turns,
        session.language,
        is_stopped=session.is_stopped,
        is_same=session.is_same,
    )
    text: dict[str, Any] = {} if message is None else {"value": message}
    return ChatView(
        transcript=gr.update(value=messages(session), placeholder=lesson(session)),
        note=note_html(line),
        message=gr.update(**text, **SUBMIT),
        regenerate=gr.update(interactive=chat.is_begun),
        go_on=gr.update(interactive=chat.is_answered),
        impersonate=gr.update(interactive=True),
        undo=gr.update(interactive=history.can_undo),
        redo=gr.update(interactive=history.can_redo),
        restore=gr.update(visible=session.set_aside is not None),
        earlier=gr.update(visible=len(chat.turns) > session.num_drawn_turns),
        starters=gr.update(visible=not chat.is_begun),
    )


def writing_view(session: Session, note: str, *, is_first: bool = False, message: str | None = None) -> ChatView:
    """The panel while a reply is on its way, with `message` in the box; without it, what is typed meanwhile stays."""
    idle = gr.update(interactive=False) if is_first else gr.skip()
    text: dict[str, Any] = {} if message is None else {"value": message}
    box = text | STOP if is_first else text
    return ChatView(
        transcript=messages(session),
        note=note_html(note, is_busy=True),
        message=gr.update(**box) if box else gr.skip(),
        regenerate=idle,
        go_on=idle,
        impersonate=idle,
        undo=idle,
        redo=idle,
        restore=gr.skip(),
        earlier=gr.skip(),
        starters=gr.update(visible=not session.chat.is_begun) if is_first else gr.skip(),
    )


def unchanged() -> ChatView:
    """The panel as it is."""
    return ChatView(*(gr.skip() for _ in ChatView._fields))


def lesson(session: Session) -> str:
    """What an empty chat teaches."""
    hello = say("chat.hello", session.language, name=session.chat.character.name)
    first, acting = (say(f"chat.{key}", session.language) for key in ("lesson", "acting"))
    return f'<div class="lesson"><h2>{as_html(hello)}</h2><p>{first}</p><p>{as_html(acting)}</p></div>'


def note_html(text: str, *, is_busy: bool = False) -> str:
    """The line under the chat."""
    dots = ' <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>' if is_busy else ""
    return f'<span role="status" class="{"busy" if is_busy else ""}">{escape(text)}{dots}</span>'


def _action(name: str, **options: Any) -> gr.Button:
    elem_id = name.replace("_", "-")
    return gr.Button(label(f"chat.{name}"), elem_id=elem_id, size="sm", min_width=60, variant="secondary", **options)
