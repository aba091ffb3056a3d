"""The sampling parameters among a request's fields. Ranges and texts come from the engine's declarations."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from enum import Enum
from typing import Any

from pyg_ui.api.fields.declaration import Body, Schema, declare, nullable
from pyg_ui.api.fields.kinds import NUMERIC_TEXT, as_number, plain
from pyg_ui.engine.declarations import Declaration
from pyg_ui.engine.parameters import SamplingParameters, declaration
from pyg_ui.errors import ParameterError

FieldNames = Mapping[str, Sequence[str]]
"""For each sampling parameter that a dialect knows, the fields that may hold it. The first one present is used."""


class OutOfRange(Enum):
    """What becomes of a number outside its parameter's range."""

    REFUSED = "refused"
    CLAMPED = "clamped"
    """Moved into the range. Any value that is no number counts as absent."""
    CLAMPED_WITH_WARNING = "clamped with a warning"
    """Moved into the range, and the answer says so. Any value that is no finite number is refused."""


_SAMPLERS = (
    ("top_k",), ("top_a",), ("top_p", "min_p"), ("tfs",), ("typical_p",), ("temperature", "smoothing", "top_n_sigma"),
    ("repetition", "penalties", "dry", "no_repeat_ngram"),
)  # fmt: skip
"""Our samplers by Kobold's numbers, which count from 0. Clients send these numbers in `sampler_order`."""
_REPETITION = 6
_LARGEST = sys.float_info.max
"""Greater numbers count as infinite."""


def own_names(*parameters: str) -> FieldNames:
    """Parameters whose fields have the parameters' own names."""
    return {parameter: [parameter] for parameter in parameters}


def sampling(defaults: SamplingParameters, names: FieldNames, out_of_range: OutOfRange = OutOfRange.REFUSED) -> Any:
    """The sampling parameters, each with the dialect's default. Every field is checked, even one that is not used.

    The field `sampler_order` is read too. A reply that is to be longer than any context is never refused for it.
    """
    is_lenient = out_of_range is OutOfRange.CLAMPED

    def read(body: Body) -> SamplingParameters:
        order = _sampler_order(body.get("sampler_order"), defaults.sampler_order, is_lenient=is_lenient)
        changes: dict[str, Any] = {"sampler_order": order}
        for parameter, fields in names.items():
            values = [_READERS[out_of_range](body, name, declaration(parameter)) for name in fields]
            present = [value for value in values if value is not None]
            if present:
                changes[parameter] = present[0]
        if out_of_range is OutOfRange.CLAMPED_WITH_WARNING:
            changes |= _lowered_minimum(body, {**asdict(defaults), **changes}, names)
        try:
            return defaults.with_changes(changes)
        except ParameterError as error:
            raise _in_the_clients_words(error, names) from None

    schemas = {
        name: _schema(parameter, name, fields[-1], getattr(defaults, parameter), out_of_range)
        for parameter, fields in names.items()
        for name in fields
    }
    return declare({**schemas, "sampler_order": _order_schema(defaults.sampler_order)}, read)


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
    is_above = number > declared.minimum if declared.minimum_excluded else number >= declared.minimum
    is_inside = is_above and number <= declared.maximum
    is_whole = not declared.is_integer or number % 1 == 0
    is_length = declared.name != "max_new_tokens" or number >= 0
    return abs(number) <= _LARGEST and not is_inside and is_whole and is_length


def _moved(number: float, declared: Declaration) -> float:
    """The number, moved into the range."""
    # Where the minimum is excluded, the numbers up to it switch the sampler off, as a penalty of 0 does.
    is_off = declared.minimum_excluded and number <= declared.minimum
    return declared.neutral if is_off and declared.neutral is not None else declared.clamp(number)


def _lowered_minimum(body: Body, values: Mapping[str, Any], names: FieldNames) -> dict[str, Any]:
    """The least number of new tokens, lowered to the largest one, with a warning; nothing if it is not above it."""
    most = values["max_new_tokens"]
    if values["min_new_tokens"] <= most:
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


def _sampler_order(value: Any, default: tuple[str, ...], *, is_lenient: bool) -> tuple[str, ...]:
    """Our samplers in the order of Kobold's numbers. What a client leaves out follows in the order of `default`.

    The penalty comes first if it is left out, as in Kobold. Raises ParameterError for anything but a list of these
    numbers, unless the field `is_lenient`.
    """
    numbers = value if isinstance(value, list) else []
    known = [number for number in numbers if type(number) is int and number in range(len(_SAMPLERS))]
    if not is_lenient and value is not None and known != value:
        template = "{field} must be a list of whole numbers from 0 to {most}."
        raise ParameterError("sampler_order", template, field="sampler_order", most=len(_SAMPLERS) - 1)
    if not known:
        return default
    before = [] if _REPETITION in known else [_REPETITION]
    names = [name for number in (*before, *known) for name in _SAMPLERS[number]]
    return tuple(dict.fromkeys([*names, *default]))


def _order_schema(default: tuple[str, ...]) -> Schema:
    numbers = range(len(_SAMPLERS))
    items = {"type": "integer", "minimum": numbers[0], "maximum": numbers[-1]}
    description = "0 top_k, 1 top_a, 2 top_p, 3 tfs, 4 typical, 5 temperature, 6 rep_pen."
    default_numbers = sorted(numbers, key=lambda number: default.index(_SAMPLERS[number][0]))
    return nullable([{"type": "array", "items": items}], default_numbers, description)


def _in_the_clients_words(error: ParameterError, names: FieldNames) -> ParameterError:
    message = str(error)
    for parameter, fields in names.items():
        message = message.replace(parameter, fields[0])
    return ParameterError(names[error.name][0], message)
