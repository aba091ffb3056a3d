"""What a config.json describes is what transformers makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GPTJConfig, GPTJForCausalLM, GPTNeoConfig, GPTNeoForCausalLM

from pyg_ui.engine.checkpoints.blueprint import Blueprint
from pyg_ui.engine.checkpoints.configuration import describe
from pyg_ui.engine.checkpoints.files import read_config
from pyg_ui.errors import CheckpointError

CLASSES: dict[str, tuple[Any, Any]] = {
    "gpt_neo": (GPTNeoConfig, GPTNeoForCausalLM),
    "gptj": (GPTJConfig, GPTJForCausalLM),
}
SMALL_NEO = {"model_type": "gpt_neo", "hidden_size": 32, "num_heads": 4, "num_layers": 4, "vocab_size": 99}
SMALL_J = {"model_type": "gptj", "n_embd": 32, "n_head": 4, "n_layer": 2, "rotary_dim": 4, "vocab_size": 99}
KINDS = [[["global", "local"], 2]]


@pytest.mark.parametrize(
    "written",
    [
        {"model_type": "gpt_neo"},
        {"model_type": "gptj"},
        SMALL_NEO | {"attention_types": KINDS},
        SMALL_NEO | {"attention_types": [[["global"], 1], [["local"], 3]], "intermediate_size": 50, "window_size": 7},
        SMALL_NEO | {"attention_types": KINDS, "tie_word_embeddings": False, "activation_function": "relu"},
        SMALL_J | {"n_positions": 77, "n_inner": None},
        SMALL_J | {"n_inner": 40, "tie_word_embeddings": True, "layer_norm_epsilon": 1e-3},
    ],
)
def test_it_is_transformers_model(written: dict[str, Any]) -> None:
    config_class, model_class = CLASSES[written["model_type"]]
    config = config_class(**{name: value for name, value in written.items() if name != "model_type"})
    with torch.device("meta"):
        model = model_class(config)
    blueprint = Blueprint(describe(written), written)
    architecture = blueprint.architecture
    assert architecture.shapes() == {name: tuple(value.shape) for name, value in model.state_dict().items()}
    assert blueprint.tied == dict(model.all_tied_weights_keys) | {b: a for a, b in model.all_tied_weights_keys.items()}
    linear = {f"{name}.weight" for name, part in model.named_modules() if isinstance(part, torch.nn.Linear)}
    assert set(blueprint.architecture.linear_names()) == linear - {"lm_head.weight"}
    assert architecture.activation == config.activation_function
    assert architecture.norm_epsilon == config.layer_norm_epsilon
    assert architecture.context_length == config.max_position_embeddings
    if written["model_type"] == "gpt_neo":
        assert architecture.windows == tuple(
            config.window_size if kind == "local" else None for kind in config.attention_layers
        )
    assert describe(config.to_dict()) == architecture


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": "many"}, {"num_heads": 0}, {"num_heads": 5}, {"num_layers": 2.5}, {"vocab_size": True},
        {"layer_norm_epsilon": -1}, {"layer_norm_epsilon": float("inf")}, {"tie_word_embeddings": "yes"},
        {"activation_function": "eval"}, {"activation_function": 3}, {"attention_types": [[["sideways"], 4]]},
        {"attention_types": [[["global"], 3]]}, {"attention_types": 7}, {"attention_layers": "global"},
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_name(changes: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError, match=r"config\.json"):
        describe(SMALL_NEO | {"attention_types": KINDS} | changes)


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a":' * 100_000, '{"model_type": "gptj"', "[]", "\ud800"])
def test_a_config_that_is_no_object_is_refused_by_name(content: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(CheckpointError, match=r"config\.json"):
        read_config(tmp_path)


def test_a_config_of_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "config.json").open("wb") as file:
        file.truncate(8 * 2**30)
    with pytest.raises(CheckpointError, match="too large"):
        read_config(tmp_path)
