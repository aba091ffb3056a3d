"""The decoder contract: forward passes over a fixed number of slots, each with the KV cache of one sequence.

A decoder knows positions and logits. It does not know token ids that were read before, requests, or who runs next.
"""

from collections.abc import Generator, Sequence
from typing import Protocol

import torch
from torch import Tensor

from pyg_ui.engine.linear.contract import Job


class Decoder(Protocol):
    """Turns token ids into logits. Used from one thread at a time.

    A pass that raises leaves all slots with the tokens that they had, and may be repeated. After a copy that raises,
    free its target.
    """

    @property
    def num_slots(self) -> int:
        """How many sequences it can decode at once."""

    @property
    def context_length(self) -> int:
        """How many tokens fit in a slot."""

    @property
    def vocab_size(self) -> int:
        """How many token ids the model knows: valid ids are below it."""

    def num_tokens(self, slot: int) -> int:
        """How many tokens are in the slot, which is also the position of the next one."""

    def prefill_parts(self, slot: int, token_ids: Sequence[int]) -> Generator[None, None, Tensor]:
        """Append at least one token to the slot; return the logits after the last one, (V).

        Yields between parts of the work (a layer, say), so that the caller can serve others. A decoder that cannot
        pause never yields. During a pause other slots may be decoded, cropped and copied. The slot itself changes only
        at the end: a generator that is closed earlier has changed nothing.
        """

    def prefill_all(self, slot: int, token_ids: Sequence[int]) -> Tensor:
        """Append tokens to the slot, without pauses; return the logits after each of the T tokens, (T, V)."""

    def decode(self, slots: Sequence[int], token_ids: Sequence[int]) -> Tensor:
        """Append one token to each of several slots of any lengths; return the logits after each, (B, V).

        A slot that is named several times takes its tokens one after the other.
        A row's logits do not depend on which other rows are decoded with it, but for those of its own slot before it.
        """

    def crop(self, slot: int, num_tokens: int) -> None:
        """Keep only the slot's first `num_tokens` tokens."""

    def copy(self, source: int, target: int, num_tokens: int) -> None:
        """Replace the content of `target` by the first `num_tokens` tokens of `source`, which stays as it is."""

    def free(self, slot: int) -> None:
        """Empty the slot and return its memory."""


def finish(parts: Generator[None, None, Tensor]) -> Tensor:
    """Run a computation in parts to its end and return its result."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            result: Tensor = end.value
            return result


class LoadedModel(Protocol):
    """A model in memory, on the device where it computes."""

    @property
    def device(self) -> torch.device:
        """The device of the keys and values."""

    @property
    def slot_bytes(self) -> int:
        """Memory of the keys and values of a full context."""

    @property
    def later(self) -> Sequence[Job]:
        """Jobs that make it quicker and can be done on another thread while it is in use. Results stay the same."""

    @property
    def drafts_pay(self) -> bool:
        """Whether another row of a step takes little time and changes no result, not even in the last bit."""

    def make_decoder(self, num_slots: int) -> Decoder:
        """A decoder for this many sequences at once."""
