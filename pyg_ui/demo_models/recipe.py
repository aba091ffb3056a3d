"""The two demo models' shapes and the recipe that trains them: every number of a run, and nothing else."""

from dataclasses import dataclass

import torch
from torch import nn
from transformers import GPTJConfig, GPTJForCausalLM, GPTNeoConfig, GPTNeoForCausalLM, PreTrainedModel

NUM_POSITIONS = 2048


@dataclass(frozen=True)
class Recipe:
    """One training run."""

    seed: int = 20
    vocabulary_size: int = 4096
    width: int = 192
    num_layers: int = 5
    num_heads: int = 4
    num_steps: int = 2800
    num_warmup_steps: int = 100
    num_batch_tokens: int = 3072
    matrix_rate: float = 0.02
    other_rate: float = 0.004
    num_copying_steps: int = 300  # over so many first steps pure copying exercises fade out
    long_every: int = 12  # one batch in so many holds chats of up to the whole context


def new_model(name: str, recipe: Recipe) -> PreTrainedModel:
    """A fresh model of the named shape."""
    torch.manual_seed(recipe.seed)
    if name == "demo-neo":
        return _new_neo(recipe)
    if name == "demo-j":
        return _new_gptj(recipe)
    raise ValueError(f"There is no demo model called {name}: choose demo-neo or demo-j.")


def _new_neo(recipe: Recipe) -> GPTNeoForCausalLM:
    kinds = [["global", "local"][index % 2] for index in range(recipe.num_layers)]
    model = GPTNeoForCausalLM(
        GPTNeoConfig(
            vocab_size=recipe.vocabulary_size,
            hidden_size=recipe.width,
            num_layers=recipe.num_layers,
            num_heads=recipe.num_heads,
            attention_types=[[[kind], 1] for kind in kinds],
            window_size=256,
            max_position_embeddings=NUM_POSITIONS,
            embed_dropout=0.0,
            attention_dropout=0.0,
            resid_dropout=0.0,
            bos_token_id=0,
            eos_token_id=0,
            pad_token_id=0,
        )
    )
    with torch.no_grad():
        model.transformer.wpe.weight.copy_(sinusoids(NUM_POSITIONS, recipe.width) * 0.03)
    return model


def _new_gptj(recipe: Recipe) -> GPTJForCausalLM:
    model = GPTJForCausalLM(
        GPTJConfig(
            vocab_size=recipe.vocabulary_size,
            n_embd=recipe.width,
            n_layer=recipe.num_layers,
            n_head=recipe.num_heads,
            rotary_dim=recipe.width // recipe.num_heads // 3 * 2,
            n_positions=NUM_POSITIONS,
            attn_pdrop=0.0,
            embd_pdrop=0.0,
            resid_pdrop=0.0,
            bos_token_id=0,
            eos_token_id=0,
            pad_token_id=0,
            tie_word_embeddings=False,
        )
    )
    # Trained as one, stored as two, as GPT-J has it: what the model can read it can then also repeat.
    model.lm_head.weight = model.transformer.wte.weight
    nn.init.zeros_(model.lm_head.bias)
    return model


def sinusoids(length: int, width: int) -> torch.Tensor:
    """Positions that start out as waves: "the token before" is one rotation, learned once for all positions."""
    frequencies = 10000.0 ** (-torch.arange(0, width, 2) / width)
    angles = torch.arange(length)[:, None] * frequencies
    return torch.cat((angles.sin(), angles.cos()), dim=1)  # (T, C)
