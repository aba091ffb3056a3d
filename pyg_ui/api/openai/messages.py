"""The messages of a chat request, in OpenAI's words, to ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyg_ui.api.fields import Fields
from pyg_ui.api.schema import Schema
from pyg_ui.errors import InputError
from pyg_ui.service import Message, Speaker

MAX_NAME_LENGTH = 64
"""In characters. A name stands in front of every turn."""

_SPEAKERS = {
    "system": Speaker.NARRATOR,
    "developer": Speaker.NARRATOR,
    "user": Speaker.PERSON,
    "assistant": Speaker.CHARACTER,
}


def read_messages(body: Mapping[str, Any]) -> tuple[Message, ...]:
    """At least one message. Raises InputError, which never repeats one."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise InputError('The field "messages" must be a list of at least one message.')
    return tuple(_message(index, message) for index, message in enumerate(messages))


def read_name(fields: Fields, name: str, label: str) -> str:
    """A short text; "" where it is absent. `label` is what messages call it."""
    value = fields.optional_text(name, label)
    if len(value) > MAX_NAME_LENGTH:
        raise InputError(f'The field "{label}" must have at most {MAX_NAME_LENGTH} characters.')
    return value


def messages_schema() -> Schema:
    """A list of messages."""
    part = {"type": "object", "properties": {"type": {"const": "text"}, "text": {"type": "string"}}}
    content = {"anyOf": [{"type": "string"}, {"type": "array", "items": part}, {"type": "null"}]}
    message = {
        "type": "object",
        "properties": {
            "role": {"enum": list(_SPEAKERS)},
            "content": content,
            "name": {"anyOf": [{"type": "string", "maxLength": MAX_NAME_LENGTH}, {"type": "null"}]},
        },
        "required": ["role"],
    }
    return {
        "type": "array",
        "items": message,
        "minItems": 1,
        "description": "The conversation, oldest first. What `system` says is the character's persona; the `name` "
        "of an `assistant` (else `system`) message is the character's name, else Assistant; the `name` of a `user` "
        "message stands where the character says <USER>. Content is text, or parts of type text.",
    }


def _message(index: int, value: Any) -> Message:
    label = f"messages[{index}]"
    if not isinstance(value, dict):
        raise InputError(f'The field "{label}" must be an object with role and content.')
    role = value.get("role")
    speaker = _SPEAKERS.get(role) if isinstance(role, str) else None
    if speaker is None:
        raise InputError(f'The field "{label}.role" must be one of {", ".join(_SPEAKERS)}.')
    return Message(speaker, _content(value, label), read_name(Fields(value), "name", f"{label}.name"))


def _content(message: Mapping[str, Any], label: str) -> str:
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    return "\n".join(_part(part, f"{label}.content") for part in parts)


def _part(part: Any, label: str) -> str:
    if not isinstance(part, dict) or part.get("type") != "text":
        raise InputError(f'The field "{label}" must be a text, or a list of parts of type text.')
    return Fields(part).optional_text("text", label)
