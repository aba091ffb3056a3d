"""The decoder over transformers' forward pass, for models that bitsandbytes quantises or accelerate divides."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from pyg_ui.engine.linear.contract import Job


@dataclass(frozen=True, slots=True)
class TransformersModel:
    """See LoadedModel."""

    model: PreTrainedModel
    later: Sequence[Job] = ()
    drafts_pay: bool = False

    @property
    def device(self) -> torch.device:
        # Weights that accelerate keeps elsewhere are on "meta"; its hooks move the inputs to where they are computed.
        device = self.model.device
        return device if device.type != "meta" else torch.device("cpu")

    @property
    def slot_bytes(self) -> int:
        config = self.model.config
        num_values = 2 * config.num_hidden_layers * config.hidden_size * config.max_position_embeddings
        return int(num_values * self.model.dtype.itemsize)

    def make_decoder(self, num_slots: int) -> "TransformersDecoder":
        return TransformersDecoder(self.model, num_slots=num_slots)


class TransformersDecoder:
    """See Decoder. Rows are decoded one after another, so each row is computed the same in a batch and alone."""

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

    def prefill_parts(self, slot: int, token_ids: Sequence[int]) -> Generator[None, None, Tensor]:
        yield from ()  # transformers' forward pass cannot pause
        return self._forward(slot, token_ids)[-1]

    def prefill_all(self, slot: int, token_ids: Sequence[int]) -> Tensor:
        return self._forward(slot, token_ids, num_logits=len(token_ids))

    def decode(self, slots: Sequence[int], token_ids: Sequence[int]) -> Tensor:
        starts = {slot: self.num_tokens(slot) for slot in slots}
        try:
            return torch.cat([self._forward(slot, [token]) for slot, token in zip(slots, token_ids, strict=True)])
        except Exception:
            for slot, start in starts.items():
                self.copy(slot, slot, start)
            raise

    def crop(self, slot: int, num_tokens: int) -> None:
        # transformers' crop takes the negative number of tokens to drop.
        self._caches[slot].crop(num_tokens - self.num_tokens(slot))

    def copy(self, source: int, target: int, num_tokens: int) -> None:
        tensors = (
            [(keys, values) for keys, values, _ in self._caches[source]] if num_tokens else []
        )  # each (1, H, T, D)
        self._caches[target] = DynamicCache([(k[..., :num_tokens, :], v[..., :num_tokens, :]) for k, v in tensors])

    def free(self, slot: int) -> None:
        self._caches[slot] = DynamicCache()

    @torch.inference_mode()
    def _forward(self, slot: int, token_ids: Sequence[int], num_logits: int = 1) -> Tensor:
        start = self.num_tokens(slot)
        stop = start + len(token_ids)
        assert start < stop <= self.context_length, "no token, or beyond the context"
        device = TransformersModel(self._model).device
        try:
            output: Any = self._model(
                input_ids=torch.tensor([token_ids], device=device),  # (1, T)
                position_ids=torch.arange(start, stop, device=device)[None],  # (1, T)
                past_key_values=self._caches[slot],
                use_cache=True,
                logits_to_keep=num_logits,
            )
        except Exception:
            self.copy(slot, slot, start)  # its first layers have the new tokens already
            raise
        logits: Tensor = output.logits[0]  # (num_logits, V)
        return logits
