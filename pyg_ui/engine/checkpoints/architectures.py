"""One description for GPT-Neo and GPT-J: heads, windows, and layers whose MLP follows attention or runs beside it.

The forward pass and the loaders know only this description. `configuration` reads it from a `config.json`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heads:
    """The attention heads, and how their scores are computed."""

    count: int
    size: int
    """Values a head."""
    rotated: int = 0
    """How many of a head's first values are rotated in pairs, by their position."""
    scale: float = 1.0
    """Factor of the scores before the softmax."""

    @property
    def width(self) -> int:
        """Values of all heads together."""
        return self.count * self.size


@dataclass(frozen=True, slots=True)
class LayerNames:
    """The names of a layer's parts in a checkpoint, without `.weight` and `.bias`."""

    attention_norm: str
    queries: str
    keys: str
    values: str
    attention_out: str
    mlp_norm: str | None
    """None where the MLP runs beside attention and reads the same normalised stream."""
    mlp_in: str
    mlp_out: str


@dataclass(frozen=True, slots=True)
class Architecture:
    """A decoder-only model."""

    model_type: str
    """The hub's name for it: `gpt_neo` or `gptj`."""
    heads: Heads
    hidden_size: int
    """Values of the residual stream."""
    inner_size: int
    """Values inside the MLP."""
    layers: tuple[LayerNames, ...]
    windows: tuple[int | None, ...]
    """For each layer, how many of the latest positions a token sees, including its own; None for all."""
    context_length: int
    vocab_size: int
    activation: str
    norm_epsilon: float
    is_tied: bool
    """Whether the output layer has the weights of the token embedding."""
    has_attention_bias: bool
    """Whether attention's output has a bias; queries, keys and values have none."""
    has_head_bias: bool
    tokens: str = "transformer.wte"
    positions: str | None = None
    """The embedding of positions; None where positions rotate queries and keys."""
    final_norm: str = "transformer.ln_f"
    head: str = "lm_head"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Of every weight, by its name in a checkpoint."""
        hidden, inner, width = self.hidden_size, self.inner_size, self.heads.width
        shapes: dict[str, tuple[int, ...]] = {f"{self.tokens}.weight": (self.vocab_size, hidden)}
        if self.positions is not None:
            shapes[f"{self.positions}.weight"] = (self.context_length, hidden)
        for names in self.layers:
            for norm in filter(None, (names.attention_norm, names.mlp_norm)):
                shapes |= _norm_shapes(norm, hidden)
            for name in (names.queries, names.keys, names.values):
                shapes |= _linear_shapes(name, hidden, width, has_bias=False)
            shapes |= _linear_shapes(names.attention_out, width, hidden, has_bias=self.has_attention_bias)
            shapes |= _linear_shapes(names.mlp_in, hidden, inner, has_bias=True)
            shapes |= _linear_shapes(names.mlp_out, inner, hidden, has_bias=True)
        shapes |= _norm_shapes(self.final_norm, hidden)
        return shapes | _linear_shapes(self.head, hidden, self.vocab_size, has_bias=self.has_head_bias)

    def linear_names(self) -> list[str]:
        """The weights of the linear layers inside the layers: what 8 bit and 4 bit quantise."""
        parts = ((n.queries, n.keys, n.values, n.attention_out, n.mlp_in, n.mlp_out) for n in self.layers)
        return [f"{name}.weight" for names in parts for name in names]


def _norm_shapes(name: str, size: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (size,), f"{name}.bias": (size,)}


def _linear_shapes(name: str, num_in: int, num_out: int, *, has_bias: bool) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {f"{name}.weight": (num_out, num_in)}
    return shapes | ({f"{name}.bias": (num_out,)} if has_bias else {})
