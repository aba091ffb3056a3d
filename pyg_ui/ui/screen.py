"""The screen: the chat and the character that is in it, drawn together where another chat comes up."""

from __future__ import annotations

from typing import Any

from pyg_ui.ui.character.layout import character_view
from pyg_ui.ui.chat.layout import chat_view
from pyg_ui.ui.session import Session


def screen_views(session: Session) -> tuple[Any, ...]:
    """The views of the chat and of its character, in a row."""
    return (*chat_view(session), *character_view(session))
