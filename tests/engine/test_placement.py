"""Where weights go, decided on plain numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from pyg_ui.engine.catalog import CATALOG
from pyg_ui.engine.engine import ModelInfo
from pyg_ui.engine.placement import (
    MOST_SLOTS,
    ModelSize,
    Placement,
    automatic_precision,
    choose_num_slots,
    fits_in_place_of,
    place_beside,
    place_on_cpu,
    place_on_gpu,
)
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import NotEnoughMemoryError, UnsupportedError

GB = 10**9


MIDDLE, LARGE, DEMO = (
    next(entry.size for entry in CATALOG if entry.id == name) for name in ("pygmalion-2-7b", "pygmalion-6b", "demo-neo")
)


def test_auto_is_exact_for_small_models_and_compact_for_large_ones_on_a_processor() -> None:
    sizes = (DEMO, replace(LARGE, num_parameters=499_999_999), MIDDLE, LARGE)
    assert [automatic_precision(size, vram=None) for size in sizes] == ["fp32", "fp32", "8bit", "8bit"]


@pytest.mark.parametrize(
    ("free_gb", "has_bf16", "precisions"),
    [
        (5.8, True, ["4bit", "8bit", "bf16"]),
        (8.1, True, ["8bit", "8bit", "bf16"]),  # a laptop
        (11.9, True, ["8bit", "bf16", "bf16"]),  # 12 GB
        (15.7, False, ["8bit", "fp16", "fp16"]),  # a T4: several chats in 8 bit rather than one or two in 16
        (23.3, True, ["bf16", "bf16", "bf16"]),
        (2.0, True, ["bf16", "bf16", "bf16"]),  # divided between GPU and processor
    ],
)
def test_auto_on_a_gpu_is_what_fits_with_chats(free_gb: float, has_bf16: bool, precisions: list[str]) -> None:
    sizes = (LARGE, MIDDLE, DEMO)
    chosen = [automatic_precision(size, vram=int(free_gb * GB), has_gpu_bf16=has_bf16) for size in sizes]
    assert chosen == precisions


@pytest.mark.parametrize("total_gb", [11.9, 15.7, 23.3])
@pytest.mark.parametrize(("before", "after"), [(LARGE, MIDDLE), (MIDDLE, LARGE), (LARGE, LARGE)])
def test_a_model_takes_the_place_of_another_whole_and_with_its_chats(
    total_gb: float, before: ModelSize, after: ModelSize
) -> None:
    total = int(total_gb * GB)
    first, second = (automatic_precision(size, vram=total) for size in (before, after))
    weights, slot = before.weight_bytes(first), before.cache_bytes(first, "cuda")
    held = weights + slot * choose_num_slots(total - weights, slot)
    place = partial(
        place_beside, after.weight_bytes(second), after.cache_bytes(second, "cuda"), free_ram=GB, precision=second
    )
    with pytest.raises(NotEnoughMemoryError) as caught:
        place(free_vram=total - held, held_vram=held)
    assert fits_in_place_of(ModelInfo("old", "gptj", before.num_parameters, 2048, first, "cuda"), caught.value)
    assert not place(free_vram=total, held_vram=0).is_divided
    assert place(free_vram=2 * total, held_vram=held) == Placement({"": 0})


def test_a_model_that_is_divided_alone_waits_until_it_is_alone() -> None:
    place = partial(place_beside, 12 * GB, GB, free_ram=16 * GB, precision=Precision.FP16)
    with pytest.raises(NotEnoughMemoryError, match="another model") as caught:
        place(free_vram=2 * GB, held_vram=8 * GB)
    assert fits_in_place_of(ModelInfo("old", "gptj", 2 * GB, 2048, "fp16", "cuda"), caught.value)
    assert place(free_vram=10 * GB, held_vram=0).is_divided


def test_what_libraries_leave_on_a_gpu_is_no_model() -> None:
    place = partial(place_beside, 12 * GB, GB, free_ram=0, precision=Precision.FP16)
    assert not place(free_vram=15 * GB, held_vram=GB // 10).is_divided


def test_a_model_that_fits_the_gpu_lies_there_whole() -> None:
    placement = place_on_gpu(12 * GB, GB, free_vram=16 * GB, free_ram=0, precision=Precision.FP16)
    assert placement == Placement({"": 0})


def test_a_model_too_large_for_the_gpu_is_divided() -> None:
    placement = place_on_gpu(12 * GB, GB, free_vram=10 * GB, free_ram=16 * GB, precision=Precision.FP16)
    assert placement == Placement("auto", {0: 8 * GB, "cpu": 16 * GB})


def test_a_model_too_large_for_gpu_and_processor_is_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"12\.0 GB in fp16.*8\.0 GB.*3\.0 GB"):
        place_on_gpu(12 * GB, GB, free_vram=10 * GB, free_ram=3 * GB, precision=Precision.FP16)


def test_8_bit_is_never_divided() -> None:
    with pytest.raises(UnsupportedError, match="In 8bit-bnb"):
        place_on_gpu(12 * GB, GB, free_vram=10 * GB, free_ram=100 * GB, precision=Precision.BITSANDBYTES)


def test_a_model_too_large_for_the_processors_memory_is_refused() -> None:
    assert place_on_cpu(5 * GB, free_ram=6 * GB, precision=Precision.BF16) == Placement({"": "cpu"})
    with pytest.raises(UnsupportedError, match=r"24\.2 GB in fp32.*6\.0 GB"):
        place_on_cpu(24_200_000_000, free_ram=6 * GB, precision=Precision.FP32)


def test_as_many_are_served_at_once_as_memory_holds_but_at_least_one() -> None:
    assert [choose_num_slots(free, 1000) for free in (0, 1000, 2600, 10**9)] == [1, 1, 2, MOST_SLOTS]
    assert [choose_num_slots(free, 1000, 20) for free in (0, 2600, 10**9)] == [1, 2, 20]
    assert choose_num_slots(10**9, 1000, 1) == 1
