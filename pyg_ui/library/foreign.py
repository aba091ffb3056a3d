"""Recognises files of other programs that cannot be read yet, so that the error says what they are.

These marks are asked last, after the readers of characters, chats and lorebooks.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import objects_in
from pyg_ui.library.presets import settings
from pyg_ui.library.unreadable import UnreadableError

_Test = Callable[[Mapping[str, Any]], bool]
_MIN_SETTINGS = 2
"""A single `top_k` or `temperature` makes no preset."""


def check_no_model(data: bytes) -> None:
    """Raise UnreadableError for the weights of a model: GGUF, safetensors, or torch's archives."""
    is_safetensors = data[8:9] == b"{" and data[3:8] == bytes(5)
    if data[:4] == b"GGUF" or is_safetensors or (data[:2] == b"PK" and b"/data.pkl" in data[:256]):
        raise _model_error()


def refusal(document: Document, unknown: UnreadableError | None = None) -> UnreadableError:
    """The error for a document that no reader recognises. It says what the document looks like, else `unknown`."""
    values = document.first_row
    if any(test(values) for test in _MODELS):
        return _model_error()
    for program, test in _CHATS.items():
        if test(values):
            return UnreadableError("{file} looks like a chat of {program}, which cannot be read yet.", program=program)
    for what, program, test in _FOREIGN:
        if test(values):
            return UnreadableError(
                "{file} looks like {_what} of {program}, which cannot be read yet.", _what=what, program=program
            )
    if settings.num_known(values) >= _MIN_SETTINGS:
        return UnreadableError("{file} looks like a preset for sampling. Drop it on the presets beside the sliders.")
    return unknown or UnreadableError("{file} is no character, chat or lorebook in a format that we know.")


def _model_error() -> UnreadableError:
    return UnreadableError("{file} is a part of a model. Start with --model and the folder that it is in.")


def _has(*keys: str) -> _Test:
    return lambda values: all(key in values for key in keys)


def _part_has(part: str, *keys: str) -> _Test:
    def test(values: Mapping[str, Any]) -> bool:
        inner = values.get(part)
        return isinstance(inner, dict) and all(key in inner for key in keys)

    return test


def _messages_have(*keys: str) -> _Test:
    """Whether a message in the list `messages` has all the keys."""
    return lambda values: any(map(_has(*keys), objects_in(values.get("messages"))))


_MODELS: tuple[_Test, ...] = (
    _has("architectures", "model_type"),
    _has("model_type", "vocab_size"),
    _has("model_type", "hidden_size"),
    _has("tokenizer_class"),
    _has("weight_map"),
    _has("peft_type"),
    _has("_from_model_config"),
    _part_has("model", "vocab"),
)
_CHATS: dict[str, _Test] = {
    "ChatGPT": _has("mapping", "create_time"),
    "Claude": _has("chat_messages"),
    "NovelAI": _has("storyContainerVersion"),
    "LM Studio": _messages_have("versions", "currentlySelected"),
    "Discord": _has("guild", "channel", "messages"),
    "Telegram": _messages_have("from_id", "type"),
    "Messenger": _messages_have("sender_name", "timestamp_ms"),
    "Google AI Studio": _has("chunkedPrompt"),
    "Gemini": lambda values: isinstance(values.get("contents"), list) and "parts" in str(values["contents"][:1]),
}
"""By the program, whether an object is its chat."""
_FOREIGN: tuple[tuple[str, str, _Test], ...] = (
    ("a character", "Backyard AI", _part_has("character", "aiDisplayName")),
    ("a character", "Backyard AI", _has("aiDisplayName", "aiPersona")),
    ("settings", "SillyTavern", _has("power_user")),
    ("an instruct template", "SillyTavern", _has("input_sequence", "output_sequence")),
    ("a set of templates", "SillyTavern", _part_has("instruct", "input_sequence")),
    ("a context template", "SillyTavern", _has("story_string")),
    ("a regex script", "SillyTavern", _has("findRegex", "replaceString")),
    ("a set of quick replies", "SillyTavern", _has("qrList")),
    ("a set of quick replies", "SillyTavern", _has("quickReplySlots")),
    ("a theme", "SillyTavern", _has("main_text_color", "italics_text_color")),
    ("a preset of prompts", "SillyTavern", _has("prompts", "prompt_order")),
    ("a list of personas", "SillyTavern", _has("personas", "persona_descriptions")),
    ("a group", "SillyTavern", _has("members", "chat_id", "activation_strategy")),
    ("a module", "RisuAI", lambda values: values.get("type") == "risuModule"),
    ("a preset of prompts", "RisuAI", _has("promptTemplate", "aiModel")),
    ("a list of regex scripts", "RisuAI", lambda values: values.get("type") == "regex" and "data" in values),
    ("a preset", "Agnai", _has("gaslight", "service")),
    ("a scenario", "Agnai", lambda values: values.get("kind") == "scenario" and "entries" in values),
    ("a scenario", "NovelAI", _has("scenarioVersion")),
    ("a preset", "NovelAI", _has("presetVersion", "parameters")),
)
"""What it is, whose, and the test."""
