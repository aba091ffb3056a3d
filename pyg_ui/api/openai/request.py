"""The fields that both generating routes read: OpenAI's own, vLLM's additions, and our samplers.

An absent field changes nothing, because OpenAI's defaults are the neutral values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pyg_ui.api.fields.declaration import declare_field, field_schemas, nullable, read_with_warnings
from pyg_ui.api.fields.kinds import checked_flag, flag, optional_text, stops, whole_number
from pyg_ui.api.fields.sampling import FieldNames, own_names
from pyg_ui.api.openai.limits import plain_text_only, unused_fields
from pyg_ui.api.openai.logit_bias import logit_bias
from pyg_ui.engine.parameters import DECLARATIONS, SamplingParameters, declaration
from pyg_ui.errors import InputError

MAX_CHOICES = 32
"""How many texts one request may ask for, over all its prompts."""
MAX_LOGPROBS = 20
"""How many of the likeliest tokens one may ask for at each place."""

FIELD_NAMES: FieldNames = {
    **own_names(*[declared.name for declared in DECLARATIONS]),
    "max_new_tokens": ["max_tokens"],
    "min_new_tokens": ["min_tokens", "min_new_tokens"],
    "mirostat_mode": ["mirostat_mode", "mirostat"],
    "top_n_sigma": ["top_n_sigma", "nsigma"],
}
LIST_NAMES = own_names("banned_strings", "dry_sequence_breakers")


def _includes_usage(value: Any) -> bool:
    if not isinstance(value, dict):
        raise InputError('The field "{field}" must be an object.', field="stream_options")
    return checked_flag("include_usage", value.get("include_usage")) or False


@dataclass(frozen=True, slots=True)
class OpenAiRequest:
    """The fields that completions and chats have in common."""

    parameters: SamplingParameters
    """Declared by each route, because the default number of new tokens differs."""
    model: str = optional_text(
        "model", "Any name: the model that is loaded answers, and the answer says which it is.", is_lenient=True
    )
    num_choices: int = whole_number(
        "n", "How many choices to write. A seed is counted up for each.", 1, MAX_CHOICES, default=1
    )
    stop: tuple[str, ...] = stops("stop", "Strings before which the text ends.")
    ignore_end_of_text: bool = flag("ignore_eos", "Whether the model may not end its text by itself.")
    is_streamed: bool = flag(
        "stream", "Whether to answer with server-sent events, one for each token that has text to show."
    )
    with_usage: bool = declare_field(
        "stream_options",
        nullable([{"type": "object"}], None, 'With {"include_usage": true}, a stream ends with a count of tokens.'),
        _includes_usage,
        default=False,
    )
    """Whether a stream ends with a count of tokens."""
    logit_bias: tuple[tuple[int, float], ...] = logit_bias()
    is_plain_text: bool = plain_text_only()
    warnings: tuple[str, ...] = field(default=(), kw_only=True)
    """What the answer tells about fields that were changed or that change nothing."""


AnyRequest = TypeVar("AnyRequest", bound=OpenAiRequest)


def read_with_habits(kind: type[AnyRequest], values: Mapping[str, Any], vocabulary_size: int | None) -> AnyRequest:
    """Read a request in which these clients' habits are understood. Raises InputError."""
    wanted, warnings = read_with_warnings(kind, _with_plain_numbers(values), vocabulary_size)
    assert wanted.is_plain_text, "reading refuses anything else"
    return replace(wanted, warnings=(*warnings, *unused_fields(values, field_schemas(kind))))


def _with_plain_numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """The body with two habits of these clients translated: `top_k` -1 means off, and a seed may have 64 bits."""
    changed, seed = dict(values), values.get("seed")
    if type(values.get("top_k")) is int and values["top_k"] == -1:
        changed["top_k"] = 0
    if type(seed) is int and -(2**63) <= seed < 2**64 and seed != -1:
        changed["seed"] = seed % (int(declaration("seed").maximum) + 1)
    return changed
