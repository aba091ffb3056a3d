"""Checkpoints of the real models' shapes with random weights, in the hub's layout: only their speed means anything."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import repository  # noqa: F401
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, GPTJConfig, GPTNeoConfig, PreTrainedTokenizerFast

_SHARD_BYTES = 2_000_000_000
_DEVIATION = 0.02


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the two architectures in a real width, with all of its layers or fewer."""

    name: str
    architecture: str
    num_layers: int

    @property
    def config(self) -> GPTNeoConfig | GPTJConfig:
        """As transformers takes it."""
        if self.architecture == "gpt_neo":
            return GPTNeoConfig(
                vocab_size=50257, max_position_embeddings=2048, hidden_size=2560, num_layers=self.num_layers,
                num_heads=20, attention_types=[[["global", "local"], self.num_layers // 2]], window_size=256,
            )  # fmt: skip
        return GPTJConfig(
            vocab_size=50400, n_positions=2048, n_embd=4096, n_layer=self.num_layers, n_head=16, rotary_dim=64,
            tie_word_embeddings=False,
        )  # fmt: skip


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("N32", "gpt_neo", 32),
        Shape("N8", "gpt_neo", 8),
        Shape("J28", "gptj", 28),
        Shape("J7", "gptj", 7),
    )
}
"""N32 is Pygmalion 2.7B, J28 is Pygmalion 6B; the others have a quarter of their layers."""


def checkpoint(shape: Shape, directory: Path) -> Path:
    """The directory of a bf16 checkpoint of a shape, written on first use; N32 takes 5.3 GB, J28 12.1 GB."""
    path = directory / shape.name
    if (path / "complete").exists():
        return path
    path.mkdir(parents=True, exist_ok=True)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(shape.config)
    tied = set(model.all_tied_weights_keys)
    parameters = {name: value.shape for name, value in model.state_dict().items() if name not in tied}
    _write_weights(parameters, path)
    shape.config.save_pretrained(path)
    _tokenizer(shape.config.vocab_size).save_pretrained(path)
    (path / "complete").touch()
    return path


def random_prompt(num_tokens: int, seed: int) -> list[int]:
    """Token ids that every shape knows."""
    generator = torch.Generator().manual_seed(seed)
    ids: list[int] = torch.randint(300, 50_000, (num_tokens,), generator=generator).tolist()
    return ids


def _write_weights(parameters: dict[str, torch.Size], path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(1 << 24, generator=generator).mul_(_DEVIATION).bfloat16()
    weight_map: dict[str, str] = {}
    shard: dict[str, torch.Tensor] = {}

    def flush() -> None:
        name = f"model-{len(set(weight_map.values())):05}.safetensors"
        weight_map.update(dict.fromkeys(shard, name))
        save_file(shard, path / name, metadata={"format": "pt"})
        shard.clear()

    for index, (name, shape) in enumerate(parameters.items()):
        shard[name] = _values(name, shape, noise, index)
        if sum(value.nbytes for value in shard.values()) > _SHARD_BYTES:
            flush()
    flush()
    index_file: dict[str, Any] = {"metadata": {}, "weight_map": weight_map}
    (path / "model.safetensors.index.json").write_text(json.dumps(index_file))


def _values(name: str, shape: torch.Size, noise: torch.Tensor, index: int) -> torch.Tensor:
    if name.endswith(".bias"):
        return torch.zeros(shape, dtype=torch.bfloat16)
    if ".ln_" in name:
        return torch.ones(shape, dtype=torch.bfloat16)
    shifted = noise.roll(index * 7919)
    return shifted.repeat(-(-shape.numel() // len(shifted)))[: shape.numel()].view(shape)


def _tokenizer(vocab_size: int) -> PreTrainedTokenizerFast:
    """A byte-level one that has a visible text for every id."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*alphabet, *(f"<{index}>" for index in range(vocab_size - len(alphabet) - 1)), "<|endoftext|>"]
    tokenizer = Tokenizer(models.BPE(vocab={token: index for index, token in enumerate(tokens)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>"])
    special = dict.fromkeys(("bos_token", "eos_token", "unk_token"), "<|endoftext|>")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)
