"""JSON documents as plain values and back, within limits of size, depth and number.

A parsed value holds only dicts with text keys, lists, texts, finite numbers, booleans and None. Every text in it can
be encoded and holds no NUL, so any file and any database accepts it.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from pyg_ui.library.containers.text import decode_text, plain_text
from pyg_ui.library.unreadable import UnreadableError

MAX_VALUES = 1_000_000
"""The number of commas and opening brackets in a document, of which those of objects count twice.

It bounds the memory that the values take."""
MAX_DEPTH = 64
"""How deep lists and objects may be nested."""

_TOO_DEEP = "{file} is not usable: its JSON cannot be read, it is nested too deeply."
_ODD_CHARACTERS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""What NULs and surrogates look like in JSON. Without any, every text in it is plain."""


def parse_json(data: bytes) -> Any:
    """The value that a JSON document describes. Raises UnreadableError."""
    text = decode_text(data)
    num_objects = data.count(b"{")
    num_brackets = data.count(b"[") + num_objects
    if num_brackets + num_objects + data.count(b",") > MAX_VALUES:  # objects take more memory than lists
        raise UnreadableError(
            "{file} is too large: its JSON may hold {limit} values. Split it into several files, such as one for each "
            "chat.",
            limit=f"{MAX_VALUES:,}",
        )
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            "{file} is not valid JSON: {_problem} at line {line}, column {column}.",
            _problem=error.msg, line=error.lineno, column=error.colno,
        ) from error  # fmt: skip
    except OverflowError as error:
        raise UnreadableError("{file} is not usable: its JSON cannot be read, a number in it is too large.") from error
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits and endless nesting are valid JSON, but Python does not read them.
        raise UnreadableError("{file} is not usable: its JSON cannot be read.") from error
    if num_brackets > MAX_DEPTH:
        _check_depth(value)
    if _ODD_CHARACTERS.search(text):
        value = plain_text(value) if isinstance(value, str) else value
        _make_plain(value)
    return value


def dump_json(value: Mapping[str, Any], *, indent: int | None = 2) -> str:
    """The object as JSON in readable letters, with a line end."""
    return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False) + "\n"


def plain(value: Any, depth: int = 0) -> Any:
    """The value with every text encodable. Raises UnreadableError for infinite numbers and deep nesting."""
    if depth > MAX_DEPTH:
        raise UnreadableError(_TOO_DEEP)
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


def _make_plain(value: Any) -> None:
    """Make every text in a list or an object encodable, without a copy: it would need as much memory again."""
    if type(value) is list:
        for place, item in enumerate(value):
            if type(item) is str:
                value[place] = plain_text(item)
            else:
                _make_plain(item)
    elif type(value) is dict:
        if any(plain_text(key) != key for key in value):
            items = [(plain_text(key), item) for key, item in value.items()]
            value.clear()
            value.update(items)
        for key, item in value.items():
            if type(item) is str:
                value[key] = plain_text(item)
            else:
                _make_plain(item)


def _check_depth(value: Any) -> None:
    """Raise UnreadableError for deep nesting."""
    inner = [value] if type(value) is dict or type(value) is list else []
    for _ in range(MAX_DEPTH + 1):
        inner = [
            item for each in inner for item in (each.values() if type(each) is dict else each)
            if type(item) is dict or type(item) is list
        ]  # fmt: skip
        if not inner:
            return
    raise UnreadableError(_TOO_DEEP)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise OverflowError(digits)
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
