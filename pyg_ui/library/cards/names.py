"""Finds a character's name in the fields of a file, or makes one of the file's name."""

from collections.abc import Iterable, Mapping
from typing import Any

from pyg_ui.dialogue.character import one_line
from pyg_ui.errors import Message
from pyg_ui.library.fields import text
from pyg_ui.library.left_out import tell
from pyg_ui.library.unreadable import UnreadableError


def name_in(values: Mapping[str, Any], keys: Iterable[str], file_name: str) -> str:
    """The name in the first of the fields that has one, else `file_name`, which is told in the file's LeftOut.

    Raises UnreadableError if there is neither a name nor any other text.
    """
    name = next((found for key in keys if (found := one_line(text(values, key)))), "")
    if name:
        return name
    said = [value for key, value in values.items() if key not in ("spec", "spec_version") and isinstance(value, str)]
    if not file_name or not any(map(one_line, said)):
        raise UnreadableError("{file} cannot be used: its name is empty. Give the character a name.")
    tell(values, Message("The character has no name and is called {name}, like its file.", {"name": file_name}))
    return file_name
