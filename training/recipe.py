"""The two demo models' shapes and the recipe that trains them: every number of a run, and nothing else."""

from dataclasses import dataclass

import torch
from torch import nn
from transformers import GPTJConfig, GPTJForCausalLM, GPTNeoConfig, GPTNeoForCausalLM, PreTrainedModel

from training.corpus.conversations import EVEN, Emphasis
from training.head_start import give_head_start

NUM_POSITIONS = 2048


@dataclass(frozen=True)
class Round:
    """A part of the training with its own learning rates and emphasis."""

    num_steps: int
    num_warmup_steps: int
    peak: float  # largest share of the recipe's learning rates
    decay_share: float  # share of the steps, at the end, in which the rates fall to 0
    emphasis: Emphasis
    copy_weight: float  # weight of copied spans; the rest of a reply has weight 1
    copying_share: float  # share of copying exercises among the first batches
    num_copying_steps: int  # after so many steps the share would be 0
    begins_with_mean: bool = False  # from the mean of the last two rounds' final weights

    def factor(self, step: int) -> float:
        """The share of the recipe's rates at a step of this round."""
        warm = min(1.0, (step + 1) / self.num_warmup_steps)
        cool = min(1.0, (self.num_steps - step) / (self.decay_share * self.num_steps))
        return self.peak * min(warm, cool)


TALKING = Round(
    num_steps=1800,
    num_warmup_steps=40,
    peak=1.0,
    decay_share=0.35,
    emphasis=EVEN,
    copy_weight=2.0,
    copying_share=0.25,
    num_copying_steps=400,
)
REMEMBERING = Round(
    num_steps=700,
    num_warmup_steps=20,
    peak=0.7,
    decay_share=0.95,
    emphasis=Emphasis(complete_share=0.75, recall_factor=2.5),
    copy_weight=4.0,
    copying_share=0.2,
    num_copying_steps=1400,
)
POLISHING = Round(
    num_steps=1500,
    num_warmup_steps=20,
    peak=0.7,
    decay_share=0.95,
    emphasis=Emphasis(complete_share=0.6, recall_factor=2.0, leads_in=True),
    copy_weight=3.0,
    copying_share=0.12,
    num_copying_steps=4000,
)
TASTING = Round(
    num_steps=1000,
    num_warmup_steps=20,
    peak=0.7,
    decay_share=0.95,
    emphasis=Emphasis(complete_share=0.9, recall_factor=2.0, taste_factor=1.8, leads_in=True),
    copy_weight=4.0,
    copying_share=0.05,
    num_copying_steps=4000,
)
SETTLING = Round(
    num_steps=700,
    num_warmup_steps=20,
    peak=0.35,
    decay_share=0.97,
    emphasis=Emphasis(complete_share=0.85, recall_factor=2.0, taste_factor=1.5, leads_in=True),
    copy_weight=3.0,
    copying_share=0.08,
    num_copying_steps=6000,
    begins_with_mean=True,
)


@dataclass(frozen=True)
class Recipe:
    """One training run."""

    seed: int = 20
    vocabulary_size: int = 4096
    width: int = 192
    num_layers: int = 5
    num_heads: int = 4
    rounds: tuple[Round, ...] = (TALKING, REMEMBERING, POLISHING, TASTING)
    num_batch_tokens: int = 3072
    matrix_rate: float = 0.015
    other_rate: float = 0.003
    long_every: int = 12  # every so many batches, one holds chats of up to the whole context
    ends_with_mean: bool = False  # with the mean of the last two rounds' final weights

    @property
    def num_steps(self) -> int:
        return sum(part.num_steps for part in self.rounds)

    def at(self, step: int) -> tuple[Round, int]:
        """The round that a step belongs to, and which of its steps it is."""
        for part in self.rounds:
            if step < part.num_steps:
                return part, step
            step -= part.num_steps
        raise ValueError("The training has no such step.")


RECIPES = {
    # A model with learned positions takes longer to learn copying than one with rotary positions.
    "demo-neo": Recipe(rounds=(TALKING, REMEMBERING, POLISHING, TASTING, SETTLING), ends_with_mean=True),
    "demo-j": Recipe(),
}


def new_model(name: str, recipe: Recipe) -> PreTrainedModel:
    """A model of the named shape, not trained yet."""
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
    # Training shares the two matrices, so that the model can repeat any token it can read. GPT-J stores them apart.
    model.lm_head.weight = model.transformer.wte.weight
    nn.init.zeros_(model.lm_head.bias)
    return model
