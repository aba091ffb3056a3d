"""Reads the sampling parameters from the values of their fields. Knows no components.

A list of texts is shown in one box, one text a line. A new line, a tab or a backslash within a text is written with a
backslash, as in JSON.
"""

from collections.abc import Mapping
from typing import Any

from pyg_ui.engine.declarations import Declaration, TextsDeclaration
from pyg_ui.engine.parameters import EVERY_DECLARATION, SamplingParameters

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def read_parameters(fields: Mapping[str, Any]) -> SamplingParameters:
    """The parameters that the fields show. Raises ParameterError, which names the parameter."""
    return SamplingParameters(**{each.name: read_value(each, fields[each.name]) for each in EVERY_DECLARATION})


def read_value(declared: Declaration | TextsDeclaration, value: Any) -> Any:
    """The parameter's value that a field shows; not checked, but an order is completed."""
    if isinstance(declared, Declaration) or not isinstance(value, str | None):
        return value
    texts = tuple(_unescaped(line) for line in (value or "").splitlines() if line)
    return declared.clamp(texts) if declared.words else tuple(dict.fromkeys(texts))


def shown_value(value: Any) -> Any:
    """What a field shows for a parameter's value."""
    return "\n".join(map(_escaped, value)) if isinstance(value, tuple) else value


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)


def _unescaped(line: str) -> str:
    text = line.replace("\\\\", "\0")
    for character, written in _ESCAPES.items():
        text = text.replace(written, character) if character != "\\" else text
    return text.replace("\0", "\\")
