"""The two demo models' shapes and the recipe that trains them: every number of a run, and nothing else."""

from dataclasses import dataclass

import torch
from torch import nn
from transformers import GPTJConfig, GPTJForCausalLM, GPTNeoConfig, GPTNeoForCausalLM, PreTrainedModel

from pyg_ui.demo_models.head_start import give_head_start

NUM_POSITIONS = 2048


@dataclass(frozen=True)
class Recipe:
    """One training run."""

    seed: int = 20
    vocabulary_size: int = 4096
    width: int = 192
    num_layers: int = 5
    num_heads: int = 4
    num_steps: int = 1800
    num_warmup_steps: int = 40
    num_batch_tokens: int = 3072
    matrix_rate: float = 0.015
    other_rate: float = 0.003
    copying_share: float = 0.25
    num_copying_steps: int = 400  # over so many first steps pure copying exercises fade out
    long_every: int = 12  # one batch in so many holds chats of up to the whole context


def new_model(name: str, recipe: Recipe) -> PreTrainedModel:
    """A fresh model of the named shape."""
    torch.manual_seed(recipe.seed)
    makers = {"demo-neo": _new_neo, "demo-j": _new_gptj}
    if name not in makers:
        raise ValueError(f"There is no demo model called {name}: choose one of {', '.join(makers)}.")
    model = makers[name](recipe)
    give_head_start(model)
    return model


def _new_neo(recipe: Recipe) -> GPTNeoForCausalLM:
    return GPTNeoForCausalLM(
        GPTNeoConfig(
            vocab_size=recipe.vocabulary_size,
            hidden_size=recipe.width,
            num_layers=recipe.num_layers,
            num_heads=recipe.num_heads,
            attention_types=[[["global", "local"], recipe.num_layers // 2], [["global"], recipe.num_layers % 2]],
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


def _new_gptj(recipe: Recipe) -> GPTJForCausalLM:
    model = GPTJForCausalLM(
        GPTJConfig(
            vocab_size=recipe.vocabulary_size,
            n_embd=recipe.width,
            n_layer=recipe.num_layers,
            n_head=recipe.num_heads,
            rotary_dim=recipe.width // recipe.num_heads // 3,
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
