"""Products that come from the cache equal those that were rounded anew, packed or not yet."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.kept_products import kept_products
from pyg_ui.engine.linear import BackgroundPacking, Int8Linear, Linear, LinearKind, weight_format
from pyg_ui.engine.weight_cache import WeightCache
from tests.engine.test_linear import random_rows, random_weight

CPU = torch.device("cpu")
SHAPES = {"wide": (96, 300), "tall": (300, 96)}
QUANTISED = [LinearKind.INT8, LinearKind.INT4]


def refuse() -> Tensor:
    raise AssertionError("the checkpoint was read")


def make(cache: WeightCache, kind: LinearKind, *, is_new: bool, is_packed: bool = True) -> dict[str, Linear]:
    """A product for each shape; without `is_new`, all must come from the cache."""
    target = weight_format(kind, CPU)
    assert target is not None
    with kept_products(cache, kind, CPU, is_packed=is_packed) as products:
        made = {}
        for name, shape in SHAPES.items():
            weight, bias = random_weight(*shape)
            made[name] = products.make(name, shape, target, (lambda w=weight: w) if is_new else refuse, bias)
    assert len(products.unpacked) == (0 if is_new or is_packed or kind is LinearKind.INT4 else len(SHAPES))
    return made


@pytest.mark.parametrize("kind", QUANTISED)
@pytest.mark.parametrize("is_packed", [True, False])
def test_the_second_load_computes_the_same_and_reads_no_weight(
    kind: LinearKind, is_packed: bool, tmp_path: Path
) -> None:
    first = make(WeightCache(tmp_path), kind, is_new=True)
    second = make(WeightCache(tmp_path), kind, is_new=False, is_packed=is_packed)
    for name, shape in SHAPES.items():
        rows = random_rows(3, shape[1])
        assert torch.equal(first[name](rows), second[name](rows))


@pytest.mark.parametrize("kind", QUANTISED)
def test_without_a_cache_each_load_rounds(kind: LinearKind, tmp_path: Path) -> None:
    cache = WeightCache(tmp_path, enabled=False)
    make(cache, kind, is_new=True)
    with pytest.raises(AssertionError, match="was read"):
        make(cache, kind, is_new=False)
    assert list(tmp_path.iterdir()) == []


def test_a_load_that_fails_keeps_nothing(tmp_path: Path) -> None:
    cache = WeightCache(tmp_path)
    with contextlib.suppress(AssertionError):
        make(cache, LinearKind.INT8, is_new=False)
    assert cache.entries() == []


def test_packing_goes_on_behind_the_products(tmp_path: Path) -> None:
    make(WeightCache(tmp_path), LinearKind.INT8, is_new=True)
    products = make(WeightCache(tmp_path), LinearKind.INT8, is_new=False, is_packed=False)
    rows = {name: random_rows(2, shape[1]) for name, shape in SHAPES.items()}
    before = {name: products[name](rows[name]) for name in SHAPES}
    eight_bit = [product for product in products.values() if isinstance(product, Int8Linear)]
    assert not any(product.is_packed for product in eight_bit)
    packing = BackgroundPacking(eight_bit)
    packing.start()
    assert packing.wait(timeout_s=60)
    assert all(product.is_packed for product in eight_bit)
    for name, product in products.items():
        assert torch.equal(product(rows[name]), before[name])


def test_packing_stops_when_the_model_goes(tmp_path: Path) -> None:
    make(WeightCache(tmp_path), LinearKind.INT8, is_new=True)
    products = make(WeightCache(tmp_path), LinearKind.INT8, is_new=False, is_packed=False)
    packing = BackgroundPacking([product for product in products.values() if isinstance(product, Int8Linear)] * 10_000)
    packing.start()
    packing.close()
    assert packing.wait(timeout_s=0)
