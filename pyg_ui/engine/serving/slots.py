"""The prefix cache: which slot holds the keys and values of which token ids, what is reused, and what is evicted.

Knows neither requests nor chats. Invariant: a slot's ids are exactly the ids from which its keys and values were
computed. So prefill and decode go through this module, and a prefix is found by its ids, never by its text.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from operator import eq

from torch import Tensor

from pyg_ui.engine.decoding.decoder import Decoder
from pyg_ui.engine.gpu.memory import return_gpu_memory

REPLY_TOKENS = 128
"""How many tokens of a slot may be cropped away for another continuation of the same text: about one reply."""


@dataclass(slots=True)
class _Slot:
    index: int
    token_ids: list[int] = field(default_factory=list)
    is_taken: bool = False
    last_used: int = 0
    """The number of its last release, counted over all slots; 0 if it was never used or is to be evicted first."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A slot taken for one sequence."""

    slot: int
    num_cached_tokens: int
    """How many of the sequence's first tokens the slot already holds; always less than the whole prompt."""


class SlotCache:
    """Assigns slots to sequences and knows what each slot holds. Used from one thread at a time."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._slots = [_Slot(index) for index in range(decoder.num_slots)]
        self._num_releases = 0

    def acquire(self, prompt_ids: Sequence[int], *, keep_others: bool = False) -> Lease:
        """Take an idle slot for a prompt of at least one token. There must be an idle slot.

        The longest prefix that any slot shares with the prompt is reused. The prompt's last token always runs again,
        because its logits are needed. An idle slot with that prefix is cropped if this loses no more than it keeps
        and no more than a reply. Otherwise its text may be continued later, so the prefix is copied into the least
        recently used idle slot. With `keep_others` it is copied even if only a reply would be lost, unless no other
        slot is idle.
        """
        reusable = prompt_ids[:-1]
        shared = {slot.index: _num_shared(slot.token_ids, reusable) for slot in self._slots}
        best = max(self._slots, key=lambda slot: (shared[slot.index], not slot.is_taken, slot.last_used))
        oldest = min((slot for slot in self._slots if not slot.is_taken), key=lambda slot: slot.last_used)
        num_shared = shared[best.index]
        loses_little = len(best.token_ids) - num_shared <= (1 if keep_others else min(num_shared, REPLY_TOKENS))
        chosen = best if not best.is_taken and loses_little else oldest
        chosen.is_taken = True
        try:
            if num_shared > shared[chosen.index]:
                self._decoder.copy(best.index, chosen.index, num_shared)
                chosen.token_ids = best.token_ids[:num_shared]
            else:
                self.crop(chosen.index, num_shared)
        except Exception:
            self.discard(chosen.index)
            raise
        return Lease(chosen.index, num_shared)

    def prefill_parts(self, slot: int, token_ids: Sequence[int]) -> Generator[None, None, Tensor]:
        """Append tokens to a taken slot; return the logits after the last one, (V).

        Pauses where the decoder does.
        """
        logits = yield from self._decoder.prefill_parts(slot, token_ids)
        self._slots[slot].token_ids.extend(token_ids)
        return logits

    def prefill_all(self, slot: int, token_ids: Sequence[int]) -> Tensor:
        """Append tokens to a taken slot; return the logits after each of them, (T, V)."""
        logits = self._decoder.prefill_all(slot, token_ids)
        self._slots[slot].token_ids.extend(token_ids)
        return logits

    def decode(self, slots: Sequence[int], token_ids: Sequence[int]) -> Tensor:
        """Append one token to each of several taken slots, as Decoder.decode; return the logits after each, (B, V)."""
        logits = self._decoder.decode(slots, token_ids)
        for slot, token_id in zip(slots, token_ids, strict=True):
            self._slots[slot].token_ids.append(token_id)
        return logits

    def crop(self, slot: int, num_tokens: int) -> None:
        """Keep only the first tokens of a taken slot; all of them if it has fewer."""
        token_ids = self._slots[slot].token_ids
        self._decoder.crop(slot, min(num_tokens, len(token_ids)))
        del token_ids[num_tokens:]

    def release(self, slot: int, *, evict_first: bool = False) -> None:
        """Make a taken slot idle. Its content can be reused; with `evict_first` it is the first to be overwritten."""
        self._num_releases += 1
        self._slots[slot].is_taken = False
        self._slots[slot].last_used = 0 if evict_first else self._num_releases

    def discard(self, slot: int) -> None:
        """Make a slot idle and empty it, because its content may be wrong after a failure."""
        self._decoder.free(slot)
        self._slots[slot] = _Slot(slot)

    def discard_idle(self) -> None:
        """Empty all idle slots to free their memory."""
        for slot in self._slots:
            if not slot.is_taken:
                self.discard(slot.index)
        return_gpu_memory()


def _num_shared(left: Sequence[int], right: Sequence[int]) -> int:
    """How many items at the beginning are the same."""
    return sum(takewhile(bool, map(eq, left, right)))
