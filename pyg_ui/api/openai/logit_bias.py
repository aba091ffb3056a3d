"""The field `logit_bias`: what is added to the logits of tokens, by their ids."""

from collections.abc import Iterator
from typing import Any

from pyg_ui.api.fields.declaration import Body, Schema, declare, nullable
from pyg_ui.api.fields.kinds import as_number
from pyg_ui.engine.engine import LARGEST_BIAS, LogitBias
from pyg_ui.errors import ParameterError

_NAME = "logit_bias"
_BANS = "custom_token_bans"
_BANS_SCHEMA = nullable(
    [{"type": "string"}, {"type": "array", "items": {"type": "integer"}}],
    None,
    "Token ids that are forbidden: a list, or a text with commas.",
)
_NUMBER: Schema = {"type": "number", "minimum": -LARGEST_BIAS, "maximum": LARGEST_BIAS}
_SCHEMA = nullable(
    [{"type": "object", "additionalProperties": _NUMBER}],
    None,
    f"What is added to the logits of tokens of this model's vocabulary, by their ids: from -{LARGEST_BIAS:g}, which "
    f"forbids a token, to {LARGEST_BIAS:g}, which forces it. Clamped, and other names left out, with a warning.",
)


def logit_bias() -> Any:
    """The bias of each token id that the model has."""

    def read(body: Body) -> LogitBias:
        banned = _banned(body)
        value = body.get(_NAME)
        if value is None or value == []:
            return banned
        if not isinstance(value, dict):
            template = "{field} must be an object of token ids and numbers."
            raise ParameterError(_NAME, template, field=_NAME)
        biases = tuple(_known(value, body.vocabulary_size))
        _warn_of_unknown(body, _NAME, len(value) - len(biases))
        clamped = tuple((token_id, float(min(max(bias, -LARGEST_BIAS), LARGEST_BIAS))) for token_id, bias in biases)
        if clamped != biases:
            body.warnings.append(f"{_NAME} must be from -{LARGEST_BIAS:g} to {LARGEST_BIAS:g}: the nearest is used.")
        return (*((token_id, bias) for token_id, bias in clamped if bias), *banned)

    return declare({_NAME: _SCHEMA, _BANS: _BANS_SCHEMA}, read)


def _banned(body: Body) -> LogitBias:
    """The bias that forbids the tokens of `custom_token_bans`. What is no token's id is left out with a warning."""
    value = body.get(_BANS)
    items = value.split(",") if isinstance(value, str) else value or []
    if not isinstance(items, list):
        raise ParameterError(_NAME, "{field} must be a list of token ids, or a text with commas.", field=_BANS)
    texts = dict.fromkeys(str(each).strip() for each in items if each is not None)
    texts.pop("", None)
    ids = (_token_id(each, body.vocabulary_size) for each in texts)
    known = dict.fromkeys(each for each in ids if each is not None)
    _warn_of_unknown(body, _BANS, len(texts) - len(known))
    return tuple((token_id, -LARGEST_BIAS) for token_id in known)


def _known(value: dict[str, Any], vocabulary_size: int | None) -> Iterator[tuple[int, float]]:
    """The entries whose names are token ids. Raises ParameterError for a bias that is no finite number."""
    for name, bias in value.items():
        number = as_number(bias)
        if number is None or not abs(number) < float("inf"):
            raise ParameterError(_NAME, "Each bias in {field} must be a number.", field=_NAME)
        if (token_id := _token_id(name, vocabulary_size)) is not None:
            yield token_id, number


def _token_id(name: str, vocabulary_size: int | None) -> int | None:
    """The id that a text names; None if it names no token of the vocabulary."""
    if not (name.isascii() and name.isdecimal() and len(name) < 20):
        return None
    token_id = int(name)
    return token_id if vocabulary_size is None or token_id < vocabulary_size else None


def _warn_of_unknown(body: Body, name: str, count: int) -> None:
    if count:
        body.warnings.append(f"{name}: {count:,} left out that name no token of this model's vocabulary.")
