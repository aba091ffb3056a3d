"""Writes a model in every layout a checkpoint may have on the hub."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import PreTrainedModel

from tests.checkpoints import END_OF_TEXT, byte_tokenizer

FORMATS = ("safetensors", "bin")
TOKENIZERS = ("tokenizer.json", "vocab.json")
_NAMES = {"safetensors": ("model", "safetensors"), "bin": ("pytorch_model", "bin")}

StateDict = dict[str, torch.Tensor]


def state_of(model: PreTrainedModel) -> StateDict:
    """The model's weights as they are saved: contiguous, a tied output layer left out."""
    tied = model.all_tied_weights_keys
    return {name: value.clone().contiguous() for name, value in model.state_dict().items() if name not in tied}


def write_layout(
    directory: Path,
    model: PreTrainedModel,
    *,
    weight_format: str = "safetensors",
    num_shards: int = 1,
    tokenizer: str = "tokenizer.json",
    state: StateDict | None = None,
) -> Path:
    """Write the model's config, weights (or `state` instead) and a byte tokenizer; return the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    model.config.save_pretrained(directory)
    write_weights(directory, state_of(model) if state is None else state, weight_format, num_shards)
    write_tokenizer(directory, tokenizer)
    return directory


def write_weights(directory: Path, state: StateDict, weight_format: str, num_shards: int) -> None:
    stem, suffix = _NAMES[weight_format]
    if num_shards == 1:
        _save(state, directory / f"{stem}.{suffix}")
        return
    names, weight_map = sorted(state), {}
    for number in range(num_shards):
        shard = f"{stem}-{number + 1:05d}-of-{num_shards:05d}.{suffix}"
        part = {name: state[name] for name in names[number::num_shards]}
        _save(part, directory / shard)
        weight_map |= dict.fromkeys(part, shard)
    index = {"metadata": {"total_size": 0}, "weight_map": weight_map}
    (directory / f"{stem}.{suffix}.index.json").write_text(json.dumps(index))


def write_tokenizer(directory: Path, layout: str) -> None:
    tokenizer = byte_tokenizer()
    if layout == "tokenizer.json":
        tokenizer.backend_tokenizer.save(str(directory / layout))
        return
    vocabulary = tokenizer.get_vocab()
    end_of_text_id = vocabulary.pop(END_OF_TEXT)
    (directory / "vocab.json").write_text(json.dumps(vocabulary))
    (directory / "merges.txt").write_text("#version: 0.2\n")
    (directory / "added_tokens.json").write_text(json.dumps({END_OF_TEXT: end_of_text_id, "<|extratoken_1|>": 257}))


def _save(state: StateDict, path: Path) -> None:
    if path.suffix == ".safetensors":
        save_file(state, path, metadata={"format": "pt"})
    else:
        torch.save(state, path)
