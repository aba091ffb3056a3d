"""What clients of OpenAI's API may ask for and do not get here: a 400 that names the field, or a warning.

A field that would change what the answer means is refused. Every other field that changes nothing is accepted, so that
clients which send it always can be used, and the answer names it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pyg_ui.api.fields.declaration import Body, Schema, declare, nullable
from pyg_ui.api.fields.kinds import NUMERIC_TEXT, as_number
from pyg_ui.errors import ParameterError

_NAME = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)
"""What a field's name must look like to be repeated in an answer."""
_MOST_NAMED = 64
"""How many fields a warning names."""

_TOOL_CHOICE: Schema = nullable(
    [{"enum": ["none", "auto"]}], None, "This model calls no tools; a choice that requires or names one is refused."
)
_FORMAT: Schema = nullable(
    [{"type": "object", "properties": {"type": {"const": "text"}}, "required": ["type"]}],
    None,
    "Replies are plain text; a JSON format is refused.",
)
_BEST_OF: Schema = nullable(
    [{"type": "integer"}, NUMERIC_TEXT], None, "Accepted up to `n`: every text that is written is returned."
)


def plain_text_only() -> Any:
    """Whether nothing else than plain text is asked for. It is always so, because any other request is refused."""

    def read(body: Body) -> bool:
        for name, check in _CHECKS.items():
            if (value := body.get(name)) is not None:
                check(body, name, value)
        return True

    return declare(
        {"tool_choice": _TOOL_CHOICE, "function_call": _TOOL_CHOICE, "response_format": _FORMAT, "best_of": _BEST_OF},
        read,
    )


def unused_fields(values: Mapping[str, Any], used: Iterable[str]) -> tuple[str, ...]:
    """A warning that names the fields which change nothing; none if there are no such fields."""
    unused = [name for name in values.keys() - set(used) if values[name] is not None]
    if not unused:
        return ()
    named = sorted(filter(_NAME.fullmatch, unused))[:_MOST_NAMED]
    num_others = len(unused) - len(named)
    others = [f"{num_others:,} more"] if num_others else []
    return (f"These fields change nothing here: {', '.join([*named, *others])}.",)


def _check_tool_choice(body: Body, name: str, value: Any) -> None:
    if value not in ("none", "auto"):
        template = "{field} cannot be fulfilled: this model calls no tools. Leave it out, or send none or auto."
        raise ParameterError(name, template, field=name)


def _check_format(body: Body, name: str, value: Any) -> None:
    if not isinstance(value, dict) or value.get("type") != "text":
        template = "{field} must be of type text: this model cannot be held to JSON. Leave it out."
        raise ParameterError(name, template, field=name)


def _check_best_of(body: Body, name: str, value: Any) -> None:
    number, num_choices = as_number(value), as_number(body.get("n"))
    if number is None or number % 1 != 0:
        raise ParameterError(name, "{field} must be a whole number.", field=name)
    if number > (1 if num_choices is None else num_choices):
        template = "{field} must not be above n: every text that is written is returned. Leave it out, or raise n."
        raise ParameterError(name, template, field=name)


_CHECKS: Mapping[str, Callable[[Body, str, Any], None]] = {
    "tool_choice": _check_tool_choice,
    "function_call": _check_tool_choice,
    "response_format": _check_format,
    "best_of": _check_best_of,
}
