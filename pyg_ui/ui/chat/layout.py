"""The components of the chat panel: the transcript, the message box and the buttons under it.

Knows neither handlers nor events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.clients import Caps
from pyg_ui.library.cards.card import Card
from pyg_ui.service.replies import MAX_CANDIDATES
from pyg_ui.ui.chat.actions import MAX_MESSAGE_CHARACTERS
from pyg_ui.ui.chat.shown import shown_html
from pyg_ui.ui.chat.starters import starters_html
from pyg_ui.ui.chat.transcript import messages
from pyg_ui.ui.chat.view import SUBMIT, ChatView, ScreenView, lesson, note_html
from pyg_ui.ui.events import in_a_row
from pyg_ui.ui.form.character import CharacterFields
from pyg_ui.ui.session import Session
from pyg_ui.ui.theme.theme import FILES
from pyg_ui.ui.translations import label

# Clicks at messages, which a script reports, become events of this component.
_REPORT = "document.addEventListener('page:act', (event) => trigger('select', event.detail));"
# Text that is typed in a chat that is not stored yet, which draft.js reports.
_TYPED = "document.addEventListener('page:typed', () => trigger('select', {}));"
_NOTE = '<button type="button" data-sheet="editor" data-tab="tab-note" data-word="note"></button>'
_MORE = '<button type="button" class="icon" data-icon="plus" data-menu="chat-menu" data-word="more_of_chat"></button>'


SamplingField = gr.Slider | gr.Number | gr.Textbox
"""The component of one sampling parameter."""


@dataclass(frozen=True)
class ChatPanel:
    """The components of the view, and those that the view never changes."""

    view: ChatView
    new_chat: gr.Button
    repeat: gr.Button
    candidates: gr.Dropdown
    actions: gr.HTML
    """Invisible; its event carries the action that was clicked at a message."""
    nonce: gr.Textbox
    """Never seen; a script fills in the nonce of the message that is sent."""
    live: gr.HTML
    """Invisible; it carries the page's secret. Its event asks how far a reply has come."""

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components in the view's order."""
        return list(self.view)


@dataclass(frozen=True)
class Screen:
    """The components that most panels read or draw: the session, the chat, and the fields that a reply depends on."""

    session: gr.State
    chat: ChatPanel
    character: CharacterFields
    sampling: Mapping[str, SamplingField]
    """The sampling parameters' fields, by name."""

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components that `screen_view` draws."""
        return list(in_a_row(ScreenView(chat=self.chat.view, character=self.character)))

    @property
    def settings(self) -> dict[str, gr.components.Component]:
        """How a reply is written, by name."""
        return dict(self.sampling) | {"candidates": self.chat.candidates}

    @property
    def form(self) -> dict[str, gr.components.Component]:
        """Everything that a reply is written from, by name."""
        return self.character.inputs | self.settings


def build_chat_panel(session: Session, cards: Sequence[Card], caps: Caps | None = None) -> ChatPanel:
    """Lay out the panel with what a new session shows, so that the first paint is the final one.

    With `caps` it asks for no more than they allow.
    """
    most_characters = MAX_MESSAGE_CHARACTERS if caps is None else caps.num_message_characters
    most_candidates = MAX_CANDIDATES if caps is None else caps.num_texts_at_once
    actions = gr.HTML("", elem_id="acts", visible="hidden", js_on_load=_REPORT)
    live = gr.HTML("", elem_id="live", visible="hidden", js_on_load=(FILES / "live.js").read_text(encoding="utf-8"))
    earlier = gr.Button(label("chat.earlier"), size="sm", visible=False, elem_id="earlier")
    transcript = gr.Chatbot(
        messages(session), elem_id="chat", label=label("chat.log"), show_label=False, container=False,
        autoscroll=False, buttons=[], latex_delimiters=[], group_consecutive_messages=False,
        placeholder=lesson(session), height="100%",
    )  # fmt: skip
    starters = gr.HTML(starters_html(cards, session.language), elem_id="starters")
    with gr.Row(elem_id="composer"):
        note = gr.HTML(note_html(""), elem_id="note")
        shown = gr.HTML(shown_html(session), elem_id="shown", visible="hidden", js_on_load=_TYPED)
        nonce = gr.Textbox(visible="hidden", label="nonce")
        undo, redo = _action("undo", interactive=False), _action("redo", interactive=False)
        gr.HTML(_MORE, elem_id="more-of-chat")
        message = gr.Textbox(
            elem_id="message", label=label("chat.message"), show_label=False, container=False,
            placeholder=label("chat.placeholder"), lines=1, max_lines=8, max_length=most_characters, **SUBMIT,
        )  # fmt: skip
        with gr.Column(elem_id="chat-menu", elem_classes=["menu"]):
            go_on, impersonate = _action("go_on", interactive=False), _action("impersonate")
            candidates = gr.Dropdown(
                [(f"×{number}", number) for number in range(1, most_candidates + 1)], value=1, elem_id="candidates",
                label=label("chat.candidates"), filterable=False, interactive=True, min_width=60,
            )  # fmt: skip
            gr.HTML(_NOTE, elem_id="note-entry")
            restore, new_chat = _action("restore", visible=False), _action("new_chat")
    # Their ways in are the arrow past a reply's last version, and a tool at the reply.
    regenerate, repeat = _action("regenerate", interactive=False, visible="hidden"), _action("repeat", visible="hidden")
    view = ChatView(
        transcript=transcript, note=note, message=message, regenerate=regenerate, go_on=go_on,
        impersonate=impersonate, undo=undo, redo=redo, restore=restore, earlier=earlier, starters=starters,
        shown=shown,
    )  # fmt: skip
    return ChatPanel(view, new_chat, repeat, candidates, actions, nonce, live)


def _action(name: str, **options: Any) -> gr.Button:
    elem_id = name.replace("_", "-")
    return gr.Button(label(f"chat.{name}"), elem_id=elem_id, size="sm", min_width=60, variant="secondary", **options)
