"""What programs send to the endpoints, and what is made of it: a chat, and sampling parameters.

Refuses what it does not understand with an error for the program's author, in English.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypedDict

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.engine.parameters import DECLARATIONS, TEXTS_DECLARATIONS, SamplingParameters
from pyg_ui.errors import PygmalionError
from pyg_ui.library.cards.files import read_card


class HistoryMessage(TypedDict):
    """A message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str


class Description(TypedDict, total=False):
    """A character in the program's own words. Any known character card may stand in its place."""

    name: str
    persona: str
    scenario: str
    greeting: str
    example_dialogue: str


PARAMETER_TYPES = {
    **{declared.name: int if declared.is_integer else float for declared in DECLARATIONS},
    **{declared.name: list[str] for declared in TEXTS_DECLARATIONS},
}
"""The sampling parameters, each with the type of its value."""

_ROLES = {"user": Role.PERSON, "assistant": Role.CHARACTER}


def read_chat(history: Any, character: Any, bundled: Mapping[str, Character]) -> Chat:
    """The conversation so far. Without a character, it is the first of those that come with the server."""
    found, turns = _character(character, bundled), _turns(history)
    chat = Chat(found) if turns and turns[0].role is Role.CHARACTER else Chat.start(found)
    return replace(chat, turns=(*chat.turns, *turns))


def read_parameters(values: Any) -> SamplingParameters:
    """The page's defaults with the values that a program sends by our names. Raises ParameterError."""
    if not isinstance(values or {}, dict):
        raise refusal('"parameters" must be an object, such as {"temperature": 0.7}.')
    changes = {name: value for name, value in (values or {}).items() if value is not None}
    if unknown := sorted(changes.keys() - PARAMETER_TYPES.keys()):
        known = ", ".join(PARAMETER_TYPES)
        raise refusal(f"There is no sampling parameter called {unknown[0]!r}. Those that are known: {known}.")
    return SamplingParameters().with_changes(changes)


def read_text(name: str, value: Any) -> str:
    """A text that must be given."""
    if not isinstance(value, str) or not value:
        raise refusal(f'"{name}" must be a text that is not empty.')
    return _whole(name, value)


def refusal(message: str) -> gr.Error:
    """The error of a request that cannot be answered, which is no failure of the server's."""
    return gr.Error(message, print_exception=False)


def _turns(history: Any) -> Sequence[Turn]:
    if not isinstance(history or [], list):
        raise refusal('"history" must be a list of messages, such as {"role": "user", "content": "Hello!"}.')
    return [_turn(f"history[{index}]", value) for index, value in enumerate(history or [])]


def _turn(place: str, value: Any) -> Turn:
    if not isinstance(value, dict) or value.get("role") not in _ROLES:
        raise refusal(f'"{place}" must be an object whose "role" is "user" or "assistant".')
    content = value.get("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    texts = [part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in parts]
    if not all(isinstance(text, str) for text in texts):
        raise refusal(f'The "content" of "{place}" must be a text.')
    return Turn.of(_ROLES[value["role"]], _whole(place, "\n".join(map(str, texts))))


def _whole(name: str, text: str) -> str:
    """The text, if it can be encoded. A tokenizer fails on anything else."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise refusal(f'"{name}" holds half of a surrogate pair. Send whole Unicode characters.') from None
    return text


def _character(value: Any, bundled: Mapping[str, Character]) -> Character:
    if not value and bundled:
        return next(iter(bundled.values()))
    if isinstance(value, str) and value in bundled:
        return bundled[value]
    if isinstance(value, dict) and value.keys() <= Description.__annotations__.keys():
        if not all(isinstance(text, str) for text in value.values()):
            raise refusal('The fields of "character" must be texts.')
        return Character(**{"name": "", **{name: _whole(f"character.{name}", text) for name, text in value.items()}})
    if isinstance(value, dict):
        try:
            return read_card(json.dumps(value).encode(), '"character"').card.character
        except PygmalionError as error:
            raise refusal(str(error)) from None
    raise refusal(
        f'"character" must be one of {", ".join(bundled)}; or an object with a "name" and what else describes it: '
        f'"persona", "scenario", "greeting", "example_dialogue"; or a character card.'
    )
