"""Where weights go, decided on plain numbers."""

from __future__ import annotations

import pytest

from pyg_ui.engine.placement import (
    MOST_SLOTS,
    Placement,
    automatic_precision,
    choose_num_slots,
    place_on_cpu,
    place_on_gpu,
)
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import UnsupportedError

GB = 10**9


@pytest.mark.parametrize(
    ("num_parameters", "device", "has_gpu_bf16", "precision"),
    [
        (4_000_000, "cpu", False, "fp32"),
        (499_999_999, "cpu", False, "fp32"),
        (2_651_307_520, "cpu", False, "8bit"),
        (4_000_000, "cuda", True, "bf16"),
        (6_050_882_784, "cuda", False, "fp16"),
    ],
)
def test_auto_is_exact_for_small_models_and_compact_for_large_ones(
    num_parameters: int, device: str, has_gpu_bf16: bool, precision: str
) -> None:
    assert automatic_precision(num_parameters, device=device, has_gpu_bf16=has_gpu_bf16) == precision


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
