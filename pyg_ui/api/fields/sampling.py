"""The sampling parameters among a request's fields. Ranges and texts come from the engine's declarations."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeVar

from pyg_ui.api.fields.declaration import Body, Schema, declare, nullable
from pyg_ui.api.fields.kinds import NUMERIC_TEXT, as_number, checked_flag, plain
from pyg_ui.api.fields.lists import order_schemas, read_order, read_texts, texts_schema
from pyg_ui.engine.declarations import Declaration
from pyg_ui.engine.parameter_dialects import temperature_between
from pyg_ui.engine.parameters import TEXTS_DECLARATIONS, SamplingParameters, declaration
from pyg_ui.errors import InputError, ParameterError

Value = TypeVar("Value")

FieldNames = Mapping[str, Sequence[str]]
"""For each sampling parameter that a dialect knows, the fields that may hold it. The first one present is used."""


class OutOfRange(Enum):
    """What becomes of a number outside its parameter's range."""

    REFUSED = "refused"
    CLAMPED = "clamped"
    """Moved into the range. Any value that is no number counts as absent."""
    CLAMPED_WITH_WARNING = "clamped with a warning"
    """Moved into the range, and the answer says so. Any value that is no finite number is refused."""


_LARGEST = sys.float_info.max
"""Greater numbers count as infinite."""


def own_names(*parameters: str) -> FieldNames:
    """Parameters whose fields have the parameters' own names."""
    return {parameter: [parameter] for parameter in parameters}


def sampling(
    defaults: SamplingParameters,
    names: FieldNames,
    out_of_range: OutOfRange = OutOfRange.REFUSED,
    *,
    lists: FieldNames = MappingProxyType({}),
    has_webui_fields: bool = False,
) -> Any:
    """The sampling parameters, each with the dialect's default. Every field is checked, even one that is not used.

    `lists` are the parameters that are lists of texts. The field `sampler_order` is always read, and with
    `has_webui_fields` the other names of orders and temperatures of text-generation-webui, SillyTavern and llama.cpp.
    A reply that is to be longer than any context is never refused for it.
    """
    is_lenient, read_number = out_of_range is OutOfRange.CLAMPED, _READERS[out_of_range]
    declared_lists = {declared.name: declared for declared in TEXTS_DECLARATIONS}

    def read(body: Body) -> SamplingParameters:
        order = read_order(body, defaults.sampler_order, is_lenient=is_lenient, has_names=has_webui_fields)
        found: dict[str, Any] = {"sampler_order": order}
        for parameter, fields in lists.items():
            declared = declared_lists[parameter]
            found[parameter] = _first([read_texts(body, name, declared, is_lenient=is_lenient) for name in fields])
        if has_webui_fields:
            body = _with_dynamic_temperature(body)
        for parameter, fields in names.items():
            found[parameter] = _first([read_number(body, name, declaration(parameter)) for name in fields])
        changes = {parameter: value for parameter, value in found.items() if value is not None}
        if out_of_range is OutOfRange.CLAMPED_WITH_WARNING:
            changes |= _lowered_minimum(body, changes, defaults, names)
        try:
            return defaults.with_changes(changes)
        except ParameterError as error:
            raise _in_the_clients_words(error, names) from None

    schemas = {
        name: _schema(parameter, name, fields[-1], getattr(defaults, parameter), out_of_range)
        for parameter, fields in names.items()
        for name in fields
    }
    for parameter, fields in lists.items():
        schemas |= dict.fromkeys(fields, texts_schema(declared_lists[parameter], getattr(defaults, parameter)))
    if has_webui_fields:
        schemas |= _DYNAMIC_SCHEMAS
    return declare({**schemas, **order_schemas(defaults.sampler_order, has_names=has_webui_fields)}, read)


_DYNAMIC_SCHEMAS: dict[str, Schema] = {
    "dynamic_temperature": nullable([{"type": "boolean"}], False, "Whether the temperature lies between these two:"),
    "dynatemp_low": nullable([{"type": "number"}, NUMERIC_TEXT], 1, "The lowest temperature."),
    "dynatemp_high": nullable([{"type": "number"}, NUMERIC_TEXT], 1, "The highest temperature."),
    "dynatemp_min": nullable([{"type": "number"}, NUMERIC_TEXT], None, "Another name for dynatemp_low."),
    "dynatemp_max": nullable([{"type": "number"}, NUMERIC_TEXT], None, "Another name for dynatemp_high."),
}
_LOW_ENDS, _HIGH_ENDS = ("dynatemp_low", "dynatemp_min"), ("dynatemp_high", "dynatemp_max")


