"""Slots: what is reused, who gives way, and that the account of what they hold stays right."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.decoding.decoder import finish
from pyg_ui.engine.decoding.native.decoder import NativeDecoder
from pyg_ui.engine.decoding.transformers_decoder import TransformersDecoder
from pyg_ui.engine.serving.slots import Lease, SlotCache
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.decoders import native_decoder
from tests.engine.local_engines import check_integrity, random_ids


@pytest.fixture
def cache() -> SlotCache:
    return SlotCache(native_decoder(tiny_model("gpt_neo"), num_slots=3))


def read(cache: SlotCache, slot: int, ids: Sequence[int]) -> Tensor:
    return finish(cache.prefill_parts(slot, ids))


def fill(cache: SlotCache, ids: tuple[int, ...]) -> Lease:
    """Run a prompt and give its slot back."""
    lease = cache.acquire(ids)
    read(cache, lease.slot, ids[lease.num_cached_tokens :])
    cache.release(lease.slot)
    return lease


def test_the_next_turn_reuses_all_that_was_there(cache: SlotCache) -> None:
    history = random_ids(100)
    first = fill(cache, history)
    assert first.num_cached_tokens == 0
    assert cache.acquire((*history, 1, 2, 3)) == Lease(first.slot, 100)
    check_integrity(cache)


def test_the_last_token_of_a_known_prompt_runs_again(cache: SlotCache) -> None:
    history = random_ids(100)
    fill(cache, history)
    assert cache.acquire(history).num_cached_tokens == 99


def test_the_longest_of_several_prefixes_wins(cache: SlotCache) -> None:
    history = random_ids(100)
    for length in (50, 90, 70):
        lease = cache.acquire((*history[:length], 256))
        cache.discard(lease.slot)
    leases = [cache.acquire((*history[:length], 256, seed)) for seed, length in enumerate((50, 90, 70))]
    for lease, length in zip(leases, (50, 90, 70), strict=True):
        read(cache, lease.slot, (*history[:length], 256)[lease.num_cached_tokens :])
    for lease in leases:
        cache.release(lease.slot)
    assert cache.acquire(history) == Lease(leases[1].slot, 90)


def test_without_a_match_the_least_recently_used_slot_gives_way(cache: SlotCache) -> None:
    slots = [fill(cache, random_ids(20, seed=seed)).slot for seed in range(3)]
    assert sorted(slots) == [0, 1, 2]
    fill(cache, (*random_ids(20), 1))
    assert cache.acquire((255, 254, 253)) == Lease(slots[1], 0)
    check_integrity(cache)


def test_a_short_match_is_copied_rather_than_wiping_out_a_long_conversation(cache: SlotCache) -> None:
    persona = random_ids(30)
    long_chat = persona + random_ids(100, seed=1)
    first = fill(cache, long_chat)
    second = cache.acquire((*persona, 7, 8, 9))
    assert second.num_cached_tokens == 30
    assert second.slot != first.slot
    assert cache.acquire((*long_chat, 5)) == Lease(first.slot, 130)
    check_integrity(cache)


def test_another_text_takes_over_the_memory_of_a_slot() -> None:
    decoder = native_decoder(tiny_model("gpt_neo"), num_slots=1)
    cache = SlotCache(decoder)
    fill(cache, random_ids(40))
    before = decoder._slots.layers(0)
    assert fill(cache, random_ids(40, seed=1)).num_cached_tokens == 0
    assert decoder._slots.layers(0) is before
    check_integrity(cache)


def test_a_prefix_in_a_taken_slot_is_shared(cache: SlotCache) -> None:
    prompt = random_ids(40)
    first = cache.acquire(prompt)
    read(cache, first.slot, prompt)
    second = cache.acquire(prompt)
    assert second.num_cached_tokens == 39
    assert second.slot != first.slot
    check_integrity(cache)


def test_a_discarded_slot_is_not_reused(cache: SlotCache) -> None:
    prompt = random_ids(40)
    lease = cache.acquire(prompt)
    read(cache, lease.slot, prompt)
    cache.discard(lease.slot)
    assert cache.acquire(prompt).num_cached_tokens == 0


def test_emptying_idle_slots_leaves_the_taken_ones(cache: SlotCache) -> None:
    fill(cache, random_ids(20))
    taken = cache.acquire((1, 2, 3))
    read(cache, taken.slot, (1, 2, 3))
    cache.discard_idle()
    check_integrity(cache)
    assert cache.acquire(random_ids(20)).num_cached_tokens == 0
    cache.release(taken.slot)
    assert cache.acquire((1, 2, 3, 4)) == Lease(taken.slot, 3)


@pytest.mark.parametrize("make_decoder", [TransformersDecoder, native_decoder])
def test_a_slot_with_fewer_tokens_than_are_to_be_kept_keeps_all(make_decoder: Any) -> None:
    cache = SlotCache(make_decoder(tiny_model("gpt_neo"), num_slots=1))
    ids = random_ids(20)
    slot = cache.acquire((*ids, 1)).slot
    read(cache, slot, ids)
    cache.crop(slot, 25)
    check_integrity(cache)
    cache.release(slot)
    assert cache.acquire((*ids, 1)) == Lease(slot, 20)


def test_a_failing_copy_takes_no_slot_away(cache: SlotCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError

    persona = random_ids(30)
    fill(cache, persona + random_ids(100, seed=1))
    monkeypatch.setattr(NativeDecoder, "copy", fail)
    with pytest.raises(MemoryError):
        cache.acquire((*persona, 7))
    assert not any(slot.is_taken for slot in cache._slots)
    check_integrity(cache)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_reuse_equals_from_scratch_through_a_random_workload(architecture: str) -> None:
    model, chooser = tiny_model(architecture), random.Random(0)
    cache = SlotCache(native_decoder(model, num_slots=3))
    prompts = [random_ids(length, seed=length % 2) for length in (10, 60, 61, 290, 300, 400)]
    for _ in range(40):
        prompt = chooser.choice(prompts) + random_ids(chooser.randrange(1, 20), seed=chooser.randrange(100))
        lease = cache.acquire(prompt)
        logits = read(cache, lease.slot, prompt[lease.num_cached_tokens :])
        check_integrity(cache)
        with torch.inference_mode():
            expected = model(input_ids=torch.tensor([prompt])).logits[0, -1]
        torch.testing.assert_close(logits, expected, rtol=1e-3, atol=1e-3)
        if chooser.random() < 0.8:
            cache.release(lease.slot)
        else:
            cache.discard(lease.slot)
        assert not any(slot.is_taken for slot in cache._slots)


def test_a_long_end_is_kept_beside_another_one_and_a_short_one_gives_way(cache: SlotCache) -> None:
    opening = random_ids(200)
    long, short = fill(cache, opening + random_ids(150, seed=1)), fill(cache, opening + random_ids(60, seed=2))
    assert long.slot != short.slot
    assert fill(cache, opening + random_ids(70, seed=3)) == Lease(short.slot, 200)
    assert cache.acquire(opening + random_ids(151, seed=1)).num_cached_tokens == 350
