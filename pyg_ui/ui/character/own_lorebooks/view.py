"""What the page shows of a person's own lorebooks: which are on in this chat, and the trash."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.library.store.lorebooks import LorebookSummary
from pyg_ui.ui.chat.view import ChatView
from pyg_ui.ui.display import moment_html, titled_html, trash_list, trash_row
from pyg_ui.ui.form.lorebook import LorebookFields
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say


class OwnLorebooksView(NamedTuple):
    """For each component: the component, or what a handler shows in it."""

    switched_on: Any
    """The lorebooks, each with a switch for this chat."""
    hint: Any
    """What stands there while there are none."""
    rename: Any
    keep: Any
    give: Any
    delete: Any
    undo_delete: Any
    naming: Any
    """The question for another name."""
    new_name: Any
    trash: Any


class LorebooksView(NamedTuple):
    """All that is drawn when lorebooks have changed: the components, or what a handler shows in them."""

    chat: ChatView
    own: OwnLorebooksView
    book: Any
    entry: LorebookFields


def own_lorebooks_view(session: Session, trash: Sequence[LorebookSummary], name: str | None) -> OwnLorebooksView:
    """The lorebooks that the session lists, those that only its chat still has, and the trash.

    Without `name` the box for another name stays as it is.
    """
    own, kept, language = session.own_lorebooks, session.chat.kept_lorebooks, session.language
    listed = {each.id for each in own.listed}
    choices = [(f"{each.name} ({each.num_entries})", each.id) for each in own.listed]
    choices += [
        (say("books.only_here", language, name=each.book.name), each.id) for each in kept if each.id not in listed
    ]
    is_own = own.opened is not None
    has_entries = any(book.entries for book in session.edited_lorebooks)
    return OwnLorebooksView(
        switched_on=gr.update(choices=choices, value=[each.id for each in kept], visible=bool(choices)),
        hint=gr.update(visible=not choices),
        rename=gr.update(visible=is_own),
        keep=gr.update(visible=has_entries and not is_own),
        give=gr.update(visible=is_own, interactive=has_entries),
        delete=gr.update(visible=is_own),
        undo_delete=gr.update(visible=bool(own.deleted_id)),
        naming=gr.update(visible=own.is_naming),
        new_name=gr.skip() if name is None else name,
        trash=trash_list(
            [trash_row(each.id, titled_html(each.name, moment_html(each.deleted_at)), language) for each in trash],
            language,
        ),
    )
