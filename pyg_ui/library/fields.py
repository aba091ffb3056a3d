"""Reads the fields of other programs' JSON objects, whatever those programs write for an absent value.

None counts as absent everywhere, and "" counts as absent where no text is expected. A value of another wrong type
raises UnreadableError, which names the field.
"""

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from pyg_ui.dialogue.character import clean_text
from pyg_ui.library.unreadable import UnreadableError

Fields: TypeAlias = Mapping[str, tuple[str, Callable[[Mapping[str, Any], str], Any]]]
"""By the keys of an object: the name that a dataclass of ours has for the field, and the function that reads it."""


def read_fields(values: Mapping[str, Any], table: Fields) -> dict[str, Any]:
    """The values of a dataclass's fields, by their names."""
    return {name: read(values, key) for key, (name, read) in table.items()}


def dump_fields(item: object, table: Fields) -> dict[str, Any]:
    """The object that has a dataclass's fields under the keys of the table, without those that are None."""
    fields = {key: getattr(item, name) for key, (name, _) in table.items()}
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in fields.items() if value is not None
    }


def text(values: Mapping[str, Any], key: str) -> str:
    """The field's text; "" if it is absent."""
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnreadableError("{file} cannot be used: its {field} must be text.", field=key)
    return value


def clean(values: Mapping[str, Any], key: str) -> str:
    """The field's text with "\\n" as its only line end; "" if it is absent."""
    return clean_text(text(values, key))


def label(values: Mapping[str, Any], key: str) -> str:
    """The field's short text, such as a version or a name. Some files have a number there."""
    value = values.get(key)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else text(values, key)


def texts(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The field's list of texts, without None and "". A single text counts as a list of one."""
    value = values.get(key)
    if value in (None, "", {}):  # some programs are in languages whose empty lists and objects are the same
        return ()
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(item is None or isinstance(item, str) for item in items):
        raise UnreadableError("{file} cannot be used: its {field} must be a list of texts.", field=key)
    return tuple(item for item in items if item)


def number(values: Mapping[str, Any], key: str) -> float | None:
    """The field's number, which may be written as text; None if it is absent or no number."""
    value = values.get(key)
    if isinstance(value, str):
        try:
            parsed = float(value)
        except ValueError:
            return None
        return int(parsed) if parsed.is_integer() else parsed if math.isfinite(parsed) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def whole_number(values: Mapping[str, Any], key: str) -> int | None:
    """The field's number, rounded towards zero."""
    value = number(values, key)
    return None if value is None else int(value)


def amount(values: Mapping[str, Any], key: str) -> float:
    """The field's number; 0 if it is absent or no number."""
    return number(values, key) or 0


def flag(values: Mapping[str, Any], key: str, *, default: bool = False) -> bool:
    """Whether the field is true, 1, yes or on."""
    value = values.get(key)
    if value is None or value == "":
        return default
    return value.strip().lower() in ("true", "1", "yes", "on") if isinstance(value, str) else bool(value)


def section(values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The field's object; empty if it is absent."""
    value = values.get(key)
    if value in (None, "", []):
        return {}
    if not isinstance(value, dict):
        raise UnreadableError("{file} cannot be used: its {field} must be an object.", field=key)
    return value


def sections(values: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The field's list of objects; an object of objects counts as the list of its values."""
    value = values.get(key)
    if value is None or value == "":
        return []
    items = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UnreadableError("{file} cannot be used: its {field} must be a list of objects.", field=key)
    return items


def others(values: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The fields whose keys are not in `known`."""
    return {key: value for key, value in values.items() if key not in known}
