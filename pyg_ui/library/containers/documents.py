"""Strangers' bytes as plain values, within limits of size, depth and number; and values as JSON.

Every reader of the library stands on this module. What comes out holds dicts with text keys, lists, texts, finite
numbers, booleans and None only; every text can be encoded and holds no NUL, so any file and any database takes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

MAX_FILE_BYTES = 64 * 2**20
"""Larger files are refused unread."""
MAX_TEXT_BYTES = 8 * 2**20
"""The size of a JSON or YAML document; packed ones are never unpacked beyond it."""
MAX_VALUES = 300_000
"""The number of commas and opening brackets in a document, which bounds the memory that its values take."""
MAX_DEPTH = 64
"""How deep lists and objects may be nested."""


class UnreadableError(Exception):
    """What is wrong with a file. The message continues a sentence that begins with the file's name."""


def read_file(path: Path) -> bytes:
    """The file's bytes. Raises UnreadableError where it is no readable file, or too large."""
    try:
        if not path.is_file():
            raise UnreadableError("cannot be read: it is a folder." if path.is_dir() else "does not exist.")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnreadableError(f"is too large: {_mib(size)}, and {_mib(MAX_FILE_BYTES)} is the limit.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "that is no file name"
        raise UnreadableError(f"cannot be read: {reason}.") from error


def decode_text(data: bytes) -> str:
    """The bytes as UTF-8, without a byte order mark. Raises UnreadableError."""
    check_size(len(data))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("is not a text file in UTF-8. Save it as UTF-8 and try again.") from error


def check_size(num_bytes: int) -> None:
    """Raise UnreadableError for a document that is too large."""
    if num_bytes > MAX_TEXT_BYTES:
        raise UnreadableError(f"is too large: its text has more than {_mib(MAX_TEXT_BYTES)}.")


def parse_json(data: bytes) -> Any:
    """The value that a JSON document describes. Raises UnreadableError."""
    text = decode_text(data)
    if sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise UnreadableError("is too large: its JSON holds too many values.")
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableError(f"is not valid JSON: {error.msg} at {place}.") from error
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits and endless nesting are JSON, but nothing that we could use.
        raise UnreadableError("is not usable: its JSON cannot be read.") from error
    return plain(value)


def dump_json(value: Mapping[str, Any], *, indent: int | None = 2) -> str:
    """The object as JSON in readable letters, with a line end."""
    return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False) + "\n"


def plain(value: Any, depth: int = 0) -> Any:
    """The value with every text encodable. Raises UnreadableError for infinite numbers and deep nesting."""
    if depth > MAX_DEPTH:
        raise UnreadableError("is not usable: its JSON cannot be read, it is nested too deeply.")
    match value:
        case str():
            return plain_text(value)
        case dict():
            return {plain_text(str(key)): plain(item, depth + 1) for key, item in value.items()}
        case list():
            return [plain(item, depth + 1) for item in value]
        case float() if not math.isfinite(value):
            raise UnreadableError("is not usable: its JSON cannot be read, a number in it is too large.")
        case _:
            return value


def plain_text(text: str) -> str:
    """The text with NULs and halves of broken characters as U+FFFD."""
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "\ufffd")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _mib(num_bytes: int) -> str:
    return f"{num_bytes / 2**20:,.0f} MiB"
