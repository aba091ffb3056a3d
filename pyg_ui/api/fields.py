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

PromptInput = str | tuple[int, ...]
"""A prompt as text or as token ids."""


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

    def optional_text(self, name: str, label: str | None = None) -> str:
        """A text; "" where it is absent. `label` is what messages call it instead of its name."""
        value = self.body.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise InputError(f'The field "{label or name}" must be a text.')
        return _encodable(label or name, value)

    def stops(self, name: str) -> tuple[str, ...]:
        """A list of stop strings; a single text counts as a list of one."""
        stops = self._texts(name)
        if len(stops) > MAX_STOPS:
            raise InputError(f'The field "{name}" has {len(stops):,} entries; at most {MAX_STOPS} are allowed.')
        if any(not 1 <= len(stop) <= MAX_STOP_LENGTH for stop in stops):
            raise InputError(f'Each entry of "{name}" must have from 1 to {MAX_STOP_LENGTH} characters.')
        return tuple(_encodable(name, stop) for stop in stops)

    def usable_stops(self, name: str) -> tuple[str, ...]:
        """A list of stop strings of which empty, overlong and surplus ones are left out."""
        stops = [_encodable(name, stop) for stop in self._texts(name) if 1 <= len(stop) <= MAX_STOP_LENGTH]
        return tuple(dict.fromkeys(stops))[:MAX_STOPS]

    def prompts(self, name: str, vocabulary_size: int | None, most: int) -> tuple[PromptInput, ...]:
        """From one to `most` prompts that are not empty: a text, a list of token ids, or a list of either."""
        value = self.body.get(name)
        is_list_of_prompts = isinstance(value, list) and value and not isinstance(value[0], int)
        prompts: list[Any] = value if isinstance(value, list) and is_list_of_prompts else [value]
        if len(prompts) > most:
            raise InputError(f'The field "{name}" holds {len(prompts):,} prompts; at most {most} are allowed.')
        return tuple(self._prompt(name, prompt, vocabulary_size) for prompt in prompts)

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        value = self.body.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise ParameterError(name, f"{name} must be true or false.")
        return value

    def object(self, name: str) -> Fields:
        """The fields of a nested object, which may be absent."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, dict):
            raise InputError(f'The field "{name}" must be an object.')
        return Fields(value or {})

    def whole_number(self, name: str, low: int, high: int | None) -> int | None:
        """A whole number from `low` to `high`, both included; None where the field is absent."""
        value = _number(self.body.get(name))
        if value is None:
            return None
        if not _is_whole(value) or value < low or (high is not None and value > high):
            limit = f"from {low:,} to {high:,}" if high is not None else f"from {low:,}"
            raise ParameterError(name, f"{name} must be a whole number {limit}.")
        return int(value)

    def token_id(self, name: str, vocabulary_size: int | None) -> int | None:
        """A token id of the vocabulary; where its size is unknown, any whole number from 0."""
        return self.whole_number(name, 0, None if vocabulary_size is None else vocabulary_size - 1)

    def number_if_any(self, name: str) -> float | None:
        """A number of any size, infinities included; None where the field is absent or is no number."""
        value = _number(self.body.get(name))
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return value if is_number else None

    def flag_if_any(self, name: str, default: bool = False) -> bool:
        """True or false; `default` where the field is absent or is neither."""
        value = self.body.get(name)
        return value if isinstance(value, bool) else default

    def sampling(self, names: FieldNames, defaults: SamplingParameters) -> SamplingParameters:
        """`defaults` with the sampling parameters that the body sets. Every field named is checked, used or not."""
        changes = {}
        for parameter, fields in names.items():
            values = [self._parameter(name, declaration(parameter)) for name in fields]
            present = [value for value in values if value is not None]
            if present:
                changes[parameter] = present[0]
        try:
            return defaults.with_changes(changes)
        except ParameterError as error:
            raise _in_the_clients_words(error, names) from None

    def clamped_sampling(self, names: FieldNames, defaults: SamplingParameters) -> SamplingParameters:
        """As `sampling`, but never an error: what is no number counts as absent, and numbers outside their ranges are
        moved to the nearest end. One at or below a minimum that is itself excluded, such as a penalty of 0, switches
        its sampler off.
        """
        changes: dict[str, float] = {}
        for parameter, fields in names.items():
            declared = declaration(parameter)
            values = [self.number_if_any(name) for name in fields]
            for value in [value for value in values if value is not None][:1]:
                is_off = declared.minimum_excluded and declared.neutral is not None and value <= declared.minimum
                changes[parameter] = (declared.neutral or 0) if is_off else declared.clamp(value)
        return defaults.with_changes(changes)

    def _texts(self, name: str) -> list[str]:
        value = self.body.get(name)
        texts = [] if value is None else [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise InputError(f'The field "{name}" must be a list of texts.')
        return texts

    def _prompt(self, name: str, value: Any, vocabulary_size: int | None) -> PromptInput:
        if isinstance(value, list) and value:
            if not all(_is_token_id(token_id, vocabulary_size) for token_id in value):
                raise InputError(f'The field "{name}" holds a token id outside the model\'s vocabulary.')
            return tuple(value)
        return Fields({name: value}).text(name)

    def _parameter(self, name: str, declared: Declaration) -> float | None:
        value = _number(self.body.get(name))
        return None if value is None else replace(declared, name=name).check(value)


def _number(value: Any) -> Any:
    """A number written as text becomes that number; everything else stays what it is, to be judged by its reader."""
    if not isinstance(value, str) or len(value) > _MAX_NUMERIC_LENGTH or not re.match(NUMERIC_TEXT, value):
        return value
    text = value.strip()  # int() itself knows fewer kinds of white space
    return int(text) if text.lstrip("+-").isdecimal() else float(text)


def _in_the_clients_words(error: ParameterError, names: FieldNames) -> ParameterError:
    message = str(error)
    for parameter, fields in names.items():
        message = message.replace(parameter, fields[0])
    return ParameterError(names[error.name][0], message)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0


def _is_token_id(value: Any, vocabulary_size: int | None) -> bool:
    is_id = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return is_id and (vocabulary_size is None or value < vocabulary_size)


def _encodable(name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        problem = f"half of a surrogate pair at character {error.start}"
        raise InputError(f'The field "{name}" holds {problem}. Send whole Unicode characters.') from None
    return text
