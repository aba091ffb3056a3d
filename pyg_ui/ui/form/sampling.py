"""Reads the sampling parameters from the values of their fields. Knows no components.

A list of texts is shown in one box, one text a line. A new line, a tab or a backslash within a text is written with a
backslash, as in JSON.
"""

import re
from collections.abc import Mapping
from typing import Any

from pyg_ui.engine.declarations import Declaration, TextsDeclaration
from pyg_ui.engine.parameters import EVERY_DECLARATION, SamplingParameters

_UNESCAPED = {r"\\": "\\", r"\n": "\n", r"\t": "\t", r"\r": "\r"}
_ESCAPES = str.maketrans({text: written for written, text in _UNESCAPED.items()})


def read_parameters(fields: Mapping[str, Any]) -> SamplingParameters:
    """The parameters that the fields show. Raises ParameterError, which names the parameter."""
    return SamplingParameters(**{each.name: read_value(each, fields[each.name]) for each in EVERY_DECLARATION})


def read_value(declared: Declaration | TextsDeclaration, value: Any) -> Any:
    """The parameter's value that a field shows; not checked, but an order is completed."""
    if isinstance(declared, Declaration) or not isinstance(value, str | None):
        return value
    texts = tuple(_unescaped(line) for line in (value or "").split("\n") if line)
    return declared.clamp(texts) if declared.words else tuple(dict.fromkeys(texts))


def shown_value(value: Any) -> Any:
    """What a field shows for a parameter's value."""
    return "\n".join(text.translate(_ESCAPES) for text in value) if isinstance(value, tuple) else value


def _unescaped(line: str) -> str:
    return re.sub(r"\\.", lambda match: _UNESCAPED.get(match[0], match[0]), line)
