"""The history panel: a person's chats, to look through, open, name, throw away, and to take in and out as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple, cast

import gradio as gr

from pyg_ui.library.store.chat_list import ChatSummary
from pyg_ui.library.transcripts.files import ChatFormat
from pyg_ui.ui.theme.theme import FILES
from pyg_ui.ui.translations import label, say

NUM_LISTED = 50
"""How many chats are listed at first, and how many more at a time."""
_FORMATS = (
    ("SillyTavern", ChatFormat.SILLYTAVERN), ("Pygmalion", ChatFormat.PYGMALION), ("Markdown", ChatFormat.MARKDOWN),
)  # fmt: skip


class ChatsView(NamedTuple):
    """What the panel shows, in the order of its outputs."""

    chats: Any
    more: Any
    title: Any
    trash: Any


@dataclass(frozen=True)
class ChatsPanel:
    """The components, under the names of the view, and those that only ask."""

    search: gr.Textbox
    chats: gr.HTML
    more: gr.Button
    title: gr.Textbox
    form: gr.Dropdown
    export: gr.Button
    exported: gr.Textbox
    upload: gr.UploadButton
    trash: gr.HTML
    num_listed: gr.State

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components in the view's order."""
        return [getattr(self, name) for name in ChatsView._fields]


def build_chats_panel(*, has_hub_login: bool = False) -> ChatsPanel:
    """Lay out the panel, without any chats yet. Who signs in with Hugging Face has the same chats everywhere."""
    if has_hub_login:
        gr.LoginButton(size="sm", elem_id="hub-login")
    script = (FILES / "chats.js").read_text(encoding="utf-8")
    search = gr.Textbox(
        label=label("chats.search"), show_label=False, placeholder=label("chats.search"), container=False,
        max_lines=1, max_length=200, elem_id="history-search",
    )  # fmt: skip
    chats = gr.HTML("", elem_id="history-chats", js_on_load=script)
    more = gr.Button(label("chats.more"), size="sm", visible=False, elem_id="history-more")
    title = gr.Textbox(
        label=label("chats.title"), placeholder=label("chats.title_hint"), max_lines=1, max_length=200,
        interactive=False, elem_id="history-title",
    )  # fmt: skip
    with gr.Row(elem_id="history-files"):
        form = gr.Dropdown(
            [*_FORMATS, (label("chats.format_text"), ChatFormat.TEXT)],
            value=ChatFormat.SILLYTAVERN, label=label("chats.format"), show_label=False,
            container=False, filterable=False, min_width=140, elem_id="history-format",
        )  # fmt: skip
        export = gr.Button(label("chats.export"), size="sm", min_width=100, elem_id="history-export")
    upload = gr.UploadButton(
        cast(str, label("chats.import")),  # Gradio translates it all the same
        size="sm",
        file_types=[".json", ".jsonl"],
        elem_id="history-import",
    )
    with gr.Accordion(label("chats.trash"), open=False, elem_id="history-trash"):
        trash = gr.HTML("", js_on_load=script)
    exported = gr.Textbox(visible=False)
    return ChatsPanel(search, chats, more, title, form, export, exported, upload, trash, gr.State(NUM_LISTED))


def chats_html(chats: Sequence[ChatSummary], open_id: str, language: str, *, is_search: bool) -> str:
    """The list of chats; the one that is open is marked."""
    if not chats:
        return _remark(say("chats.none_found" if is_search else "chats.none", language))
    return _rows(_chat_row(chat, chat.id == open_id, language) for chat in chats)


def trash_html(chats: Sequence[ChatSummary], language: str) -> str:
    """The list of deleted chats, each with what can be done about it."""
    if not chats:
        return _remark(say("chats.trash_empty", language))
    return _rows(_trash_row(chat, language) for chat in chats)


def _rows(rows: Any) -> str:
    return f'<ul class="history">{"".join(rows)}</ul>'


def _chat_row(chat: ChatSummary, is_open: bool, language: str) -> str:
    current = ' aria-current="true"' if is_open else ""
    throw_away = escape(say("chats.to_trash", language), quote=True)
    return (
        f'<li{current}><button type="button" class="open" data-act="open" data-id="{chat.id}">{_what(chat, language)}'
        f'<span class="excerpt">{escape(chat.excerpt)}</span></button>'
        f'<button type="button" class="away" data-act="trash" data-id="{chat.id}" aria-label="{throw_away}" '
        f'title="{throw_away}">×</button></li>'
    )


def _trash_row(chat: ChatSummary, language: str) -> str:
    restore, delete, sure = (say(f"chats.{key}", language) for key in ("restore", "delete", "delete_sure"))
    return (
        f'<li><span class="open">{_what(chat, language)}</span><span class="acts">'
        f'<button type="button" data-act="restore" data-id="{chat.id}">{escape(restore)}</button>'
        f'<button type="button" data-act="delete" data-id="{chat.id}" data-sure="{escape(sure, quote=True)}">'
        f"{escape(delete)}</button></span></li>"
    )


def _what(chat: ChatSummary, language: str) -> str:
    title = chat.title or say("chats.unnamed", language)
    branch = f" · {say('chats.branch', language)}" if chat.is_branch else ""
    moment = chat.updated_at
    return (
        f'<span class="title">{escape(title)}</span><span class="facts">{escape(chat.character_name)} · '
        f'<time datetime="{moment.isoformat()}">{moment:%Y-%m-%d %H:%M} UTC</time>{escape(branch)}</span>'
    )


def _remark(text: str) -> str:
    return f'<p class="remark">{escape(text)}</p>'
