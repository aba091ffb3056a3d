"""What the page's fields hold, as their handlers are given it."""

from __future__ import annotations

from typing import Any

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.parameters import EVERY_DECLARATION
from pyg_ui.ui.form.character import character_view
from pyg_ui.ui.session import Session


def card_form(chat: Chat, **changes: Any) -> dict[str, Any]:
    """The character panel's fields for a chat, by name."""
    shown = character_view(Session.open(chat))
    entry = shown.lorebook._asdict()
    return shown._asdict() | entry | {"entry": entry["entry"]["value"]} | changes


def form(character: Character, your_name: str = "You", **changes: Any) -> dict[str, Any]:
    """The fields of the character and sampling panels, by name."""
    sampling = {declared.name: declared.default for declared in EVERY_DECLARATION}
    return card_form(Chat.start(character, your_name)) | sampling | changes
