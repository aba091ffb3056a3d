"""The kinds of fields: what a field of each kind may hold, and its JSON schema.

If a field `is_lenient`, a wrong value counts as absent. A number may be written as text.
"""

import math
import re
from functools import partial
from typing import Any

from pyg_ui.api.fields.declaration import Body, Schema, declare, declare_field, nullable
from pyg_ui.errors import InputError, ParameterError

MAX_STOPS = 64
"""How many stop strings a request may have."""
MAX_STOP_LENGTH = 512
"""How many characters each of them may have."""

PromptInput = str | tuple[int, ...]
"""A prompt as text or as token ids."""

_NUMERIC_PATTERN = r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*$"
"""Decimal numbers, with or without an exponent."""
_MAX_NUMERIC_LENGTH = 64

NUMERIC_TEXT: Schema = {"type": "string", "pattern": _NUMERIC_PATTERN, "description": "The number written as text."}
_TEXT: Schema = {"type": "string", "minLength": 1}


def flag(name: str, description: str, *, default: bool = False, is_lenient: bool = False) -> Any:
    """True or false."""

    schema = nullable([{"type": "boolean"}], default, description)
    return declare_field(name, schema, partial(checked_flag, name), default, is_lenient=is_lenient)


def whole_number(name: str, description: str, low: int, high: int, *, default: int | None = None) -> Any:
    """A whole number from `low` to `high`, both included."""
    types = [{"type": "integer", "minimum": low, "maximum": high}, NUMERIC_TEXT]
    schema = nullable(types, default, description)
    return declare_field(name, schema, lambda value: _checked_whole(name, value, low, high), default)


def clamped_number(name: str, description: str, low: int, high: int, *, default: int | None = None) -> Any:
    """A whole number that is moved into its range. Any value that is no number counts as absent."""

    def read(value: Any) -> int | None:
        number = as_number(value)
        return default if number is None else int(min(max(number, low), high))

    return declare_field(name, {"type": "integer", "default": default, "description": description}, read, default)


def text(name: str, description: str, *, unless: str | None = None) -> Any:
    """A text that is required and not empty. It may be absent or empty if the field `unless` is present."""

    def read(body: Body) -> str:
        check = checked_text if unless is not None and body.get(unless) else _required_text
        return check(name, body.get(name))

    return declare({name: {**_TEXT, "description": description}}, read, is_required=True)


def optional_text(name: str, description: str, *, most: int | None = None, is_lenient: bool = False) -> Any:
    """A text of at most `most` characters; "" if it is absent."""
    schema = nullable([{"type": "string"}], None, description)
    return declare_field(name, schema, lambda value: checked_text(name, value, most), "", is_lenient=is_lenient)


def stops(name: str, description: str, *, is_lenient: bool = False) -> Any:
    """A list of stop strings, or a single one. Empty ones and null count as absent.

    If `is_lenient`, overlong and surplus ones are left out too, and all that is no text.
    """
    stop = {"type": "string", "maxLength": MAX_STOP_LENGTH}
    types = [{"type": "array", "items": nullable([stop], None, "A stop string."), "maxItems": MAX_STOPS}, stop]

    def read(value: Any) -> tuple[str, ...]:
        values = value if isinstance(value, list) else [value]
        wanted = [each for each in values if each is not None and each != ""]
        if is_lenient:
            useful = [each for each in wanted if isinstance(each, str) and len(each) <= MAX_STOP_LENGTH]
            wanted = list(dict.fromkeys(useful))[:MAX_STOPS]
        if not all(isinstance(each, str) for each in wanted):
            raise InputError('The field "{field}" must be a list of texts.', field=name)
        return _checked_stops(name, wanted)

    return declare_field(name, nullable(types, [], description), read, (), is_lenient=is_lenient)


