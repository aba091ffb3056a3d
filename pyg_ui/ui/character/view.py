"""The views of the character panel: an update for each component that changes with the library."""

from __future__ import annotations

from typing import Any, NamedTuple

from pyg_ui.ui.chat.view import ScreenView


class LibraryView(NamedTuple):
    """The gallery, the trash, and what can be done with the character that is open."""

    gallery: Any
    trash: Any
    portrait: Any
    save: Any
    rename: Any
    delete: Any
    undo_delete: Any
    naming: Any
    """The question for another name."""
    new_name: Any


class CardView(NamedTuple):
    """Everything that is drawn of another card that was opened, beside the fields of its chat."""

    alternate_greetings: Any
    library: LibraryView


class RenamedView(NamedTuple):
    """Everything that changes with the name of the open character."""

    screen: ScreenView
    library: LibraryView
