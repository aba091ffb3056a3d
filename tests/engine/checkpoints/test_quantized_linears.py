"""Linear layers from the weight cache equal those that were quantised anew, packed or not yet."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache
from pyg_ui.engine.checkpoints.weight_cache.linears import quantized_linears
from pyg_ui.engine.linear.contract import Job, Linear
from pyg_ui.engine.linear.int8_kernels import UnpackedKernel
from pyg_ui.engine.linear.int8_scheme import choose_int8
from pyg_ui.engine.linear.maker import LinearMaker
from pyg_ui.engine.precision import Precision
from tests.engine.linear.test_linear import random_rows, random_weight

CPU = torch.device("cpu")
SHAPES = {"wide": (96, 300), "tall": (300, 96)}
QUANTISED = [Precision.INT8, Precision.INT4]


@pytest.fixture(params=[True, False], ids=["begins with another kernel", "one kernel"])
def _first(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this machine one where the best kernel takes long to pack, or one where it does not."""
    choice = choose_int8()
    first = UnpackedKernel if request.param else choice.best
    monkeypatch.setattr("pyg_ui.engine.linear.int8_scheme.choose_int8", lambda: replace(choice, first=first))


def refuse() -> Tensor:
    raise AssertionError("the checkpoint was read")


def make(
    cache: WeightCache | None, kind: Precision, *, is_new: bool, later: list[Job] | None = None
) -> dict[str, Linear]:
    """A linear layer for each shape; without `is_new`, all must come from the cache."""
    with quantized_linears(LinearMaker(CPU), cache, kind) as linears:
        made = {}
        for name, shape in SHAPES.items():
            weight, bias = random_weight(*shape)
            made[name] = linears.make(name, shape, kind, (lambda w=weight: w) if is_new else refuse, bias)
    assert not (is_new and linears.later)
    if later is not None:
        later += linears.later
    return made


@pytest.mark.usefixtures("_first")
@pytest.mark.parametrize("kind", QUANTISED)
def test_the_second_load_computes_the_same_and_reads_no_weight(kind: Precision, tmp_path: Path) -> None:
    first = make(WeightCache(tmp_path), kind, is_new=True)
    second = make(WeightCache(tmp_path), kind, is_new=False, later=(later := []))
    for finish in (lambda: None, *later):
        finish()
        for name, shape in SHAPES.items():
            rows = random_rows(3, shape[1])
            assert torch.equal(first[name](rows), second[name](rows))


@pytest.mark.usefixtures("_first")
def test_only_a_kernel_that_packs_quickly_leaves_work_for_later(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    later: list[Job] = []
    make(WeightCache(tmp_path), Precision.INT8, is_new=True)
    make(WeightCache(tmp_path), Precision.INT8, is_new=False, later=later)
    assert len(later) == (len(SHAPES) if "begins" in request.node.name else 0)


@pytest.mark.parametrize("kind", QUANTISED)
def test_without_a_cache_each_load_rounds(kind: Precision) -> None:
    make(None, kind, is_new=True)
    with pytest.raises(AssertionError, match="was read"):
        make(None, kind, is_new=False)


def test_a_load_that_fails_keeps_nothing(tmp_path: Path) -> None:
    cache = WeightCache(tmp_path)
    with contextlib.suppress(AssertionError):
        make(cache, Precision.INT8, is_new=False)
    assert cache.num_bytes == 0