def _with_dynamic_temperature(body: Body) -> Body:
    """The body with the two ends of a dynamic temperature as our temperature and range."""
    low, high = (_first([_end(body, name) for name in fields]) for fields in (_LOW_ENDS, _HIGH_ENDS))
    is_wanted = checked_flag("dynamic_temperature", body.get("dynamic_temperature"))
    is_on = is_wanted or (is_wanted is None and low is not None and high is not None)
    if not is_on or not all(abs(end) <= _LARGEST for end in (low or 0, high or 0)):
        return body
    between = temperature_between(1.0 if low is None else float(low), 1.0 if high is None else float(high))
    return replace(body, values={**body.values, **between})


def _end(body: Body, name: str) -> float | None:
    number = as_number(body.get(name))
    if number is None and body.get(name) is not None:
        raise InputError('The field "{field}" must be a number.', field=name)
    return number


def _first(values: Sequence[Value | None]) -> Value | None:
    """The value of the first field that is present; None if none is."""
    return next((value for value in values if value is not None), None)


def _checked(body: Body, name: str, declared: Declaration) -> float | None:
    value, number = body.get(name), as_number(body.get(name))
    is_length = declared.name == "max_new_tokens"
    if is_length and number is not None and declared.maximum < number <= _LARGEST:
        return declared.maximum  # the end of the context shortens the reply anyway
    return None if value is None else replace(declared, name=name).check(plain(value))


def _clamped(body: Body, name: str, declared: Declaration) -> float | None:
    number = as_number(body.get(name))
    return None if number is None else _moved(number, declared)


def _clamped_with_warning(body: Body, name: str, declared: Declaration) -> float | None:
    number = as_number(body.get(name))
    if number is None or not _may_be_moved(number, declared):
        return _checked(body, name, declared)
    moved = _moved(number, declared)
    used = f"{moved:,}" if isinstance(moved, int) else f"{moved:g}"
    body.warnings.append(f"{name} must be {declared.valid_range}: {used} is used.")
    return moved


def _may_be_moved(number: float, declared: Declaration) -> bool:
    """Whether a number is outside its range, but of the right kind. A negative length is a mistake."""
    is_whole = not declared.is_integer or number % 1 == 0
    is_length = declared.name != "max_new_tokens" or number >= 0
    return abs(number) <= _LARGEST and not declared.is_valid(number) and is_whole and is_length


def _moved(number: float, declared: Declaration) -> float:
    """The number, moved into the range."""
    # Where the minimum is excluded, the numbers up to it switch the sampler off, as a penalty of 0 does.
    is_off = declared.minimum_excluded and number <= declared.minimum
    return declared.neutral if is_off and declared.neutral is not None else declared.clamp(number)


def _lowered_minimum(
    body: Body, changes: Mapping[str, Any], defaults: SamplingParameters, names: FieldNames
) -> dict[str, Any]:
    """The least number of new tokens, lowered to the largest one, with a warning; nothing if it is not above it."""
    most = changes.get("max_new_tokens", defaults.max_new_tokens)
    if changes.get("min_new_tokens", defaults.min_new_tokens) <= most:
        return {}
    name = next(name for name in names["min_new_tokens"] if body.get(name) is not None)
    body.warnings.append(f"{name} is above the largest number of new tokens: {most:,} is used.")
    return {"min_new_tokens": most}


_READERS = {
    OutOfRange.REFUSED: _checked,
    OutOfRange.CLAMPED: _clamped,
    OutOfRange.CLAMPED_WITH_WARNING: _clamped_with_warning,
}


def _schema(parameter: str, name: str, last_name: str, default: float, out_of_range: OutOfRange) -> Schema:
    declared = declaration(parameter)
    low = "exclusiveMinimum" if declared.minimum_excluded else "minimum"
    kind = "integer" if declared.is_integer else "number"
    number = {"type": kind, low: declared.minimum, "maximum": declared.maximum}
    text = f"{declared.help} {declared.valid_range[0].upper()}{declared.valid_range[1:]}."
    if name != last_name:
        text += f" Another name for {last_name}, which it overrides."
    if out_of_range is not OutOfRange.REFUSED:
        text += f" {out_of_range.value.capitalize()}."
    return nullable([number, NUMERIC_TEXT], default, text)


def _in_the_clients_words(error: ParameterError, names: FieldNames) -> ParameterError:
    message = str(error)
    for parameter, fields in names.items():
        message = message.replace(parameter, fields[0])
    return ParameterError(names.get(error.name, [error.name])[0], message)
