"""Makes quantised linear layers through the weight cache: rounded on the first load, mapped from disk on later ones."""

import contextlib
import functools
from collections.abc import Callable, Iterator

from torch import Tensor

from pyg_ui.engine.checkpoints.weight_cache.cache import CacheWriter, WeightCache
from pyg_ui.engine.checkpoints.weight_cache.file import MappedTensors
from pyg_ui.engine.linear.contract import Job, Linear, QuantizedWeight
from pyg_ui.engine.linear.maker import LinearMaker
from pyg_ui.engine.precision import Precision


@contextlib.contextmanager
def quantized_linears(maker: LinearMaker, cache: WeightCache | None, key: str) -> Iterator["QuantizedLinears"]:
    """A maker of the quantised linear layers of one checkpoint.

    New layers are stored in the cache under the key if the block ends without an error.
    """
    cached = cache.open(key) if cache else None
    with contextlib.nullcontext() if cache is None or cached is not None else cache.writer(key) as writer:
        yield QuantizedLinears(maker, cached, writer)


class QuantizedLinears:
    """Makes the quantised linear layers of one checkpoint, each under a name of its own."""

    def __init__(self, maker: LinearMaker, cached: MappedTensors | None = None, writer: CacheWriter | None = None):
        """Weights come from `cached`; where that is None they are read, rounded and given to the `writer`."""
        self._maker, self._cached, self._writer = maker, cached, writer
        self.later: list[Job] = []
        """Jobs that switch layers to the fastest kernel, for layers that began with one that needs less packing."""

    def make(
        self, name: str, shape: tuple[int, int], precision: Precision, read: Callable[[], Tensor], bias: Tensor | None
    ) -> Linear:
        """The linear layer of a weight (out, in); `read` gives the weight where it is not cached."""
        scheme = self._maker.quantized(precision)
        if self._cached is None:
            weight = scheme.quantize(read())
            assert weight.shape == shape
            if self._writer is not None:
                self._writer.add(f"{name}.values", weight.values)
                self._writer.add(f"{name}.scales", weight.scales)
            return scheme.load(weight, bias)
        values = self._cached[f"{name}.values"].to(self._maker.device)
        scales = self._cached[f"{name}.scales"].to(self._maker.device, copy=True)
        linear, finish = scheme.begin(QuantizedWeight(scheme.format, shape, values, scales), bias)
        self._cached.release(f"{name}.values")
        if finish is not None:
            self.later.append(functools.partial(self._finish, finish, self._cached, f"{name}.values"))
        return linear

    @staticmethod
    def _finish(finish: Job, cached: MappedTensors, values: str) -> None:
        finish()
        cached.release(values)
