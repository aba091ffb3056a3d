"""The sampling parameters among a request's fields. Ranges and texts come from the engine's declarations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyg_ui.api.fields.declaration import Body, Schema, declare, nullable
from pyg_ui.api.fields.kinds import NUMERIC_TEXT, as_number, plain
from pyg_ui.engine.parameters import Declaration, SamplingParameters, declaration
from pyg_ui.errors import ParameterError

FieldNames = Mapping[str, Sequence[str]]
"""For each sampling parameter that a dialect knows, the fields that may hold it. The first one present is used."""


_SAMPLERS = (
    ("top_k",), ("top_a",), ("top_p", "min_p"), ("tfs",), ("typical_p",), ("temperature",),
    ("repetition", "penalties", "dry", "no_repeat_ngram"),
)  # fmt: skip
"""Our samplers by Kobold's numbers, which count from 0. Clients send these numbers in `sampler_order`."""
_REPETITION = 6


def own_names(*parameters: str) -> FieldNames:
    """Parameters whose fields have the parameters' own names."""
    return {parameter: [parameter] for parameter in parameters}


def sampling(defaults: SamplingParameters, names: FieldNames, *, is_clamped: bool = False) -> Any:
    """The sampling parameters, each with the dialect's default. Every field is checked, even one that is not used.

    The field `sampler_order` is read too. If `is_clamped`, a number outside its range is moved into it, and any other
    value counts as absent.
    """
    read_field = _clamped if is_clamped else _checked

    def read(body: Body) -> SamplingParameters:
        order = _sampler_order(body.get("sampler_order"), defaults.sampler_order, is_lenient=is_clamped)
        changes: dict[str, Any] = {"sampler_order": order}
        for parameter, fields in names.items():
            values = [read_field(name, body.get(name), declaration(parameter)) for name in fields]
            present = [value for value in values if value is not None]
            if present:
                changes[parameter] = present[0]
        try:
            return defaults.with_changes(changes)
        except ParameterError as error:
            raise _in_the_clients_words(error, names) from None

    schemas = {
        name: _schema(parameter, name, fields[-1], getattr(defaults, parameter), is_clamped)
        for parameter, fields in names.items()
        for name in fields
    }
    return declare({**schemas, "sampler_order": _order_schema(defaults.sampler_order)}, read)


def _checked(name: str, value: Any, declared: Declaration) -> float | None:
    return None if value is None else replace(declared, name=name).check(plain(value))


def _clamped(name: str, value: Any, declared: Declaration) -> float | None:
    number = as_number(value)
    if number is None:
        return None
    # Where the minimum is excluded, the numbers up to it switch the sampler off, as a penalty of 0 does.
    is_off = declared.minimum_excluded and declared.neutral is not None and number <= declared.minimum
    return declared.neutral if is_off else declared.clamp(number)


def _schema(parameter: str, name: str, last_name: str, default: float, is_clamped: bool) -> Schema:
    declared = declaration(parameter)
    low = "exclusiveMinimum" if declared.minimum_excluded else "minimum"
    kind = "integer" if declared.is_integer else "number"
    number = {"type": kind, low: declared.minimum, "maximum": declared.maximum}
    text = f"{declared.help} {declared.valid_range[0].upper()}{declared.valid_range[1:]}."
    if name != last_name:
        text += f" Another name for {last_name}, which it overrides."
    if is_clamped:
        text += " Clamped."
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
