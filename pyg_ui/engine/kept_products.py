"""Products with quantised weights, through the cache: rounded on the first load, only mapped on later ones."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol

import torch
from torch import Tensor

from pyg_ui.engine.linear import Int8Linear, Linear, QuantizedWeight, WeightFormat, make_linear_from_quantized, quantize
from pyg_ui.engine.weight_cache import CacheWriter, WeightCache
from pyg_ui.engine.weight_cache_file import MappedTensors


class Products(Protocol):
    """Makes the products of one checkpoint, each under a name of its own."""

    unpacked: list[Int8Linear]
    """Those that compute on the weights in the cache until they are packed."""

    def make(
        self, name: str, shape: tuple[int, int], target: WeightFormat, read: Callable[[], Tensor], bias: Tensor | None
    ) -> Linear:
        """The product with a weight of a shape (out, in) in a format; `read` gives the weight where it is needed."""
        ...


@contextlib.contextmanager
def kept_products(cache: WeightCache, key: str, device: torch.device, *, is_packed: bool = True) -> Iterator[Products]:
    """What makes the products of a checkpoint on a device; what is new is kept if the block ends without an error.

    Without `is_packed`, products from the cache need no packing now, but want it from `BackgroundPacking`.
    """
    cached = cache.open(key)
    if cached is not None:
        yield CachedProducts(cached, device, is_packed=is_packed)
        return
    with cache.writer(key) as writer:
        yield NewProducts(writer)


class NewProducts:
    """Rounds each weight, writes it to the cache and packs it, before the next is read."""

    def __init__(self, writer: CacheWriter) -> None:
        self._writer = writer
        self.unpacked: list[Int8Linear] = []

    def make(
        self, name: str, shape: tuple[int, int], target: WeightFormat, read: Callable[[], Tensor], bias: Tensor | None
    ) -> Linear:
        weight = quantize(read(), target)
        assert weight.shape == shape
        self._writer.add(f"{name}.values", weight.values)
        self._writer.add(f"{name}.scales", weight.scales)
        return make_linear_from_quantized(weight, bias)


class CachedProducts:
    """Takes each weight from the cache; none is read from the checkpoint."""

    def __init__(self, tensors: MappedTensors, device: torch.device, *, is_packed: bool) -> None:
        self._tensors, self._device, self._is_packed = tensors, device, is_packed
        self.unpacked: list[Int8Linear] = []

    def make(
        self, name: str, shape: tuple[int, int], target: WeightFormat, read: Callable[[], Tensor], bias: Tensor | None
    ) -> Linear:
        values = self._tensors[f"{name}.values"].to(self._device)
        scales = self._tensors[f"{name}.scales"].to(self._device, copy=True)
        weight = QuantizedWeight(target, shape, values, scales)
        linear = make_linear_from_quantized(weight, bias, is_packed=self._is_packed)
        if isinstance(linear, Int8Linear) and not linear.is_packed:
            self.unpacked.append(linear)
        else:
            self._tensors.release(f"{name}.values")
        return linear
