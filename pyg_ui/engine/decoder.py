"""One forward pass over a fixed number of slots: prefill, ragged decode, crop, copy, free.

A slot holds the keys and values of one sequence. A decoder knows positions and logits; whose sequence it is, which
ids a slot holds and who runs next are the business of `kv_cache` and `scheduler`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel


class Decoder(Protocol):
    """Turns token ids into logits. Used from one thread at a time.

    A call that raises leaves the slots it was given in an undefined state: free them. Other slots are untouched.
    """

    @property
    def num_slots(self) -> int:
        """How many sequences it can hold."""

    @property
    def context_length(self) -> int:
        """How many tokens a slot can hold."""

    @property
    def vocab_size(self) -> int:
        """How many token ids the model knows: valid ids are below it."""

    def num_tokens(self, slot: int) -> int:
        """How many tokens the slot holds; the next one gets this position."""

    def prefill(self, slot: int, token_ids: Sequence[int]) -> Tensor:
        """Append at least one token to the slot; return the logits after the last one, (V)."""

    def decode(self, slots: Sequence[int], token_ids: Sequence[int]) -> Tensor:
        """Append one token to each of several distinct slots of any lengths; return their logits, (B, V).

        A row's logits do not depend on which other rows are decoded with it.
        """

    def crop(self, slot: int, num_tokens: int) -> None:
        """Keep only the slot's first `num_tokens` tokens."""

    def copy(self, source: int, target: int, num_tokens: int) -> None:
        """Replace what `target` holds by the first `num_tokens` tokens of `source`, which keeps its own."""

    def free(self, slot: int) -> None:
        """Forget what the slot holds and return its memory."""


@runtime_checkable
class ScoringDecoder(Protocol):
    """What a decoder may be able to do besides: tell what follows each token of a prompt, not only the last."""

    def prefill_all(self, slot: int, token_ids: Sequence[int]) -> Tensor:
        """As `Decoder.prefill`; return the logits after each of the T tokens, (T, V)."""


class TransformersDecoder:
    """The decoder over transformers' own forward pass, for any causal model with a plain key and value cache.

    Rows are decoded one forward after another, so batched and alone are the same computation; the cache grows by
    concatenation. Works with 8-bit models and with models that accelerate spread over devices.
    """

    def __init__(self, model: PreTrainedModel, *, num_slots: int) -> None:
        self._model = model
        self._caches = [DynamicCache() for _ in range(num_slots)]

    @property
    def num_slots(self) -> int:
        return len(self._caches)

    @property
    def context_length(self) -> int:
        return int(self._model.config.max_position_embeddings)

    @property
    def vocab_size(self) -> int:
        return int(self._model.config.vocab_size)

    def num_tokens(self, slot: int) -> int:
        return int(self._caches[slot].get_seq_length())

    def prefill(self, slot: int, token_ids: Sequence[int]) -> Tensor:
        return self._forward(slot, token_ids)[-1]

    def prefill_all(self, slot: int, token_ids: Sequence[int]) -> Tensor:
        return self._forward(slot, token_ids, num_logits=len(token_ids))

    def decode(self, slots: Sequence[int], token_ids: Sequence[int]) -> Tensor:
        return torch.cat([self._forward(slot, [token]) for slot, token in zip(slots, token_ids, strict=True)])

    def crop(self, slot: int, num_tokens: int) -> None:
        # transformers' crop takes the negative number of tokens to drop.
        self._caches[slot].crop(num_tokens - self.num_tokens(slot))

    def copy(self, source: int, target: int, num_tokens: int) -> None:
        tensors = [(keys, values) for keys, values, _ in self._caches[source]]  # each (1, H, T, D)
        self._caches[target] = DynamicCache([(k[..., :num_tokens, :], v[..., :num_tokens, :]) for k, v in tensors])

    def free(self, slot: int) -> None:
        self._caches[slot] = DynamicCache()

    @torch.inference_mode()
    def _forward(self, slot: int, token_ids: Sequence[int], num_logits: int = 1) -> Tensor:
        start = self.num_tokens(slot)
        stop = start + len(token_ids)
        assert start < stop <= self.context_length, "no token, or beyond the context"
        # Weights that accelerate keeps elsewhere stand on "meta"; its hooks move the inputs to where they compute.
        device = self._model.device if self._model.device.type != "meta" else torch.device("cpu")
        output: Any = self._model(
            input_ids=torch.tensor([token_ids], device=device),  # (1, T)
            position_ids=torch.arange(start, stop, device=device)[None],  # (1, T)
            past_key_values=self._caches[slot],
            use_cache=True,
            logits_to_keep=num_logits,
        )
        logits: Tensor = output.logits[0]  # (num_logits, V)
        return logits
