"""The chat panel: the transcript, the message box and the buttons under it.

The chatbot component is a view only; the truth is the session's chat.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.dialogue.chat import Role
from pyg_ui.ui.display import as_html, speaker
from pyg_ui.ui.labels import reply_line, speaker_remark
from pyg_ui.ui.session import Session

SUBMIT: dict[str, Any] = {"submit_btn": True, "stop_btn": False}
STOP: dict[str, Any] = {"submit_btn": False, "stop_btn": True}
MAX_MESSAGE_CHARACTERS = 20_000
"""More than any context here holds."""


class ChatView(NamedTuple):
    """What the panel shows, in the order of its outputs."""

    transcript: Any
    note: Any
    message: Any
    regenerate: Any
    undo: Any
    restore: Any
    earlier: Any


@dataclass(frozen=True)
class ChatPanel:
    """The components, under the names of the view, and a button more."""

    transcript: gr.Chatbot
    note: gr.HTML
    message: gr.Textbox
    regenerate: gr.Button
    undo: gr.Button
    restore: gr.Button
    earlier: gr.Button
    new_chat: gr.Button

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components in the view's order."""
        return [getattr(self, name) for name in ChatView._fields]


def build_chat_panel(session: Session) -> ChatPanel:
    """Lay out the panel with what a new session shows, so that the first paint is the final one."""
    earlier = gr.Button("Show earlier messages", size="sm", visible=False, elem_id="earlier")
    transcript = gr.Chatbot(
        messages(session),
        elem_id="chat",
        label="Chat",
        show_label=False,
        container=False,
        autoscroll=False,
        buttons=[],
        latex_delimiters=[],
        group_consecutive_messages=False,
        placeholder=lesson(session),
        height="100%",
    )
    note = gr.HTML(note_html(""), elem_id="note")
    message = gr.Textbox(
        elem_id="message",
        label="Your message",
        show_label=False,
        container=False,
        placeholder="Say something. *Act* in asterisks.",
        lines=1,
        max_lines=8,
        max_length=MAX_MESSAGE_CHARACTERS,
        **SUBMIT,
    )
    with gr.Row(elem_id="actions"):
        regenerate = _action("Regenerate", "regenerate", interactive=False)
        undo = _action("Undo", "undo", interactive=False)
        new_chat = _action("New chat", "new-chat")
        restore = _action("Back to the previous chat", "restore", visible=False)
    return ChatPanel(transcript, note, message, regenerate, undo, restore, earlier, new_chat)


def chat_view(session: Session, message: str | None = None) -> ChatView:
    """The whole panel while no reply is on its way. Without `message` the message box keeps its text."""
    chat = session.chat
    line = reply_line(session.finish, session.num_dropped_turns, is_stopped=session.is_stopped)
    text: dict[str, Any] = {} if message is None else {"value": message}
    return ChatView(
        transcript=gr.update(value=messages(session), placeholder=lesson(session)),
        note=note_html(line),
        message=gr.update(**text, **SUBMIT),
        regenerate=gr.update(interactive=chat.is_begun),
        undo=gr.update(interactive=session.history.can_undo),
        restore=gr.update(visible=session.set_aside is not None),
        earlier=gr.update(visible=len(chat.turns) > session.num_drawn_turns),
    )


def writing_view(session: Session, note: str, *, is_first: bool = False) -> ChatView:
    """The panel while a reply is on its way. What is typed meanwhile stays: only the first view empties the box."""
    idle = gr.update(interactive=False) if is_first else gr.skip()
    return ChatView(
        transcript=messages(session),
        note=note_html(note, is_busy=True),
        message=gr.update(value="", **STOP) if is_first else gr.skip(),
        regenerate=idle,
        undo=idle,
        restore=gr.skip(),
        earlier=gr.skip(),
    )


def unchanged() -> ChatView:
    """The panel as it is."""
    return ChatView(*(gr.skip() for _ in ChatView._fields))


def messages(session: Session) -> list[Any]:
    """The turns on the screen, the newest last, as the chatbot component takes them."""
    chat = session.chat
    first = max(0, len(chat.turns) - session.num_drawn_turns)
    drawn = []
    for turn in chat.turns[first:]:
        is_reply = turn.role is Role.CHARACTER
        name = chat.character.name if is_reply else chat.person_name
        mark = speaker(name, speaker_remark(turn.version))
        # A plain string would lose its white space on the way.
        content = [{"type": "text", "text": mark + as_html(chat.display_text(turn))}]
        drawn.append({"role": "assistant" if is_reply else "user", "content": content})
    return drawn


def lesson(session: Session) -> str:
    """What an empty chat teaches."""
    name = as_html(session.chat.character.name)
    return (
        f'<div class="lesson"><h2>Say hello to {name}</h2><p>Write the first line below, or give them a persona and '
        "a greeting in the character panel.</p><p><em>*smiles and waves*</em> makes an action.</p></div>"
    )


def note_html(text: str, *, is_busy: bool = False) -> str:
    """The line under the chat."""
    dots = ' <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>' if is_busy else ""
    return f'<span role="status" class="{"busy" if is_busy else ""}">{escape(text)}{dots}</span>'


def _action(label: str, elem_id: str, **options: Any) -> gr.Button:
    return gr.Button(label, elem_id=elem_id, size="sm", min_width=60, variant="secondary", **options)
