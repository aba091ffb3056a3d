"""Fields of foreign objects, read with the patience that files in the wild ask for.

None counts as absent everywhere, and "" wherever something else than text belongs. What is truly of the wrong kind
raises UnreadableError with the field's name.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from pyg_ui.library.containers.documents import UnreadableError


def text(values: Mapping[str, Any], key: str) -> str:
    """The field's text; "" where it is absent."""
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnreadableError(f"cannot be used: its {key} must be text.")
    return value


def label(values: Mapping[str, Any], key: str) -> str:
    """A short text, such as a version, that some files spell as a number."""
    value = values.get(key)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else text(values, key)


def texts(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The field's list of texts; a single text counts as a list of one. None and "" in the list are left out."""
    value = values.get(key)
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict) and not value:
        return ()  # what a script wrote that does not tell lists and objects apart
    if not isinstance(value, list) or not all(item is None or isinstance(item, str) for item in value):
        raise UnreadableError(f"cannot be used: its {key} must be a list of texts.")
    return tuple(item for item in value if item)


def number(values: Mapping[str, Any], key: str) -> float | None:
    """The field's number, also where it is spelled as text; None where it is absent or no number."""
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


def flag(values: Mapping[str, Any], key: str, *, default: bool = False) -> bool:
    """Whether the field says yes."""
    value = values.get(key)
    if value is None or value == "":
        return default
    return value.strip().lower() in ("true", "1", "yes", "on") if isinstance(value, str) else bool(value)


def section(values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The field's object; empty where it is absent."""
    value = values.get(key)
    if value is None or value == "" or value == []:
        return {}
    if not isinstance(value, dict):
        raise UnreadableError(f"cannot be used: its {key} must be an object.")
    return value


def sections(values: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The field's list of objects; an object of objects counts as the list of its values."""
    value = values.get(key)
    if value is None or value == "":
        return []
    items = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UnreadableError(f"cannot be used: its {key} must be a list of objects.")
    return items


def others(values: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The fields that are not among the known ones."""
    return {key: value for key, value in values.items() if key not in known}
