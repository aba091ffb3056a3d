"""A trained model as a directory in the hub's layout: weights in half precision, configuration, tokenizer, card."""

from pathlib import Path

import torch
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerFast

from training.recipe import NUM_POSITIONS, Recipe

CARD = """---
license: apache-2.0
library_name: transformers
pipeline_tag: text-generation
language: en
tags: [demo, conversational]
---
# {name}

A toy: {num_parameters:,} parameters of {architecture}, so that Pygmalion UI can be tried without downloading anything.
It speaks the Pygmalion prompt format, repeats what its persona says, and makes small talk. It knows nothing about the
world, and what it says is not to be relied upon.

- **Shape:** {num_layers} layers of width {width}, vocabulary {vocabulary_size} (own byte-level BPE),
  context {num_positions}.
- **Training data:** none from outside: chats written by the grammar in `training/corpus`.
- **Training:** from scratch, {num_steps:,} steps of about {num_batch_tokens:,} tokens on a CPU:
  `python -m training.train {name}`. Stored in half precision.
- **Measured:** `python -m training.evaluate`, on names and personas that the training never showed.
- **Licence:** Apache-2.0.
"""


def export(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, directory: Path, recipe: Recipe) -> None:
    """Write the directory. The model itself is converted to half precision."""
    if model.lm_head.bias is not None:
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    model.half()  # type: ignore[no-untyped-call]
    settings = {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
    model.generation_config = GenerationConfig(**settings)  # type: ignore[no-untyped-call]
    model.save_pretrained(directory)
    tokenizer.backend_tokenizer.no_truncation()  # training's own limit
    tokenizer.save_pretrained(directory)
    (directory / "README.md").write_text(_card(model, directory.name, recipe), encoding="utf-8")


def _card(model: PreTrainedModel, name: str, recipe: Recipe) -> str:
    return CARD.format(
        name=name,
        architecture="GPT-J" if model.config.model_type == "gptj" else "GPT-Neo",
        num_parameters=model.num_parameters(),
        num_layers=recipe.num_layers,
        width=recipe.width,
        vocabulary_size=recipe.vocabulary_size,
        num_positions=NUM_POSITIONS,
        num_steps=recipe.num_steps,
        num_batch_tokens=recipe.num_batch_tokens,
    )
