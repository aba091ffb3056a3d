"""The lists of chats as HTML: a person's chats, and those in the trash. `theme/chats.js` reports clicks in them."""

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

from pyg_ui.library.store.chat_list import ChatSummary
from pyg_ui.ui.display import list_html, moment_html, titled_html, trash_list, trash_row
from pyg_ui.ui.translations import say

NUM_LISTED = 50
"""How many chats are listed at first, and how many more at a time."""


class ChatsView(NamedTuple):
    """For each component of the panel that changes: the component, or what a handler shows in it."""

    chats: Any
    more: Any
    title: Any
    trash: Any
    num_listed: Any


class ListsView(NamedTuple):
    """What changes with the lists: the components, or what a handler shows in them."""

    visitor: Any
    """What the browser is to remember."""
    view: ChatsView


class OpenedView(NamedTuple):
    """What is drawn when a chat is opened: the components, or what a handler shows in them."""

    screen: Any
    lists: Any


def chats_html(chats: Sequence[ChatSummary], open_id: str, language: str, *, is_search: bool) -> str:
    """The list of chats; the one that is open is marked."""
    rows = [_chat_row(chat, chat.id == open_id, language) for chat in chats]
    return list_html(rows, say("chats.none_found" if is_search else "chats.none", language))


def trash_html(chats: Sequence[ChatSummary], language: str) -> str:
    """The list of deleted chats, each with what can be done about it."""
    return trash_list([trash_row(chat.id, _what(chat, language), language) for chat in chats], language)


def _chat_row(chat: ChatSummary, is_open: bool, language: str) -> str:
    current = ' aria-current="true"' if is_open else ""
    throw_away = escape(say("chats.to_trash", language), quote=True)
    return (
        f'<li{current}><button type="button" class="open" data-act="open" data-id="{chat.id}">{_what(chat, language)}'
        f'<span class="excerpt">{escape(chat.excerpt)}</span></button>'
        f'<button type="button" class="away" data-act="trash" data-id="{chat.id}" aria-label="{throw_away}" '
        f'title="{throw_away}">×</button></li>'
    )


def _what(chat: ChatSummary, language: str) -> str:
    title = chat.title or say("chats.unnamed", language)
    branch = f" · {say('chats.branch', language)}" if chat.is_branch else ""
    facts = f"{escape(chat.character_name)} · {moment_html(chat.updated_at)}{escape(branch)}"
    return titled_html(title, facts)
