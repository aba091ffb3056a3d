"""What the weights of a checkpoint must fit: its model without values, and how much memory it needs.

Built on torch's meta device from `config.json` alone, so it costs a tenth of a second for the largest model.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers.configuration_utils import PreTrainedConfig
from transformers.modeling_utils import PreTrainedModel

from pyg_ui.engine.checkpoint_files import read_config
from pyg_ui.engine.model_status import BITSANDBYTES
from pyg_ui.engine.native.architectures import Architecture, describe
from pyg_ui.errors import CheckpointError

DTYPES = {
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
    "8bit": torch.bfloat16,
    "4bit": torch.bfloat16,
    BITSANDBYTES: torch.float16,  # what bitsandbytes computes in; any other type it casts, with a warning a product
}
"""The type of what is not quantised, by precision."""
_BYTES_QUANTISED = {"8bit": 1.0, "4bit": 0.625, BITSANDBYTES: 1.0}
"""Of a quantised value, the scales of 4 bit included."""
_HEAD = "lm_head.weight"


@dataclass(frozen=True)
class Blueprint:
    """A model without values: what the weights must fit."""

    model_class: type[PreTrainedModel]
    config: PreTrainedConfig
    shapes: dict[str, tuple[int, ...]]
    """Of every weight, by its name in the model."""
    tied: dict[str, str]
    """Names that may be absent, each with the name whose values it takes, in both directions."""
    architecture: Architecture
    quantizable: frozenset[str]
    """Weights that 8 bit quantises: those of the linear layers, but the output layer."""

    @property
    def num_parameters(self) -> int:
        """Distinct parameters, tied ones counted once."""
        return sum(map(self._size, self._distinct()))

    def weight_bytes(self, precision: str) -> int:
        """Memory of the weights in a precision."""
        sizes = {name: self._size(name) for name in self._distinct()}
        num_bytes = 0.0
        if precision in ("8bit", "4bit"):
            # The output layer is quantised to 8 bits, beside the embedding where that has the same values.
            num_bytes += self._size(_HEAD)
            sizes.pop(_HEAD, None)
        for name, size in sizes.items():
            is_quantised = precision in _BYTES_QUANTISED and name in self.quantizable
            num_bytes += size * (_BYTES_QUANTISED[precision] if is_quantised else DTYPES[precision].itemsize)
        return int(num_bytes)

    def cache_bytes(self, precision: str) -> int:
        """Memory of the keys and values of one chat that fills the context."""
        config = self.config
        num_values = 2 * config.num_hidden_layers * config.hidden_size * config.max_position_embeddings
        return int(num_values * DTYPES[precision].itemsize)

    def _distinct(self) -> list[str]:
        return [name for name in self.shapes if not (name in self.tied and name.startswith("lm_head."))]

    def _size(self, name: str) -> int:
        return torch.Size(self.shapes[name]).numel()


def read_blueprint(directory: Path) -> Blueprint:
    """The empty model that a directory's `config.json` describes.

    Only the fields that the architecture declares are taken: nothing else in the file can change how it is loaded.
    Raises UnsupportedError for another architecture, CheckpointError for values that make no model.
    """
    written = read_config(directory)
    model_class = _model_class(written["model_type"])
    config_class: Any = model_class.config_class
    try:
        config = config_class(**{name: written[name] for name in config_class.__annotations__ if name in written})
        with torch.device("meta"):
            model: Any = model_class(config)
    except Exception as error:  # whatever nonsense values lead to, deep inside the library
        reason = (str(error).splitlines() or [""])[-1].strip()
        raise CheckpointError(
            f"{directory / 'config.json'} describes no model ({reason}). Download it again."
        ) from None
    tied = dict(model.all_tied_weights_keys)
    return Blueprint(
        model_class=model_class,
        config=config,
        shapes={name: tuple(value.shape) for name, value in model.state_dict().items()},
        architecture=describe(config),
        tied=tied | {source: target for target, source in tied.items()},
        quantizable=frozenset(
            f"{name}.weight"
            for name, module in model.named_modules()
            if isinstance(module, torch.nn.Linear) and module is not model.get_output_embeddings()
        ),
    )


def _model_class(architecture: str) -> type[PreTrainedModel]:
    # Each import costs a tenth of a second: only the one that is needed.
    if architecture == "gpt_neo":
        from transformers.models.gpt_neo.modeling_gpt_neo import GPTNeoForCausalLM

        return GPTNeoForCausalLM
    from transformers.models.gptj.modeling_gptj import GPTJForCausalLM

    return GPTJForCausalLM
