"""Reads the architecture of a model from its `config.json`. A third architecture is one more function here.

Missing fields get transformers' defaults. Only the fields named here are read, and each is checked.
"""

import math
from collections.abc import Mapping
from typing import Any

from pyg_ui.engine.checkpoints.architectures import Architecture, Heads, LayerNames
from pyg_ui.errors import CheckpointError

_GENERAL_NAMES = {
    "gpt_neo": {"num_hidden_layers": "num_layers", "num_attention_heads": "num_heads"},
    "gptj": {
        "hidden_size": "n_embd",
        "num_hidden_layers": "n_layer",
        "num_attention_heads": "n_head",
        "max_position_embeddings": "n_positions",
    },
}
"""By model type: the names that transformers accepts for all architectures, and the architecture's own."""

USUAL_ACTIVATION = "gelu_new"
"""GELU with tanh."""


def describe(config: Mapping[str, Any]) -> Architecture:
    """The architecture of a GPT-Neo or GPT-J model. Raises CheckpointError for values that make no model."""
    return _describe_neo(_Fields(config)) if config["model_type"] == "gpt_neo" else _describe_j(_Fields(config))


def with_own_names(config: Mapping[str, Any]) -> dict[str, Any]:
    """A `config.json` in which transformers' general names are replaced by the architecture's own names.

    Where both stand, transformers takes the general one.
    """
    own_names = _GENERAL_NAMES[config["model_type"]]
    general = {own: config[name] for name, own in own_names.items() if config.get(name) is not None}
    return {name: value for name, value in config.items() if name not in own_names} | general


class _Fields:
    """The values of a `config.json`, checked as they are read."""

    def __init__(self, written: Mapping[str, Any]) -> None:
        self._written = written

    def size(self, name: str, default: int) -> int:
        """A whole number above zero."""
        value = self._value(name, default)
        if type(value) is not int or value < 1:
            raise self.error(name, value, "it must be a whole number above zero")
        return value

    def number(self, name: str, default: float) -> float:
        """A number above zero."""
        value = self._value(name, default)
        if type(value) not in (int, float) or not 0 < value < math.inf:
            raise self.error(name, value, "it must be a number above zero")
        return float(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self.error(name, value, "it must be true or false")
        return value

    def activation(self) -> str:
        """The name of an activation function that transformers has."""
        value = self._value("activation_function", USUAL_ACTIVATION)
        if value != USUAL_ACTIVATION:
            from transformers.activations import ACT2FN

            if not isinstance(value, str) or value not in ACT2FN:
                raise self.error("activation_function", value, "there is no such function")
        return str(value)

    def head_size(self, hidden_size: int, num_heads: int) -> int:
        """How many values a head has."""
        if hidden_size % num_heads:
            raise _senseless(f"divides {hidden_size} values among {num_heads} heads, which cannot be.")
        return hidden_size // num_heads

    def attention_kinds(self, num_layers: int) -> list[str]:
        """GPT-Neo's kind of attention, global or local, of each layer."""
        kinds = self._written.get("attention_layers")
        if kinds is None:
            groups = self._value("attention_types", [[["global", "local"], num_layers // 2]])
            try:
                kinds = [kind for group, count in groups for _ in range(count) for kind in group]
            except (TypeError, ValueError):
                raise self.error("attention_types", groups, "it must list kinds and how often they repeat") from None
        if not isinstance(kinds, list) or len(kinds) != num_layers or not all(k in ("global", "local") for k in kinds):
            raise self.error("attention_types", kinds, f"it must give {num_layers} layers, each global or local")
        return kinds

    def error(self, name: str, value: object, reason: str) -> CheckpointError:
        """For a value that makes no model."""
        return _senseless(f"describes no model: {name} is {str(value)[:60]}; {reason}.")

    def _value(self, name: str, default: Any) -> Any:
        value = self._written.get(name)
        return default if value is None else value


def _describe_neo(fields: _Fields) -> Architecture:
    hidden, num_heads = fields.size("hidden_size", 2048), fields.size("num_heads", 16)
    num_layers, window = fields.size("num_layers", 24), fields.size("window_size", 256)
    return Architecture(
        model_type="gpt_neo",
        heads=Heads(num_heads, fields.head_size(hidden, num_heads)),  # its scores are not scaled
        hidden_size=hidden,
        inner_size=fields.size("intermediate_size", 4 * hidden),
        layers=_layers(num_layers, attention="attn.attention", mlp_norm="ln_2", mlp=("c_fc", "c_proj")),
        windows=tuple(window if kind == "local" else None for kind in fields.attention_kinds(num_layers)),
        context_length=fields.size("max_position_embeddings", 2048),
        vocab_size=fields.size("vocab_size", 50257),
        activation=fields.activation(),
        norm_epsilon=fields.number("layer_norm_epsilon", 1e-5),
        is_tied=fields.flag("tie_word_embeddings", default=True),
        has_attention_bias=True,
        has_head_bias=False,
        positions="transformer.wpe",
    )


def _describe_j(fields: _Fields) -> Architecture:
    hidden, num_heads, num_layers = fields.size("n_embd", 4096), fields.size("n_head", 16), fields.size("n_layer", 28)
    head_size, rotated = fields.head_size(hidden, num_heads), fields.size("rotary_dim", 64)
    if rotated > head_size or rotated % 2 or head_size % 2:
        raise _senseless(
            f"rotates {rotated} of a head's {head_size} values, which cannot be: both numbers must be even, the first "
            "not above the second."
        )
    return Architecture(
        model_type="gptj",
        heads=Heads(num_heads, head_size, rotated, scale=head_size**-0.5),
        hidden_size=hidden,
        inner_size=fields.size("n_inner", 4 * hidden),
        layers=_layers(num_layers, attention="attn", mlp_norm=None, mlp=("fc_in", "fc_out")),
        windows=(None,) * num_layers,
        context_length=fields.size("n_positions", 2048),
        vocab_size=fields.size("vocab_size", 50400),
        activation=fields.activation(),
        norm_epsilon=fields.number("layer_norm_epsilon", 1e-5),
        is_tied=fields.flag("tie_word_embeddings", default=False),
        has_attention_bias=False,
        has_head_bias=True,
    )


def _senseless(problem: str) -> CheckpointError:
    return CheckpointError("config.json {_problem} Download the checkpoint again.", _problem=problem)


def _layers(count: int, *, attention: str, mlp_norm: str | None, mlp: tuple[str, str]) -> tuple[LayerNames, ...]:
    return tuple(
        LayerNames(
            attention_norm=f"{layer}.ln_1",
            queries=f"{layer}.{attention}.q_proj",
            keys=f"{layer}.{attention}.k_proj",
            values=f"{layer}.{attention}.v_proj",
            attention_out=f"{layer}.{attention}.out_proj",
            mlp_norm=mlp_norm and f"{layer}.{mlp_norm}",
            mlp_in=f"{layer}.mlp.{mlp[0]}",
            mlp_out=f"{layer}.mlp.{mlp[1]}",
        )
        for layer in (f"transformer.h.{index}" for index in range(count))
    )
