"""The messages of a chat request: OpenAI's words translated to ours."""

from typing import Any

from pyg_ui.api.fields.declaration import Body, Schema, declare
from pyg_ui.api.fields.kinds import checked_text
from pyg_ui.errors import InputError
from pyg_ui.service.messages import ChatMessage, Speaker

MAX_NAME_LENGTH = 64
"""In characters. The prompt repeats a name before every turn."""

_SPEAKERS = {
    "system": Speaker.NARRATOR,
    "developer": Speaker.NARRATOR,
    "user": Speaker.PERSON,
    "assistant": Speaker.CHARACTER,
}

_PART: Schema = {"type": "object", "properties": {"type": {"const": "text"}, "text": {"type": "string"}}}
_MESSAGE: Schema = {
    "type": "object",
    "properties": {
        "role": {"enum": list(_SPEAKERS)},
        "content": {"anyOf": [{"type": "string"}, {"type": "array", "items": _PART}, {"type": "null"}]},
        "name": {"anyOf": [{"type": "string", "maxLength": MAX_NAME_LENGTH}, {"type": "null"}]},
    },
    "required": ["role"],
}
_MESSAGES: Schema = {
    "type": "array",
    "items": _MESSAGE,
    "minItems": 1,
    "description": "The conversation, oldest first. What `system` says is the character's persona; the `name` "
    "of an `assistant` (else `system`) message is the character's name, else Assistant; the `name` of a `user` "
    "message stands where the character says <USER>. Content is text, or parts of type text.",
}


def messages(name: str) -> Any:
    """A list of at least one message."""

    def read(body: Body) -> tuple[ChatMessage, ...]:
        value = body.get(name)
        if not isinstance(value, list) or not value:
            raise InputError('The field "{field}" must be a list of at least one message.', field=name)
        return tuple(_message(f"{name}[{index}]", message) for index, message in enumerate(value))

    return declare({name: _MESSAGES}, read, is_required=True)


def _message(label: str, value: Any) -> ChatMessage:
    if not isinstance(value, dict):
        raise InputError('The field "{field}" must be an object with role and content.', field=label)
    role = value.get("role")
    speaker = _SPEAKERS.get(role) if isinstance(role, str) else None
    if speaker is None:
        template = 'The field "{field}" must be one of {roles}.'
        raise InputError(template, field=f"{label}.role", roles=", ".join(_SPEAKERS))
    content = _content(f"{label}.content", value.get("content"))
    return ChatMessage(speaker, content, checked_text(f"{label}.name", value.get("name"), MAX_NAME_LENGTH))


def _content(label: str, value: Any) -> str:
    parts = value if isinstance(value, list) else [{"type": "text", "text": value}]
    if not all(isinstance(part, dict) and part.get("type") == "text" for part in parts):
        raise InputError('The field "{field}" must be a text, or a list of parts of type text.', field=label)
    return "\n".join(checked_text(label, part.get("text")) for part in parts)
