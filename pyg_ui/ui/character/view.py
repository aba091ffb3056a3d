"""The views of the character panel: an update for each component that changes with the library."""

from typing import Any, NamedTuple

from pyg_ui.ui.chat.view import ScreenView


class LibraryView(NamedTuple):
    """The gallery, the trash, and the card that is open with what can be done with it."""

    gallery: Any
    trash: Any
    portrait: Any
    alternate_greetings: Any
    save: Any
    rename: Any
    delete: Any
    undo_delete: Any
    naming: Any
    """The question for another name."""
    new_name: Any


class RenamedView(NamedTuple):
    """Everything that changes with the name of the open character."""

    screen: ScreenView
    library: LibraryView
