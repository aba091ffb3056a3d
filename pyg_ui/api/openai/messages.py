"""The messages of a chat request: OpenAI's words translated to ours."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyg_ui.api.fields.declaration import Body, Schema, declare
from pyg_ui.api.fields.kinds import checked_flag, checked_text
from pyg_ui.errors import InputError, ParameterError
from pyg_ui.service.messages import ChatMessage, Speaker

MAX_NAME_LENGTH = 64
"""In characters. The prompt repeats a name before every turn."""

_SPEAKERS = {
    "system": Speaker.NARRATOR,
    "developer": Speaker.NARRATOR,
    "user": Speaker.PERSON,
    "assistant": Speaker.CHARACTER,
    "tool": Speaker.TOOL,
    "function": Speaker.TOOL,
}
_TEXTS = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}
"""The types of the parts that hold text, and the field that holds it."""

_KIND = re.compile(r"\w{1,32}", re.ASCII)
"""What a part's type must look like to be repeated in an answer."""

_PART: Schema = {"type": "object", "properties": {"type": {"type": "string"}, "text": {"type": "string"}}}
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
    "description": "The conversation, oldest first. What `system` says before it is the character's persona; later "
    "`system` messages, and what tools say, stay at their place as lines in brackets. The character's name is the "
    "`name` of an `assistant` (else `system`) message, else the one that the instructions tell (`You are Bob.`, `Write "
    "Bob's next reply`), else Assistant; the `name` of a `user` message stands where the character says <USER>. A last "
    "message of `assistant` is continued. Content is text, or parts of type text; other parts are left out, with a "
    "warning.",
}
_CONTINUES: Schema = {
    "anyOf": [{"type": "boolean"}, {"type": "null"}],
    "description": "Whether the last message is continued: by default if it is the assistant's. The answer has only "
    "what is new, unless `echo` is true.",
}
_BEGINS: Schema = {
    "anyOf": [{"type": "boolean"}, {"type": "null"}],
    "description": "The opposite of continue_final_message: with true, a new message is written in any case.",
}


def messages(name: str) -> Any:
    """A list of at least one message."""

    def read(body: Body) -> tuple[ChatMessage, ...]:
        value = body.get(name)
        if not isinstance(value, list) or not value:
            raise InputError('The field "{field}" must be a list of at least one message.', field=name)
        reader = _Reader(body.warnings)
        return tuple(message for index, each in enumerate(value) for message in reader.read(f"{name}[{index}]", each))

    return declare({name: _MESSAGES}, read, is_required=True)


def continuation() -> Any:
    """Whether the last message is continued; None if the request leaves it open."""

    def read(body: Body) -> bool | None:
        continues = checked_flag("continue_final_message", body.get("continue_final_message"))
        begins = checked_flag("add_generation_prompt", body.get("add_generation_prompt"))
        if continues and begins:
            template = "{field} and add_generation_prompt cannot both be true. Leave one out."
            raise ParameterError("continue_final_message", template, field="continue_final_message")
        return False if continues is None and begins else continues

    return declare({"continue_final_message": _CONTINUES, "add_generation_prompt": _BEGINS}, read)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the messages of one request, oldest first."""

    warnings: list[str]
    _tools: dict[str, str] = field(default_factory=dict)
    """The name of each tool that was called, by the id of the call."""

    def read(self, label: str, value: Any) -> Iterator[ChatMessage]:
        """The message, and what the assistant called in it."""
        if not isinstance(value, dict):
            raise InputError('The field "{field}" must be an object with role and content.', field=label)
        role = value.get("role")
        speaker = _SPEAKERS.get(role) if isinstance(role, str) else None
        if speaker is None:
            template = 'The field "{field}" must be one of {roles}.'
            raise InputError(template, field=f"{label}.role", roles=", ".join(_SPEAKERS))
        text = self._content(f"{label}.content", value.get("content"))
        name = checked_text(f"{label}.name", value.get("name"), MAX_NAME_LENGTH).strip()
        if speaker is Speaker.TOOL:
            call_id = value.get("tool_call_id")
            name = name or (self._tools.get(call_id, "") if isinstance(call_id, str) else "")
        calls = list(self._calls(label, value)) if speaker is Speaker.CHARACTER else []
        if text or not calls:
            yield ChatMessage(speaker, text, name)
        yield from calls

    def _content(self, label: str, value: Any) -> str:
        parts = value if isinstance(value, list) else [{"type": "text", "text": value}]
        if not all(isinstance(part, dict) and isinstance(part.get("type"), str) for part in parts):
            raise InputError('The field "{field}" must be a text, or a list of parts of type text.', field=label)
        texts = [checked_text(label, part.get(_TEXTS[part["type"]])) for part in parts if part["type"] in _TEXTS]
        if others := sorted({part["type"] for part in parts} - _TEXTS.keys()):
            kinds = ", ".join(kind for kind in others if _KIND.fullmatch(kind)) or "an unknown type"
            self.warnings.append(f"{label}: parts of type {kinds} are left out, because this model reads text only.")
        return "\n".join(texts)

    def _calls(self, label: str, value: Mapping[str, Any]) -> Iterator[ChatMessage]:
        """What the assistant called, as messages."""
        listed = value.get("tool_calls")
        calls = [*(listed if isinstance(listed, list) else []), {"function": value.get("function_call")}]
        for call in calls:
            called = (call.get("function") or call.get("custom")) if isinstance(call, dict) else None
            if not isinstance(called, dict) or not called.get("name"):
                continue
            name = checked_text(f"{label}.tool_calls", called["name"], MAX_NAME_LENGTH)
            if isinstance(call.get("id"), str):
                self._tools[call["id"]] = name
            arguments = checked_text(f"{label}.tool_calls", called.get("arguments") or called.get("input"))
            yield ChatMessage(Speaker.TOOL, arguments or "()", f"call of {name}")