def prompts(name: str, description: str, most: int) -> Any:
    """One to `most` prompts that are not empty: a text, a list of token ids, or a list of either.

    The reader of the request checks `most`, because it may depend on other fields.
    """
    ids: Schema = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1}
    several: Schema = {"type": "array", "items": {"anyOf": [_TEXT, ids]}, "minItems": 1, "maxItems": most}

    def read(body: Body) -> tuple[PromptInput, ...]:
        value = body.get(name)
        is_list = isinstance(value, list) and value and not isinstance(value[0], int)
        return tuple(_prompt(name, prompt, body.vocabulary_size) for prompt in (value if is_list else [value]))

    return declare({name: {"anyOf": [_TEXT, ids, several], "description": description}}, read, is_required=True)


def token_ids(name: str, description: str) -> Any:
    """A list of token ids of the vocabulary; an empty one if it is absent."""
    schema = {"type": "array", "items": {"type": "integer", "minimum": 0}, "default": [], "description": description}

    def read(body: Body) -> tuple[int, ...]:
        return _checked_ids(name, body.get(name) or [], body.vocabulary_size)

    return declare({name: schema}, read)


def checked_text(name: str, value: Any, most: int | None = None) -> str:
    """A text of at most `most` characters; "" for None. Raises InputError."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError('The field "{field}" must be a text.', field=name)
    if most is not None and len(value) > most:
        raise InputError('The field "{field}" must have at most {most} characters.', field=name, most=most)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        problem = f"half of a surrogate pair at character {error.start}"
        template = 'The field "{field}" holds {problem}. Send whole Unicode characters.'
        raise InputError(template, field=name, problem=problem) from None
    return value


def checked_flag(name: str, value: Any) -> bool | None:
    """The value if it is true, false or None. Raises ParameterError."""
    if value is not None and not isinstance(value, bool):
        raise ParameterError(name, "{field} must be true or false.", field=name)
    return value


def plain(value: Any) -> Any:
    """A number that is written as text becomes a number. Every other value is returned unchanged."""
    if not isinstance(value, str) or len(value) > _MAX_NUMERIC_LENGTH or not re.match(_NUMERIC_PATTERN, value):
        return value
    text = value.strip()  # int() itself knows fewer kinds of white space
    return int(text) if text.lstrip("+-").isdecimal() else float(text)


def as_number(value: Any) -> float | None:
    """The number that a value holds, possibly infinite; None if it holds none."""
    number = plain(value)
    return number if type(number) in (int, float) else None


def _checked_whole(name: str, value: Any, low: int, high: int) -> int:
    number = as_number(value)
    if number is None or number % 1 != 0 or not low <= number <= high:
        template = "{field} must be a whole number from {low:,} to {high:,}."
        raise ParameterError(name, template, field=name, low=low, high=high)
    return int(number)


def _required_text(name: str, value: Any) -> str:
    checked = checked_text(name, value)
    if not checked:
        problem = "missing" if value is None else "empty"
        template = 'The field "{field}" is {problem}. Put the text to continue there.'
        raise InputError(template, field=name, problem=problem)
    return checked


def _checked_stops(name: str, stops: list[str]) -> tuple[str, ...]:
    if len(stops) > MAX_STOPS:
        template = 'The field "{field}" has {count:,} entries; at most {most} are allowed.'
        raise InputError(template, field=name, count=len(stops), most=MAX_STOPS)
    if any(len(stop) > MAX_STOP_LENGTH for stop in stops):
        template = 'Each entry of "{field}" must have at most {most} characters.'
        raise InputError(template, field=name, most=MAX_STOP_LENGTH)
    return tuple(checked_text(name, stop) for stop in stops)


def _prompt(name: str, value: Any, vocabulary_size: int | None) -> PromptInput:
    if not isinstance(value, list) or not value:
        return _required_text(name, value)
    return _checked_ids(name, value, vocabulary_size)


def _checked_ids(name: str, value: Any, vocabulary_size: int | None) -> tuple[int, ...]:
    end = math.inf if vocabulary_size is None else vocabulary_size
    if not isinstance(value, list) or not all(type(item) is int and 0 <= item < end for item in value):
        raise InputError('The field "{field}" holds a token id outside the model\'s vocabulary.', field=name)
    return tuple(value)
