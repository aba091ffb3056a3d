"""Character files: Pygmalion's JSON, and the directory of characters that come with the program.

A file becomes a whole Character or a CharacterError that names the file and the problem. Keys that we do not know
are ignored.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pyg_ui.dialogue.character import Character
from pyg_ui.errors import CharacterError

FIELDS = {
    "char_name": "name",
    "char_persona": "persona",
    "world_scenario": "scenario",
    "char_greeting": "greeting",
    "example_dialogue": "example_dialogue",
}
"""The keys of Pygmalion's JSON, and the fields of Character that they hold."""


def bundled_characters(directory: Path) -> tuple[Character, ...]:
    """The characters of the directory's `.json` files, in the order of the files' names; none where it is missing.

    Raises CharacterError for a file that cannot be used.
    """
    return tuple(_read_character(path) for path in sorted(directory.glob("*.json")))


def parse_character(data: bytes, file_name: str) -> Character:
    """The character in the bytes of a Pygmalion JSON file. Raises CharacterError, which names the file."""
    values = _json_object(data, file_name)
    if "char_name" not in values:
        raise CharacterError(f"{file_name} is not a Pygmalion character: it has no char_name.")
    texts = {field: _text(values, key, file_name) for key, field in FIELDS.items()}
    try:
        return Character(**texts)
    except CharacterError as error:
        raise CharacterError(f"{file_name} cannot be used: its char_name is empty. Give it a name.") from error


def dump_character(character: Character) -> str:
    """The character as Pygmalion JSON; `parse_character` makes the same character of it."""
    values = {key: getattr(character, field) for key, field in FIELDS.items()}
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def _read_character(path: Path) -> Character:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CharacterError(f"{path.name} cannot be read: {error.strerror}.") from error
    return parse_character(data, path.name)


def _json_object(data: bytes, file_name: str) -> dict[str, Any]:
    try:
        values = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CharacterError(f"{file_name} is not a text file in UTF-8. Save it as UTF-8 and try again.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise CharacterError(f"{file_name} is not valid JSON: {error.msg} at {place}.") from error
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits and endless nesting are JSON, but no character.
        raise CharacterError(f"{file_name} is not a character: its JSON cannot be read.") from error
    if not isinstance(values, dict):
        raise CharacterError(f"{file_name} is not a character: it holds no JSON object.")
    return values


def _text(values: dict[str, Any], key: str, file_name: str) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise CharacterError(f"{file_name} cannot be used: its {key} must be text.")
    return value
