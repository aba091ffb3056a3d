"""The fields of a JSON body, read strictly: the one layer in which every dialect validates what it was sent.

Ranges come from the declarations of the sampling parameters, names in messages from the client. A field that is
null counts as absent; numbers may be written as text. Messages name the field and never repeat its value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyg_ui.engine.parameters import Declaration, SamplingParameters, declaration
from pyg_ui.errors import InputError, ParameterError

NUMERIC_TEXT = r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*$"
"""Numbers written as text: decimal, with an exponent or without."""

MAX_STOPS = 64
MAX_STOP_LENGTH = 512
"""How many stop strings a request may have, and how many characters each of them."""

_MAX_NUMERIC_LENGTH = 64

FieldNames = Mapping[str, Sequence[str]]
"""For each sampling parameter that a dialect knows, the fields that may hold it; the first one present wins."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object and the questions one may ask of it. All methods raise InputError."""

    body: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A required text that is not empty."""
        value = self.body.get(name)
        if value is None:
            raise InputError(f'The field "{name}" is missing. Put the text to continue there.')
        if not isinstance(value, str):
            raise InputError(f'The field "{name}" must be a text.')
        if not value:
            raise InputError(f'The field "{name}" is empty. Put the text to continue there.')
        return _encodable(name, value)

    def stops(self, name: str) -> tuple[str, ...]:
        """A list of stop strings; a single text counts as a list of one."""
        value = self.body.get(name)
        if value is None:
            return ()
        stops = [value] if isinstance(value, str) else value
        if not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops):
            raise InputError(f'The field "{name}" must be a list of texts.')
        if len(stops) > MAX_STOPS:
            raise InputError(f'The field "{name}" has {len(stops):,} entries; at most {MAX_STOPS} are allowed.')
        if any(not 1 <= len(stop) <= MAX_STOP_LENGTH for stop in stops):
            raise InputError(f'Each entry of "{name}" must have from 1 to {MAX_STOP_LENGTH} characters.')
        return tuple(_encodable(name, stop) for stop in stops)

    def token_id(self, name: str, vocabulary_size: int | None) -> int | None:
        """A token id of the vocabulary; where its size is unknown, any whole number from 0."""
        value = _number(self.body.get(name))
        if value is None:
            return None
        is_whole = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
        if not is_whole or value < 0 or (vocabulary_size is not None and value >= vocabulary_size):
            limit = f"from 0 to {vocabulary_size - 1:,}" if vocabulary_size else "from 0"
            raise ParameterError(name, f"{name} must be a whole number {limit}.")
        return int(value)

    def sampling(self, names: FieldNames, defaults: SamplingParameters) -> SamplingParameters:
        """`defaults` with the sampling parameters that the body sets. Every field named is checked, used or not."""
        changes = {}
        for parameter, fields in names.items():
            values = [self._parameter(name, declaration(parameter)) for name in fields]
            present = [value for value in values if value is not None]
            if present:
                changes[parameter] = present[0]
        return defaults.with_changes(changes)

    def _parameter(self, name: str, declared: Declaration) -> float | None:
        value = _number(self.body.get(name))
        return None if value is None else replace(declared, name=name).check(value)


def _number(value: Any) -> Any:
    """A number written as text becomes that number; everything else stays what it is, to be judged by its reader."""
    if not isinstance(value, str) or len(value) > _MAX_NUMERIC_LENGTH or not re.match(NUMERIC_TEXT, value):
        return value
    return int(value) if value.strip().lstrip("+-").isdecimal() else float(value)


def _encodable(name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        problem = f"half of a surrogate pair at character {error.start}"
        raise InputError(f'The field "{name}" holds {problem}. Send whole Unicode characters.') from None
    return text
