"""Reads the fields of other programs' JSON objects, whatever those programs write for an absent value.

None counts as absent everywhere, and "" counts as absent where no text is expected. A value of another wrong type is
read as what its writer will have meant, such as a number as its text. If it cannot be, it counts as absent too, and is
told of in the file's LeftOut.
"""

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from pyg_ui.dialogue.character import clean_text
from pyg_ui.library.left_out import FileObject, item_place, tell_field, tell_items, tell_surplus, within

MAX_OBJECTS = 10_000
"""Of a list of objects in a file, such as the entries of a lorebook, no more are read."""

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
    """The field's text; "" if it is absent. A list of texts is read as lines, a number as its text."""
    value = values.get(key)
    if isinstance(value, dict):
        if value:
            tell_field(values, key)
        return ""
    return "\n".join(_texts_in(values, key))


def clean(values: Mapping[str, Any], key: str) -> str:
    """The field's text with "\\n" as its only line end; "" if it is absent."""
    return clean_text(text(values, key))


def texts(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The field's list of texts, without None and "". One text counts as a list, and an object as its values."""
    return tuple(filter(None, _texts_in(values, key)))


def number(values: Mapping[str, Any], key: str) -> float | None:
    """The field's number, which may be written as text; None if it is absent or no number."""
    value = values.get(key)
    found = _number_in(value) if isinstance(value, str) else value
    if isinstance(found, int | float) and not isinstance(found, bool):
        return found
    if value not in _EMPTY and value is not False:
        tell_field(values, key)
    return None


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
    if isinstance(value, dict):
        return within(values, value, key)
    if value not in _EMPTY:
        tell_field(values, key)
    return within(values, {}, key)


def plain_section(values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The field's object without its place in the file, for what is kept as it is."""
    return dict(section(values, key))


def sections(values: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The field's objects: those of a list, or of an object of objects. None in a list counts as absent."""
    value = values.get(key)
    items = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(items, list):
        if value not in _EMPTY:
            tell_field(values, key)
        return []
    if len(items) > MAX_OBJECTS and isinstance(values, FileObject):
        tell_surplus(values, key, len(items), MAX_OBJECTS)
        items = items[:MAX_OBJECTS]
    numbered = list(enumerate(items, 1))
    wrong = [number for number, item in numbered if item is not None and not isinstance(item, dict)]
    tell_items(values, key, wrong, len(items))
    return [within(values, item, item_place(key, number)) for number, item in numbered if isinstance(item, dict)]


def objects_in(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; none if the value is no list. Nothing is told of: recognisers only look."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def others(values: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The fields whose keys are not in `known`."""
    return {key: value for key, value in values.items() if key not in known}


_EMPTY: tuple[Any, ...] = (None, "", [], {})
"""What programs write for an absent value, whatever its type."""


def _texts_in(values: Mapping[str, Any], key: str) -> list[str]:
    value = values.get(key)
    if value is None or value is False:
        return []
    if not isinstance(value, list | dict):
        if value is True:
            tell_field(values, key)
            return []
        return [str(value)]
    items = list(value.values() if isinstance(value, dict) else value)
    wrong = [number for number, item in enumerate(items, 1) if isinstance(item, bool | list | dict)]
    tell_items(values, key, wrong, len(items))
    return [str(item) for item in items if isinstance(item, str | int | float) and not isinstance(item, bool)]


def _number_in(text: str) -> float | None:
    try:
        parsed = float(text)
    except ValueError:
        return None
    return int(parsed) if parsed.is_integer() else parsed if math.isfinite(parsed) else None
