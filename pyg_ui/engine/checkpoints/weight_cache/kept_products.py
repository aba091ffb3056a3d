"""Products with quantised weights, through the cache: rounded on the first load, only mapped on later ones."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Protocol

import torch
from torch import Tensor

from pyg_ui.engine.checkpoints.weight_cache.cache import CacheWriter, WeightCache
from pyg_ui.engine.checkpoints.weight_cache.file import MappedTensors
from pyg_ui.engine.linear import (
    Linear,
    MakeInt8,
    QuantizedWeight,
    WeightFormat,
    begin_linear,
    make_linear_from_quantized,
    quantize,
)
from pyg_ui.engine.linear.contract import Job


class Products(Protocol):
    """Makes the products of one checkpoint, each under a name of its own."""

    later: list[Job]
    """What makes products quicker that were made in a hurry; any thread may do it while they are in use."""

    def make(
        self, name: str, shape: tuple[int, int], target: WeightFormat, read: Callable[[], Tensor], bias: Tensor | None
    ) -> Linear:
        """The product with a weight of a shape (out, in) in a format; `read` gives the weight where it is needed."""
        ...


@contextlib.contextmanager
def kept_products(
    cache: WeightCache, key: str, device: torch.device, make_int8: MakeInt8 | None = None
) -> Iterator[Products]:
    """What makes the products of a checkpoint on a device; what is new is kept if the block ends without an error."""
    cached = cache.open(key)
    if cached is not None:
        yield CachedProducts(cached, device, make_int8)
        return
    with cache.writer(key) as writer:
        yield NewProducts(writer, make_int8)


class NewProducts:
    """Rounds each weight, writes it to the cache and packs it, before the next is read."""

    def __init__(self, writer: CacheWriter, make_int8: MakeInt8 | None = None) -> None:
        self._writer, self._make_int8 = writer, make_int8
        self.later: list[Job] = []

    def make(
        self, name: str, shape: tuple[int, int], target: WeightFormat, read: Callable[[], Tensor], bias: Tensor | None
    ) -> Linear:
        weight = quantize(read(), target)
        assert weight.shape == shape
        self._writer.add(f"{name}.values", weight.values)
        self._writer.add(f"{name}.scales", weight.scales)
        return make_linear_from_quantized(weight, bias, self._make_int8)


class CachedProducts:
    """Takes each weight from the cache; none is read from the checkpoint."""

    def __init__(self, tensors: MappedTensors, device: torch.device, make_int8: MakeInt8 | None) -> None:
        self._tensors, self._device, self._make_int8 = tensors, device, make_int8
        self.later: list[Job] = []

    def make(
        self, name: str, shape: tuple[int, int], target: WeightFormat, read: Callable[[], Tensor], bias: Tensor | None
    ) -> Linear:
        values = self._tensors[f"{name}.values"].to(self._device)
        scales = self._tensors[f"{name}.scales"].to(self._device, copy=True)
        weight = QuantizedWeight(target, shape, values, scales)
        linear, finish = begin_linear(weight, bias, self._make_int8)
        self._tensors.release(f"{name}.values")
        if finish is not None:
            self.later.append(functools.partial(self._finish, finish, f"{name}.values"))
        return linear

    def _finish(self, finish: Job, values: str) -> None:
        finish()
        self._tensors.release(values)
