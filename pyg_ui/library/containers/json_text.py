"""JSON documents as plain values and back, within limits of size, depth and number.

A parsed value holds only dicts with text keys, lists, texts, finite numbers, booleans and None. Every text in it can
be encoded and holds no NUL, so any file and any database accepts it.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from pyg_ui.library.containers.text import decode_text, plain_text
from pyg_ui.library.unreadable import UnreadableError

MAX_VALUES = 300_000
"""The number of commas and opening brackets in a document. It bounds the memory that the values take."""
MAX_DEPTH = 64
"""How deep lists and objects may be nested."""


def parse_json(data: bytes) -> Any:
    """The value that a JSON document describes. Raises UnreadableError."""
    text = decode_text(data)
    if sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise UnreadableError("{file} is too large: {_reason}", _reason="its JSON holds too many values.")
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            "{file} is not valid JSON: {_problem} at line {line}, column {column}.",
            _problem=error.msg, line=error.lineno, column=error.colno,
        ) from error  # fmt: skip
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits and endless nesting are valid JSON, but Python does not read them.
        raise UnreadableError("{file} is not usable: its JSON cannot be read.") from error
    return plain(value)


def dump_json(value: Mapping[str, Any], *, indent: int | None = 2) -> str:
    """The object as JSON in readable letters, with a line end."""
    return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False) + "\n"


def plain(value: Any, depth: int = 0) -> Any:
    """The value with every text encodable. Raises UnreadableError for infinite numbers and deep nesting."""
    if depth > MAX_DEPTH:
        raise UnreadableError("{file} is not usable: its JSON cannot be read, it is nested too deeply.")
    match value:
        case str():
            return plain_text(value)
        case dict():
            return {plain_text(str(key)): plain(item, depth + 1) for key, item in value.items()}
        case list():
            return [plain(item, depth + 1) for item in value]
        case float() if not math.isfinite(value):
            raise UnreadableError("{file} is not usable: its JSON cannot be read, a number in it is too large.")
        case _:
            return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
