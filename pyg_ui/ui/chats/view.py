"""The lists of chats as HTML: a person's chats by character, and those in the trash.

`theme/chats.js` reports clicks in them. The portraits are style rules in an element of their own, which is sent only
when they change.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from pyg_ui.library.store.chat_list import ChatGroup, ChatSummary
from pyg_ui.ui.chat.view import ChatView, ScreenView
from pyg_ui.ui.display import as_attribute, list_html, moment_html, titled_html, trash_list, trash_row
from pyg_ui.ui.events import skipped
from pyg_ui.ui.form.character import CharacterFields
from pyg_ui.ui.form.lorebook import LorebookFields
from pyg_ui.ui.translations import say


class ChatsView(NamedTuple):
    """For each component of the panel that changes: the component, or what a handler shows in it."""

    new: Any
    chats: Any
    more: Any
    title: Any
    trash: Any
    faces: Any


class ListsView(NamedTuple):
    """What changes with the lists: the components, or what a handler shows in them."""

    visitor: Any
    """What the browser is to remember."""
    view: ChatsView


class OpenedView(NamedTuple):
    """What is drawn when a chat is opened: the components, or what a handler shows in them."""

    screen: Any
    lists: Any


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A group as the list shows it."""

    group: ChatGroup
    chats: Sequence[ChatSummary] = ()
    """The newest of its chats; none while it is folded."""
    is_unfolded: bool = False

    @property
    def name(self) -> str:
        """The characters' name."""
        return self.group.character_name


def screen_skipped() -> ScreenView:
    """The screen as it is."""
    fields = skipped(CharacterFields)._replace(lorebook=skipped(LorebookFields))
    return ScreenView(chat=skipped(ChatView), character=fields)


def chats_html(groups: Sequence[ListedGroup], open_id: str, language: str, *, is_search: bool) -> str:
    """The list of chats; the one that is open is marked."""
    if not groups:
        return list_html([], say("chats.none_found" if is_search else "chats.none", language))
    return "".join(_group_html(each, open_id, language, can_fold=not is_search) for each in groups)


def new_html(character_name: str, language: str) -> str:
    """The button that opens a menu: a new chat with the character on the screen, or with another one."""
    new, another = (escape(say(f"chats.{key}", language)) for key in ("new", "another_character"))
    again = escape(say("chats.new_with", language, name=character_name))
    return (
        f'<button type="button" class="new" data-icon="plus" data-menu="new-choices" aria-expanded="false">{new}'
        "</button>"
        f'<div class="menu" id="new-choices"><button type="button" data-press="#new-chat">{again}</button>'
        f'<button type="button" data-sheet="gallery">{another}</button></div>'
    )


def undo_html(id: str, language: str) -> str:
    """A line that says that a chat is in the trash, with the button that takes it out again."""
    said, undo = (escape(say(f"chats.{key}", language)) for key in ("trashed", "undo"))
    button = f'<button type="button" data-act="undo" data-id="{id}">{undo}</button>'
    return f'<p class="undone" role="status">{said} {button}</p>'


def faces_html(portraits: Mapping[str, str]) -> str:
    """Style rules that draw the portraits, which are URLs by the characters' names."""
    rules = "".join(f'.{_face(name)}{{background-image:url("{url}")}}' for name, url in portraits.items())
    return f"<style>{rules}</style>"


def trash_html(chats: Sequence[ChatSummary], language: str) -> str:
    """The list of deleted chats, each with what can be done about it."""
    return trash_list([trash_row(chat.id, _what(chat, language), language) for chat in chats], language)


def _group_html(listed: ListedGroup, open_id: str, language: str, *, can_fold: bool) -> str:
    name = as_attribute(listed.name)
    head = (
        f'<span class="face {_face(listed.name)}" aria-hidden="true"></span>'
        f'<span class="name">{escape(listed.name)}</span><span class="count">{listed.group.num_chats:,}</span>'
    )
    if can_fold:
        expanded = str(listed.is_unfolded).lower()
        head = (
            f'<button type="button" class="fold" data-act="fold" data-id="{name}" title="{name}" '
            f'aria-expanded="{expanded}">{head}</button>'
        )
    rows = [_chat_row(chat, chat.id == open_id, language) for chat in listed.chats]
    inside = f'<ul class="history">{"".join(rows)}</ul>' if rows else ""
    if listed.is_unfolded and len(listed.chats) < listed.group.num_chats and can_fold:
        more = escape(say("chats.more", language))
        inside += f'<button type="button" class="in-group" data-act="more" data-id="{name}">{more}</button>'
    return f'<div class="group"><h3>{head}</h3>{inside}</div>'


def _chat_row(chat: ChatSummary, is_open: bool, language: str) -> str:
    current = ' aria-current="true"' if is_open else ""
    place = "" if chat.found_at is None else f' data-place="{chat.found_at}"'
    title = _title(chat, language)
    branch = f'<span class="branch">{escape(say("chats.branch", language))}</span>' if chat.is_branch else ""
    excerpt = f'<span class="excerpt">{escape(chat.excerpt)}</span>' if place else ""
    return (
        f'<li{current}><button type="button" class="open" data-act="open" data-id="{chat.id}"{place} '
        f'title="{as_attribute(title)}"><span class="title">{escape(title)}</span>'
        f'<span class="facts">{moment_html(chat.updated_at)}{branch}</span>{excerpt}</button>'
        f'<span class="row-tools">{_row_tool("rename", chat.id, title, language)}'
        f"{_row_tool('trash', chat.id, title, language)}</span></li>"
    )


def _row_tool(act: str, id: str, title: str, language: str) -> str:
    word = say(f"chats.{'to_trash' if act == 'trash' else act}", language)
    return (
        f'<button type="button" class="{"away" if act == "trash" else act}" data-act="{act}" data-id="{id}" '
        f'aria-label="{as_attribute(f"{word}: {title}")}" title="{as_attribute(word)}"></button>'
    )


def _title(chat: ChatSummary, language: str) -> str:
    return chat.title or chat.excerpt or say("chats.unnamed", language)


def _what(chat: ChatSummary, language: str) -> str:
    branch = f" · {say('chats.branch', language)}" if chat.is_branch else ""
    facts = f"{escape(chat.character_name)} · {moment_html(chat.updated_at)}{escape(branch)}"
    return titled_html(_title(chat, language), facts)


def _face(name: str) -> str:
    """The class of a character's portrait."""
    return f"face-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}"
