"""Slots and the token ids they hold: which prefix can be reused, and which slot gives way.

Invariant: a slot's ids are exactly the ids its keys and values were computed from. Reuse is by ids, never by text.
Prefill and decode go through here so that ids and keys cannot part. Knows nothing of requests or of turns.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from pyg_ui.engine.decoding.decoder import Decoder

REPLY_TOKENS = 128
"""How much of a slot may be given up for another end of the same text: a reply, about."""


@dataclass(slots=True)
class _Slot:
    index: int
    token_ids: list[int] = field(default_factory=list)
    is_taken: bool = False
    last_used: int = 0
    """When it was last released, counted in releases; 0 is never, or not worth keeping."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A slot taken for one sequence."""

    slot: int
    num_cached_tokens: int
    """How many of the sequence's first tokens the slot already holds; never the whole prompt."""


class SlotCache:
    """Hands out slots and keeps account of what they hold. Used from one thread at a time."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._slots = [_Slot(index) for index in range(decoder.num_slots)]
        self._num_releases = 0

    @property
    def num_idle(self) -> int:
        """How many slots can be acquired now."""
        return sum(not slot.is_taken for slot in self._slots)

    def acquire(self, prompt_ids: Sequence[int], *, spares_others: bool = False) -> Lease:
        """Take an idle slot for a prompt of at least one token; there must be one.

        The longest prefix that any slot shares with the prompt is reused, but for its last token, which must run
        again so that its logits exist. The slot that holds it is cropped where that loses less than it keeps
        and no more than a reply, which is written anew. Otherwise, and where it is taken, somebody may come back to
        what it holds: the prefix is copied into the least recently used idle slot. So it is with `spares_others`
        even where only a reply would be lost, unless no other slot is idle.
        """
        reusable = prompt_ids[:-1]
        shared = {slot.index: _num_shared(slot.token_ids, reusable) for slot in self._slots}
        best = max(self._slots, key=lambda slot: (shared[slot.index], not slot.is_taken, slot.last_used))
        oldest = min((slot for slot in self._slots if not slot.is_taken), key=lambda slot: slot.last_used)
        num_shared = shared[best.index]
        loses_little = len(best.token_ids) - num_shared <= (1 if spares_others else min(num_shared, REPLY_TOKENS))
        chosen = best if not best.is_taken and loses_little else oldest
        chosen.is_taken = True
        try:
            if num_shared > shared[chosen.index]:
                self._copy(best, chosen, num_shared)
            else:
                self._crop(chosen, num_shared)
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
        """Append one token to each of several taken slots, as Decoder.decode; return the logits behind each, (B, V)."""
        logits = self._decoder.decode(slots, token_ids)
        for slot, token_id in zip(slots, token_ids, strict=True):
            self._slots[slot].token_ids.append(token_id)
        return logits

    def crop(self, slot: int, num_tokens: int) -> None:
        """Keep only the first tokens of a taken slot."""
        self._crop(self._slots[slot], num_tokens)

    def release(self, slot: int, *, goes_first: bool = False) -> None:
        """Give a taken slot back; what it holds stays for whoever shares its prefix.

        With `goes_first` it is the first to give way to another text.
        """
        self._num_releases += 1
        self._slots[slot].is_taken = False
        self._slots[slot].last_used = 0 if goes_first else self._num_releases

    def discard(self, slot: int) -> None:
        """Give a taken slot back, emptied: what it holds cannot be trusted after a failure."""
        self._decoder.free(slot)
        self._slots[slot] = _Slot(slot)

    def discard_idle(self) -> None:
        """Empty all idle slots, to return their memory."""
        for slot in self._slots:
            if not slot.is_taken:
                self.discard(slot.index)

    def check_integrity(self) -> None:
        """Assert that each slot's ids are as many as its keys and values, and within the context."""
        for slot in self._slots:
            num_tokens = self._decoder.num_tokens(slot.index)
            assert len(slot.token_ids) == num_tokens, f"slot {slot.index}: {len(slot.token_ids)} ids, {num_tokens} keys"
            assert num_tokens <= self._decoder.context_length
            assert all(0 <= token_id < self._decoder.vocab_size for token_id in slot.token_ids)

    def _crop(self, slot: _Slot, num_tokens: int) -> None:
        self._decoder.crop(slot.index, num_tokens)
        del slot.token_ids[num_tokens:]

    def _copy(self, source: _Slot, target: _Slot, num_tokens: int) -> None:
        self._decoder.copy(source.index, target.index, num_tokens)
        target.token_ids = source.token_ids[:num_tokens]


def _num_shared(left: Sequence[int], right: Sequence[int]) -> int:
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    return shared
