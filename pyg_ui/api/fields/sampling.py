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


def own_names(*parameters: str) -> FieldNames:
    """Parameters whose fields have the parameters' own names."""
    return {parameter: [parameter] for parameter in parameters}


def sampling(defaults: SamplingParameters, names: FieldNames, *, is_clamped: bool = False) -> Any:
    """The sampling parameters, each with the dialect's default. Every field is checked, even one that is not used.

    If `is_clamped`, a number outside its range is moved into it, and any other value counts as absent.
    """
    read_field = _clamped if is_clamped else _checked

    def read(body: Body) -> SamplingParameters:
        changes: dict[str, float] = {}
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
    return declare(schemas, read)


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


def _in_the_clients_words(error: ParameterError, names: FieldNames) -> ParameterError:
    message = str(error)
    for parameter, fields in names.items():
        message = message.replace(parameter, fields[0])
    return ParameterError(names[error.name][0], message)
