"""What the weights of a checkpoint must look like, and how much memory they need, computed from `config.json` alone."""

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from pyg_ui.engine.checkpoints.architectures import Architecture
from pyg_ui.engine.checkpoints.configuration import describe, with_own_names
from pyg_ui.engine.checkpoints.files import read_config
from pyg_ui.engine.placement import ModelSize


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A model without its weights."""

    architecture: Architecture
    written: dict[str, Any]
    """The content of `config.json`, with the architecture's own names of its fields."""

    @property
    def tied(self) -> dict[str, str]:
        """Names that may be absent, each with the name whose values it takes, in both directions."""
        if not self.architecture.is_tied:
            return {}
        tokens, head = f"{self.architecture.tokens}.weight", f"{self.architecture.head}.weight"
        return {head: tokens, tokens: head}

    @property
    def size(self) -> ModelSize:
        """What decides how much memory it takes."""
        architecture = self.architecture
        sizes = {name: prod(shape) for name, shape in architecture.shapes().items()}
        num_head = architecture.vocab_size * architecture.hidden_size
        return ModelSize(
            num_parameters=sum(sizes.values()) - (num_head if architecture.is_tied else 0),
            num_linear=sum(sizes[name] for name in architecture.linear_names()),
            num_head=num_head,
            is_tied=architecture.is_tied,
            num_cached=2 * len(architecture.layers) * architecture.heads.width * architecture.context_length,
        )


def read_blueprint(directory: Path) -> Blueprint:
    """The model that a directory's `config.json` describes.

    Raises UnsupportedError for another architecture, CheckpointError for values that make no model.
    """
    written = with_own_names(read_config(directory))
    return Blueprint(describe(written), written)
