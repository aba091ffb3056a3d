"""Tells chats of programs whose files are not read yet, so that they can be refused by name."""

from collections.abc import Callable, Mapping
from typing import Any

from pyg_ui.library.containers.document import Document


def foreign_program(document: Document) -> str:
    """The program that such a chat is of; "" for every other document."""
    first = document.first_row
    return next((program for program, is_chat in _MARKS.items() if is_chat(first)), "")


def _has(*keys: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: all(key in values for key in keys)


def _has_messages_with(*keys: str) -> Callable[[Mapping[str, Any]], bool]:
    def is_chat(values: Mapping[str, Any]) -> bool:
        listed = values.get("messages")
        return isinstance(listed, list) and any(isinstance(each, dict) and _has(*keys)(each) for each in listed)

    return is_chat


_MARKS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "ChatGPT": _has("mapping", "create_time"),
    "Claude": _has("chat_messages"),
    "NovelAI": lambda values: "storyContainerVersion" in values or "scenarioVersion" in values,
    "LM Studio": _has_messages_with("versions", "currentlySelected"),
    "Discord": _has("guild", "channel", "messages"),
    "Telegram": _has_messages_with("from_id", "type"),
    "Messenger": _has_messages_with("sender_name", "timestamp_ms"),
    "Google AI Studio": _has("chunkedPrompt"),
    "Gemini": lambda values: isinstance(values.get("contents"), list) and "parts" in str(values["contents"][:1]),
}
"""By the program, whether an object is its chat."""
