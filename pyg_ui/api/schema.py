"""JSON schemas of request fields, made from the same declarations and limits that validate them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyg_ui.api.fields import MAX_STOP_LENGTH, MAX_STOPS, NUMERIC_TEXT
from pyg_ui.engine.parameters import Declaration, declaration

Schema = dict[str, Any]

_NUMERIC_TEXT: Schema = {"type": "string", "pattern": NUMERIC_TEXT, "description": "The number written as text."}


def object_schema(title: str, fields: Mapping[str, Schema], *, required: Sequence[str]) -> Schema:
    """A JSON object; fields beyond these are ignored."""
    return {"title": title, "type": "object", "properties": dict(fields), "required": list(required)}


def text_schema(description: str) -> Schema:
    """A required text."""
    return {"type": "string", "minLength": 1, "description": description}


def name_schema(description: str) -> Schema:
    """A name that may be absent."""
    return {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "description": description}


def prompts_schema(description: str, most: int) -> Schema:
    """A text, a list of token ids, or a list of at most `most` of either."""
    text: Schema = {"type": "string", "minLength": 1}
    ids: Schema = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1}
    prompts: Schema = {"type": "array", "items": {"anyOf": [text, ids]}, "minItems": 1, "maxItems": most}
    return {"anyOf": [text, ids, prompts], "description": description}


def parameter_schema(parameter: str, default: float) -> Schema:
    """A sampling parameter with its range and a dialect's default."""
    declared = declaration(parameter)
    text = f"{declared.help} {declared.valid_range[0].upper()}{declared.valid_range[1:]}."
    return {"anyOf": [_range(declared), _NUMERIC_TEXT, {"type": "null"}], "default": default, "description": text}


def stops_schema(description: str) -> Schema:
    """A list of stop strings, or one of them alone."""
    stop = {"type": "string", "minLength": 1, "maxLength": MAX_STOP_LENGTH}
    stops = {"type": "array", "items": stop, "maxItems": MAX_STOPS}
    return {"anyOf": [stops, stop, {"type": "null"}], "default": [], "description": description}


def flag_schema(description: str, *, default: bool = False) -> Schema:
    """True or false."""
    return {"anyOf": [{"type": "boolean"}, {"type": "null"}], "default": default, "description": description}


def whole_number_schema(description: str, low: int, high: int | None, default: int | None) -> Schema:
    """A whole number of a range."""
    limits = {"minimum": low} if high is None else {"minimum": low, "maximum": high}
    return {
        "anyOf": [{"type": "integer", **limits}, _NUMERIC_TEXT, {"type": "null"}],
        "default": default,
        "description": description,
    }


def token_id_schema(description: str) -> Schema:
    """An id of the loaded model's vocabulary."""
    return {
        "anyOf": [{"type": "integer", "minimum": 0}, _NUMERIC_TEXT, {"type": "null"}],
        "default": None,
        "description": description,
    }


def _range(declared: Declaration) -> Schema:
    low = "exclusiveMinimum" if declared.minimum_excluded else "minimum"
    kind = "integer" if declared.is_integer else "number"
    return {"type": kind, low: declared.minimum, "maximum": declared.maximum}
