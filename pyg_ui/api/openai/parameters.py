"""What both generating routes read from a body: OpenAI's own fields, vLLM's further names, our samplers.

Everything that is absent changes nothing: OpenAI's defaults are the neutral values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyg_ui.api.fields import FieldNames, Fields
from pyg_ui.api.schema import Schema, flag_schema, name_schema, parameter_schema, stops_schema, whole_number_schema
from pyg_ui.engine.parameters import DECLARATIONS, SamplingParameters, declaration

MAX_CHOICES = 32
"""How many completions one request may ask for, over all its prompts."""
MAX_LOGPROBS = 20
"""How many of the likeliest tokens one may ask for at each place."""

_NAMES = {"max_new_tokens": ("max_tokens",), "min_new_tokens": ("min_tokens", "min_new_tokens")}
FIELD_NAMES: FieldNames = {declared.name: _NAMES.get(declared.name, (declared.name,)) for declared in DECLARATIONS}


@dataclass(frozen=True, slots=True)
class CommonFields:
    """What completions and chats have in common."""

    parameters: SamplingParameters
    num_choices: int
    stop: tuple[str, ...]
    include_stop: bool
    ignore_end_of_text: bool
    is_streamed: bool
    with_usage: bool
    """Whether a stream ends with a count of tokens."""

    @classmethod
    def read(cls, body: Mapping[str, Any], names: FieldNames, defaults: SamplingParameters) -> CommonFields:
        """Check a body's fields; unknown ones are ignored. Raises InputError."""
        fields = Fields(with_plain_numbers(body))
        return cls(
            parameters=fields.sampling(names, defaults),
            num_choices=fields.whole_number("n", 1, MAX_CHOICES) or 1,
            stop=fields.stops("stop"),
            include_stop=fields.flag("include_stop_str_in_output"),
            ignore_end_of_text=fields.flag("ignore_eos"),
            is_streamed=fields.flag("stream"),
            with_usage=fields.object("stream_options").flag("include_usage"),
        )


def with_plain_numbers(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with two customs of these clients resolved: a `top_k` of -1 is off, and any 64-bit seed is a seed."""
    changed = dict(body)
    if _is_integer(changed.get("top_k")) and changed["top_k"] == -1:
        changed["top_k"] = 0
    seed: Any = changed.get("seed")
    if _is_integer(seed) and -(2**63) <= seed < 2**64 and seed != -1:
        changed["seed"] = seed % (int(declaration("seed").maximum) + 1)
    return changed


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def common_schema(names: FieldNames, defaults: SamplingParameters) -> dict[str, Schema]:
    """The schemas of the fields that both routes read."""
    parameters = {
        name: parameter_schema(parameter, getattr(defaults, parameter))
        for parameter, fields in names.items()
        for name in fields
    }
    return {
        "model": name_schema("Any name: the model that is loaded answers, and the answer says which it is."),
        **parameters,
        "n": whole_number_schema("How many choices to write. A seed is counted up for each.", 1, MAX_CHOICES, 1),
        "stop": stops_schema("Strings before which the text ends."),
        "include_stop_str_in_output": flag_schema("Whether the stop string that ended the text stays in it."),
        "ignore_eos": flag_schema("Whether the model may not end its text by itself."),
        "stream": flag_schema("Whether to answer with server-sent events, one for each token that has text to show."),
        "stream_options": {
            "anyOf": [{"type": "object"}, {"type": "null"}],
            "default": None,
            "description": 'With {"include_usage": true}, a stream ends with a count of tokens.',
        },
    }
