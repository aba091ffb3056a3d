"""The 8-bit kernels, whichever of them this machine's probe prefers: exact, equal to the bit, never cut off."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.linear import int8_scheme
from pyg_ui.engine.linear.contract import QuantizedWeight
from pyg_ui.engine.linear.int8 import Int8Linear
from pyg_ui.engine.linear.int8_kernels import FbgemmKernel, FloatKernel, Int8Kernel, OneDnnKernel, UnpackedKernel
from pyg_ui.engine.linear.int8_rounding import quantize_int8
from pyg_ui.engine.linear.int8_scheme import choose_int8, is_exact
from tests.engine.linear.test_linear import random_rows, random_weight, relative_error

KERNELS: list[type[Int8Kernel]] = [OneDnnKernel, FbgemmKernel, UnpackedKernel, FloatKernel]


def existing(kernel: type[Int8Kernel]) -> type[Int8Kernel]:
    """The kernel, where this machine has it."""
    if not is_exact(kernel, is_paired=True):
        pytest.skip("this machine has no such operator")
    return kernel


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("shape", [(384, 256), (77, 129), (64, 4096), (1, 1)], ids=str)
def test_a_kernel_sums_exactly(kernel: type[Int8Kernel], shape: tuple[int, int]) -> None:
    weight = quantize_int8(torch.randn(shape, generator=torch.Generator().manual_seed(0)), is_paired=True)
    packed = existing(kernel)(weight)
    for num_rows in (1, 2, 8, 33, 100):
        rows = torch.randint(-127, 128, (num_rows, shape[1]), generator=torch.Generator().manual_seed(1)).float()
        rows[0] = 127
        rows[-1] = -127
        exact = (rows.double() @ weight.values.double().t()).float() * weight.scales
        assert torch.equal(packed(rows), exact)


@pytest.mark.parametrize("kernel", [UnpackedKernel, FloatKernel])
def test_unpacked_kernels_need_no_care_for_saturation(kernel: type[Int8Kernel]) -> None:
    assert is_exact(existing(kernel), is_paired=False)


class SaturatingKernel:
    """What processors without VNNI do: the results of each two neighbours are added in 16 bits."""

    neighbours = (0, 1, 2, 3)
    """Of each four inputs, the first two and the last two named here are added."""

    def __init__(self, weight: QuantizedWeight) -> None:
        self._values, self._scales = weight.values.int(), weight.scales

    def __call__(self, rows: Tensor) -> Tensor:
        order = torch.arange(rows.shape[1]).view(-1, 4)[:, list(self.neighbours)].flatten()
        terms = ((rows.int() + 128)[:, None, :] * self._values)[:, :, order]  # (M, out, in)
        sums = (terms[:, :, 0::2] + terms[:, :, 1::2]).clamp(-(2**15), 2**15 - 1)
        return (sums.sum(dim=2) - 128 * self._values.sum(dim=1)).float() * self._scales


def test_the_probe_sees_sums_that_are_cut_off() -> None:
    assert not is_exact(SaturatingKernel, is_paired=False)
    assert is_exact(SaturatingKernel, is_paired=True)


def test_the_probe_refuses_a_kernel_that_adds_other_neighbours() -> None:
    class OtherNeighbours(SaturatingKernel):
        neighbours = (0, 2, 1, 3)

    assert not is_exact(OtherNeighbours, is_paired=True)


def test_the_chosen_kernels_are_exact_for_the_chosen_weights() -> None:
    choice = choose_int8()
    assert is_exact(choice.best, is_paired=choice.is_paired)
    assert is_exact(choice.first, is_paired=choice.is_paired)


@pytest.mark.parametrize("is_paired", [False, True])
def test_weights_are_rounded_to_the_nearest_step(is_paired: bool) -> None:
    weight = random_weight(1500, 96)[0]
    weight[3] = 0
    kept = weight.clone()
    rounded = quantize_int8(weight, is_paired=is_paired)
    assert torch.equal(weight, kept)
    assert int(rounded.values.min()) >= -127
    error = (rounded.values * rounded.scales[:, None] - weight).abs()
    assert (error <= rounded.scales[:, None] * 0.5001).all()
    assert (rounded.scales[3], rounded.values[3].any()) == (1, False)


def test_paired_weights_never_exceed_16_bits() -> None:
    weight = torch.randn(64, 255, generator=torch.Generator().manual_seed(0))
    weight[0] = 1
    weight[1] = -1
    values = quantize_int8(weight, is_paired=True).values.int()
    assert int((values[:, 0:254:2] + values[:, 1:254:2]).abs().max()) <= 128
    alternating = torch.ones(1, 64)
    alternating[:, 1::2] = -1
    assert int(quantize_int8(alternating, is_paired=True).values.abs().min()) == 127


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernels_agree_with_each_other_to_the_bit(kernel: type[Int8Kernel]) -> None:
    weight, bias = random_weight(256, 320)
    quantized = quantize_int8(weight, is_paired=True)
    rows = random_rows(12, 320)
    results = [Int8Linear(quantized, bias, one(quantized))(rows) for one in (existing(kernel), FloatKernel)]
    assert torch.equal(*results)


def test_an_outlier_does_not_drown_the_rest_of_its_row() -> None:
    weight = random_weight(256, 1024)[0]
    rows = torch.randn(2, 1024, generator=torch.Generator().manual_seed(0))
    rows[:, 17] = torch.tensor([0.0, 1000.0])
    weight[:, 17] = 0
    quantized = quantize_int8(weight, is_paired=False)
    linear = Int8Linear(quantized, None, FloatKernel(quantized))
    expected = rows.double() @ weight.double().t()
    assert relative_error(linear(rows[:1]), expected[:1]) < 0.02
    assert relative_error(linear(rows[1:]), expected[1:]) < 0.03


def test_another_kernel_while_a_layer_is_used_changes_no_bit() -> None:
    weight, bias = random_weight(2048, 512)
    choice = choose_int8()
    quantized = quantize_int8(weight, is_paired=choice.is_paired)
    linear = Int8Linear(quantized, bias, FloatKernel(quantized))
    rows = random_rows(4, 512)
    expected = linear(rows)
    packing = threading.Thread(target=lambda: linear.use(choice.best(quantized)))
    packing.start()
    while packing.is_alive():
        assert torch.equal(linear(rows), expected)
    packing.join()
    assert torch.equal(linear(rows), expected)


@pytest.mark.parametrize(
    ("packing_s", "unpacked_s", "first"), [(1.0, 0.01, UnpackedKernel), (0.001, 0.01, FloatKernel)], ids=str
)
def test_what_takes_long_to_pack_is_begun_without(
    packing_s: float, unpacked_s: float, first: type[Int8Kernel], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first times are those of packing, then those of one row and of many rows."""
    times = iter([[packing_s, 0.0], [0.001, unpacked_s], [0.01, 2 * unpacked_s]])
    monkeypatch.setattr(int8_scheme, "shortest_times", lambda calls, budget_s: next(times))
    assert int8_scheme._first(FloatKernel, [FloatKernel, UnpackedKernel]) is first
