"""The sampling parameters that are lists of texts, and the order of the samplers, as fields of a request."""

from collections.abc import Mapping, Sequence
from typing import Any

from pyg_ui.api.fields.declaration import Body, Schema, nullable
from pyg_ui.api.fields.kinds import checked_flag
from pyg_ui.engine.declarations import TextsDeclaration
from pyg_ui.engine.parameter_dialects import (
    KOBOLD_NUMBERS,
    order_by_names,
    order_by_numbers,
    texts_in,
    with_temperature_last,
)
from pyg_ui.errors import ParameterError

_NAMED_ORDERS = ("sampler_priority", "samplers")
_TEMPERATURE_LAST = "temperature_last"


def read_texts(body: Body, name: str, declared: TextsDeclaration, *, is_lenient: bool) -> tuple[str, ...] | None:
    """The texts of a field that can be used; None if it is absent.

    A warning tells of others. Raises ParameterError for anything but a list, unless the field `is_lenient`.
    """
    value = body.get(name)
    texts = texts_in(value)
    if texts is None:
        if value is not None and value != "" and not is_lenient:
            template = "{field} must be a list of texts."
            raise ParameterError(declared.name, template, field=name)
        return None
    used = declared.clamp(texts)
    if num_others := len(texts) - len(used):
        body.warnings.append(f"{name} must be {declared.valid_range}: {num_others:,} left out.")
    return used


def texts_schema(declared: TextsDeclaration, default: Sequence[str]) -> Schema:
    """The schema of a list of texts."""
    texts: Schema = {"type": "array", "items": {"type": "string"}}
    description = f"{declared.help} A list, or a text with a JSON list."
    return nullable([texts, {"type": "string"}], list(default), description)


def read_order(body: Body, default: tuple[str, ...], *, is_lenient: bool, has_names: bool) -> tuple[str, ...]:
    """The order of the samplers: KoboldAI's numbers or our names, or with `has_names` what other programs call it.

    Raises ParameterError for anything else, unless the field `is_lenient`.
    """
    order = _order(body.get("sampler_order"), default, is_lenient=is_lenient)
    if not has_names:
        return order
    for name in _NAMED_ORDERS:
        value = body.get(name)
        names = value.splitlines() if isinstance(value, str) else value or []
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise ParameterError("sampler_order", "{field} must be a list of texts.", field=name)
        if order == default and names:
            order = order_by_names(names, default)
    return with_temperature_last(order) if checked_flag(_TEMPERATURE_LAST, body.get(_TEMPERATURE_LAST)) else order


def order_schemas(default: tuple[str, ...], *, has_names: bool) -> Mapping[str, Schema]:
    """The schemas of the fields that `read_order` reads."""
    numbers = range(len(KOBOLD_NUMBERS))
    items = [{"type": "integer", "minimum": numbers[0], "maximum": numbers[-1]}, {"enum": list(default)}]
    description = (
        "KoboldAI's numbers (0 top_k, 1 top_a, 2 top_p, 3 tfs, 4 typical, 5 temperature, 6 rep_pen) or these names."
    )
    usual = sorted(numbers, key=lambda number: default.index(KOBOLD_NUMBERS[number][0]))
    schemas = {"sampler_order": nullable([{"type": "array", "items": {"anyOf": items}}], usual, description)}
    if has_names:
        names: Sequence[Schema] = [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]
        schemas["sampler_priority"] = nullable(names, None, "The order in text-generation-webui's names.")
        schemas["samplers"] = nullable(names, None, "The order in llama.cpp's names.")
        last = "Whether temperature and smoothing come at the end of the order."
        schemas[_TEMPERATURE_LAST] = nullable([{"type": "boolean"}], False, last)
    return schemas


def _order(value: Any, default: tuple[str, ...], *, is_lenient: bool) -> tuple[str, ...]:
    given = value if isinstance(value, list) else []
    numbers = [each for each in given if type(each) is int and each in range(len(KOBOLD_NUMBERS))]
    names = [each for each in given if isinstance(each, str) and each in default]
    is_known = value is None or (isinstance(value, list) and given in (numbers, names))
    if not is_known and not is_lenient:
        template = "{field} must be a list of whole numbers from 0 to {most}, or of samplers' names."
        raise ParameterError("sampler_order", template, field="sampler_order", most=len(KOBOLD_NUMBERS) - 1)
    if numbers:
        return order_by_numbers(numbers, default)
    return order_by_names(names, default) if names else default
