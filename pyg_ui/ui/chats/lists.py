"""Puts together what the panel lists: the groups and chats of the store, as the page has them unfolded."""

from dataclasses import dataclass

import gradio as gr

from pyg_ui.errors import PygmalionError
from pyg_ui.library.store.chat_list import ChatGroup, ChatList, ChatSummary
from pyg_ui.ui.chats.listing import NUM_FOUND, Listing
from pyg_ui.ui.chats.view import ChatsView, ListedGroup, chats_html, faces_html, new_html, trash_html, undo_html
from pyg_ui.ui.events import skipped
from pyg_ui.ui.notices import notify
from pyg_ui.ui.portraits import Portraits
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class ChatLists:
    """Draws the lists of a page."""

    chats: ChatList
    portraits: Portraits

    def view(self, session: Session, query: str | None, listing: Listing) -> ChatsView:
        """The lists as they are now, and the open chat's title."""
        owner, language, stored = session.record.owner, session.language, session.record.stored
        is_search = bool((query or "").strip())
        try:
            groups, has_more = self._found(owner, query or "", listing) if is_search else self._groups(session, listing)
            deleted = self.chats.find(owner, in_trash=True, limit=NUM_FOUND)
            faces = faces_html(self.portraits.character_portraits(owner, [each.name for each in groups]))
        except PygmalionError as error:
            notify(error, session.language)
            return skipped(ChatsView)
        listed = chats_html(groups, open_id(session), language, is_search=is_search)
        undo = "" if listing.trashed is None else undo_html(listing.trashed.id, language)
        return ChatsView(
            new=listing.changed("new", new_html(session.chat.character.name, language)),
            chats=listed + undo,
            more=gr.update(visible=has_more),
            title=gr.update(value=stored.title if stored is not None else "", interactive=stored is not None),
            trash=trash_html(deleted, language),
            faces=listing.changed("faces", faces),
        )

    def _groups(self, session: Session, listing: Listing) -> tuple[list[ListedGroup], bool]:
        """The groups to list, and whether there are more."""
        owner, limit = session.record.owner, listing.num_groups
        found = self.chats.groups(owner, limit + 1)
        current = session.chat.character.name if session.record.stored is not None else ""
        unfolded = listing.unfolded(found[:limit], current)
        groups = [
            ListedGroup(each, self.chats.in_group(owner, name, listing.num_listed(name)), is_unfolded=True)
            if (name := each.character_name) in unfolded
            else ListedGroup(each)
            for each in found[:limit]
        ]
        return groups, len(found) > limit

    def _found(self, owner: str, query: str, listing: Listing) -> tuple[list[ListedGroup], bool]:
        """What a search has found, by the characters' names, and whether there is more."""
        limit = listing.num_found
        found = self.chats.find(owner, query, limit=limit + 1)
        by_name: dict[str, list[ChatSummary]] = {}
        for chat in found[:limit]:
            by_name.setdefault(chat.character_name, []).append(chat)
        groups = [
            ListedGroup(ChatGroup(name, len(chats), chats[0].updated_at), chats, is_unfolded=True)
            for name, chats in by_name.items()
        ]
        return groups, len(found) > limit


def open_id(session: Session) -> str:
    """The id of the chat on the screen; "" if it is not stored."""
    return "" if session.record.stored is None else session.record.stored.id
