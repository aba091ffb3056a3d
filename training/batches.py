"""Batches for training: whole chats as token ids, with a weight on each token to be predicted.

The character's replies have a large weight, and the spans they copy from persona or visitor a larger one. The visitor's
lines have a small weight, the persona has none. Chats of similar length share a batch. This module does not know the
model.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from training.corpus.conversations import Part, Piece, draw_document
from training.corpus.phrasing import COPY_END, COPY_START
from training.corpus.values import ValueSource
from training.recipe import NUM_POSITIONS, Recipe, Round

PART_WEIGHTS = {Part.PROMPT: 0.0, Part.VISITOR: 0.4, Part.GREETING: 0.3, Part.REPLY: 1.0}
NUM_POOLED = 256  # documents drawn at once, to be sorted by length
BATCHES_A_POOL = 24  # how many of its batches are used


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


def text_with_weights(
    pieces: list[Piece], copy_weight: float = 1.0, hears_visitor: bool = True
) -> tuple[str, list[float]]:
    """The document's text without marks, and a weight for each of its characters."""
    letters: list[str] = []
    weights: list[float] = []
    for piece in pieces:
        weight = base = PART_WEIGHTS[piece.part] if hears_visitor or piece.part is not Part.VISITOR else 0.0
        for letter in piece.text:
            if letter == COPY_START:
                weight = base * copy_weight
            elif letter == COPY_END:
                weight = base
            else:
                letters.append(letter)
                weights.append(weight)
    return "".join(letters), weights


class Batches:
    """Makes the batch of each step from the seed and the step alone: copying exercises at first, later chats."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, recipe: Recipe) -> None:
        self._tokenizer, self._recipe = tokenizer, recipe
        self._source = ValueSource()
        self._pool: tuple[int, list[list[Row]]] = (-1, [])

    def batch(self, step: int) -> Batch:
        """The batch of one step."""
        recipe = self._recipe
        rng = Random(f"{recipe.seed} step {step}")
        part, own_step = recipe.at(step)
        if rng.random() < part.copying_share * (1 - own_step / part.num_copying_steps):
            return replace(_batch_of(rng, self._copying_rows(rng)), is_copying=True)
        if step % recipe.long_every == recipe.long_every - 1:
            return _batch_of(rng, self._long_rows(rng, part))
        return _batch_of(rng, self._pooled(step // BATCHES_A_POOL)[step % BATCHES_A_POOL])

    def _rows(self, rng: Random, nums_turns: list[int], part: Round) -> list[Row]:
        drawn = [self._drawn(rng, turns, part) for turns in nums_turns]
        encoded = self._tokenizer([text for text, _ in drawn], return_offsets_mapping=True, truncation=True)
        rows = []
        for ids, offsets, (_, weights) in zip(encoded["input_ids"], encoded["offset_mapping"], drawn, strict=True):
            own = [max(weights[start : max(end, start + 1)]) for start, end in offsets]
            rows.append(Row(ids, own))
        return rows

    def _drawn(self, rng: Random, num_turns: int, part: Round) -> tuple[str, list[float]]:
        """A document. Only one in four trains on the visitor's lines, which is enough to learn how visitors talk."""
        pieces = draw_document(rng, self._source, num_turns, part.emphasis)
        return text_with_weights(pieces, part.copy_weight, hears_visitor=rng.random() < 0.25)

    def _pooled(self, index: int) -> list[list[Row]]:
        """Documents of four to nine turns in batches of similar length, shuffled."""
        if self._pool[0] != index:
            rng = Random(f"{self._recipe.seed} pool {index}")
            part, _ = self._recipe.at(index * BATCHES_A_POOL)
            rows = self._rows(rng, [rng.randrange(4, 10) for _ in range(NUM_POOLED)], part)
            batches = self._sorted_batches(rows)
            rng.shuffle(batches)
            assert len(batches) >= BATCHES_A_POOL
            self._pool = index, batches
        return self._pool[1]

    def _sorted_batches(self, rows: list[Row]) -> list[list[Row]]:
        batches: list[list[Row]] = [[]]
        for row in sorted(rows, key=lambda row: len(row.ids)):
            if (len(batches[-1]) + 1) * len(row.ids) > self._recipe.num_batch_tokens:
                batches.append([])
            batches[-1].append(row)
        return batches

    def _long_rows(self, rng: Random, part: Round) -> list[Row]:
        """Two chats that fill half of the context or more."""
        turns = rng.choice((25, 35, 60))
        return self._rows(rng, [turns, turns], part)

    def _copying_rows(self, rng: Random) -> list[Row]:
        """Random tokens and the same tokens again. Only the second half has weights."""
        rows = []
        length = rng.choice((16, 32, 64, 100))
        for _ in range(self._recipe.num_batch_tokens // (2 * length)):
            span = [rng.randrange(1, self._recipe.vocabulary_size) for _ in range(length)]
            rows.append(Row(span + span, [0.0] * (length + 1) + [1.0] * (length - 1)))
        return rows


def _batch_of(rng: Random, rows: list[Row]) -> Batch:
    """Pad the rows. Half of them get positions that begin later in the context."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    weights = torch.zeros(len(rows), longest)
    for index, row in enumerate(rows):
        ids[index, : len(row.ids)] = torch.tensor(row.ids)
        weights[index, : len(row.ids)] = torch.tensor(row.weights)
    offsets = [rng.randrange(NUM_POSITIONS - longest + 1) if rng.random() < 0.5 else 0 for _ in rows]
    return Batch(ids, weights, torch.tensor(offsets)[:, None] + torch.arange(longest))


def tokenizer_texts(rng: Random, count: int) -> Iterator[str]:
    """Documents to train the tokenizer on."""
    for _ in range(count):
        yield text_with_weights(draw_document(rng, ValueSource(), 6))[0].removesuffix("<|endoftext|>")
