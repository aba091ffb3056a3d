"""Batches for training: whole chats as token ids, with a weight on each token to be predicted.

What the character says weighs most, the spans it copies more still; the visitor's lines weigh little and the persona
nothing. Chats of similar length share a batch. Refuses to know the model.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from pyg_ui.demo_models.corpus.conversations import Part, Piece, draw_document
from pyg_ui.demo_models.corpus.phrasing import COPY_END, COPY_START
from pyg_ui.demo_models.corpus.values import Values
from pyg_ui.demo_models.recipe import NUM_POSITIONS, Recipe

PART_WEIGHTS = {Part.PROMPT: 0.0, Part.VISITOR: 0.15, Part.GREETING: 0.3, Part.REPLY: 1.0}
COPY_WEIGHT = 2.0
NUM_POOLED = 256  # documents drawn at once, to be sorted by length


@dataclass(frozen=True)
class Row:
    """One document: its ids, and the weight of predicting each of them."""

    ids: list[int]
    weights: list[float]


@dataclass(frozen=True)
class Batch:
    """Rows padded on the right with weight 0; each tensor is (B, T)."""

    ids: Tensor
    weights: Tensor
    positions: Tensor
    is_copying: bool = False


def text_with_weights(pieces: list[Piece]) -> tuple[str, list[float]]:
    """The document's text without marks, and a weight for each of its characters."""
    letters: list[str] = []
    weights: list[float] = []
    for piece in pieces:
        weight = base = PART_WEIGHTS[piece.part]
        for letter in piece.text:
            if letter == COPY_START:
                weight = base * COPY_WEIGHT
            elif letter == COPY_END:
                weight = base
            else:
                letters.append(letter)
                weights.append(weight)
    return "".join(letters), weights


class Batches:
    """Endless batches: copying exercises at first, then chats, every so often long ones."""

    def __init__(self, rng: Random, tokenizer: PreTrainedTokenizerFast, recipe: Recipe) -> None:
        self._rng, self._tokenizer, self._recipe = rng, tokenizer, recipe
        self._held = Values()
        self._pool: list[list[Row]] = []

    def batch(self, step: int) -> Batch:
        """The batch of one step; steps must be asked for in order."""
        recipe = self._recipe
        if step < recipe.num_copying_steps and self._rng.random() < 0.7 * (1 - step / recipe.num_copying_steps):
            return replace(self._batch_of(self._copying_rows()), is_copying=True)
        if step >= recipe.num_copying_steps and step % recipe.long_every == 0:
            return self._batch_of(self._long_rows())
        if not self._pool:
            self._pool = self._pooled()
        return self._batch_of(self._pool.pop())

    def _rows(self, nums_turns: list[int]) -> list[Row]:
        drawn = [text_with_weights(draw_document(self._rng, self._held, turns)) for turns in nums_turns]
        encoded = self._tokenizer([text for text, _ in drawn], return_offsets_mapping=True)
        rows = []
        for ids, offsets, (_, weights) in zip(encoded["input_ids"], encoded["offset_mapping"], drawn, strict=True):
            own = [max(weights[start : max(end, start + 1)]) for start, end in offsets]
            rows.append(Row(ids[:NUM_POSITIONS], own[:NUM_POSITIONS]))
        return rows

    def _pooled(self) -> list[list[Row]]:
        """Documents of four to nine turns in batches of similar length, shuffled."""
        rows = sorted(self._rows([self._rng.randrange(4, 10) for _ in range(NUM_POOLED)]), key=lambda row: len(row.ids))
        batches: list[list[Row]] = [[]]
        for row in rows:
            if (len(batches[-1]) + 1) * len(row.ids) > self._recipe.num_batch_tokens:
                batches.append([])
            batches[-1].append(row)
        self._rng.shuffle(batches)
        return batches

    def _long_rows(self) -> list[Row]:
        """Two chats that fill a good part of the context, or all of it."""
        turns = self._rng.choice((25, 35, 60))
        return self._rows([turns, turns])

    def _copying_rows(self) -> list[Row]:
        """Random tokens, then the same again: the second half is all there is to learn."""
        rows = []
        length = self._rng.choice((16, 32, 64, 100))
        for _ in range(self._recipe.num_batch_tokens // (2 * length)):
            span = [self._rng.randrange(1, self._recipe.vocabulary_size) for _ in range(length)]
            rows.append(Row(span + span, [0.0] * (length + 1) + [1.0] * (length - 1)))
        return rows

    def _batch_of(self, rows: list[Row]) -> Batch:
        longest = max(len(row.ids) for row in rows)
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        weights = torch.zeros(len(rows), longest)
        for index, row in enumerate(rows):
            ids[index, : len(row.ids)] = torch.tensor(row.ids)
            weights[index, : len(row.ids)] = torch.tensor(row.weights)
        offsets = [self._rng.randrange(NUM_POSITIONS - longest + 1) if self._rng.random() < 0.5 else 0 for _ in rows]
        return Batch(ids, weights, torch.tensor(offsets)[:, None] + torch.arange(longest))


def tokenizer_texts(rng: Random, count: int) -> Iterator[str]:
    """Documents to train the tokenizer on."""
    for _ in range(count):
        yield text_with_weights(draw_document(rng, Values(), 6))[0].removesuffix("<|endoftext|>")
