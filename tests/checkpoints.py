"""Tiny random checkpoints of both architectures, and a byte-level tokenizer for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPTJConfig, GPTJForCausalLM, GPTNeoConfig, GPTNeoForCausalLM, PreTrainedTokenizerFast

ARCHITECTURES = ("gpt_neo", "gptj")
END_OF_TEXT = "<|endoftext|>"


def byte_tokenizer() -> PreTrainedTokenizerFast:
    """One token a byte and `<|endoftext|>`: 257 tokens, of which the last is bos, eos and pad."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: index for index, character in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([END_OF_TEXT])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=END_OF_TEXT, eos_token=END_OF_TEXT, pad_token=END_OF_TEXT
    )


def tiny_model(
    architecture: str, *, vocab_size: int = 257, context: int = 512, window: int = 256, seed: int = 0
) -> GPTNeoForCausalLM | GPTJForCausalLM:
    """A random fp32 model in eval mode whose greedy text does not fall into one repeated token at once."""
    torch.manual_seed(seed)
    ids: dict[str, Any] = {"bos_token_id": 256, "eos_token_id": 256, "pad_token_id": 256}
    if architecture == "gpt_neo":
        config = GPTNeoConfig(
            vocab_size=vocab_size, max_position_embeddings=context, hidden_size=32, num_layers=4, num_heads=4,
            attention_types=[[["global", "local"], 2]], window_size=window, initializer_range=0.2, **ids,
        )  # fmt: skip
        return GPTNeoForCausalLM(config).eval()
    config = GPTJConfig(
        vocab_size=vocab_size, n_positions=context, n_embd=32, n_layer=3, n_head=4, rotary_dim=4,
        initializer_range=0.2, **ids,
    )  # fmt: skip
    return GPTJForCausalLM(config).eval()


def write_checkpoint(directory: Path, architecture: str, **options: Any) -> Path:
    """Write a tiny checkpoint in the hub's layout (safetensors, one file) and return its directory."""
    tiny_model(architecture, **options).save_pretrained(directory)
    byte_tokenizer().save_pretrained(directory)
    return directory
