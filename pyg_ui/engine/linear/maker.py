"""Makes every linear layer of a model. A load uses one maker, which keeps the choices of its probes for later loads.

Knows nothing of models: which layer gets which precision is decided elsewhere.
"""

import itertools
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.linear.contract import Linear, QuantizedScheme, Scheme, Target, WeightFormat
from pyg_ui.engine.linear.dense_scheme import DenseScheme
from pyg_ui.engine.linear.gpu.nf4 import Nf4Scheme
from pyg_ui.engine.linear.gpu.weight_only import WeightOnlyScheme
from pyg_ui.engine.linear.int4.scheme import Int4Scheme
from pyg_ui.engine.linear.int8_scheme import Int8Scheme
from pyg_ui.engine.precision import Precision

_UNQUANTIZED = (Precision.FP32, Precision.BF16, Precision.FP16)
SCHEMES: Mapping[tuple[str, Precision], Callable[[Target], Scheme]] = {
    **dict.fromkeys(itertools.product(("cpu", "cuda"), _UNQUANTIZED), DenseScheme),
    ("cpu", Precision.INT8): Int8Scheme,
    ("cpu", Precision.INT4): Int4Scheme,
    ("cuda", Precision.INT8): WeightOnlyScheme,
    ("cuda", Precision.INT4): Nf4Scheme,
}
"""By type of device and precision."""


class LinearMaker:
    """Makes linear layers on one device. A precision is probed when its first layer is made."""

    def __init__(self, device: torch.device, kernels: Kernels | None = None) -> None:
        """`kernels` are compiled kernels that are used where they are correct and faster."""
        self.device, self._kernels = device, kernels
        self._schemes: dict[Precision, Scheme] = {}

    def format_for(self, precision: Precision) -> WeightFormat | None:
        """How weights of a precision are stored once they are quantised; None where there is nothing to store."""
        return self._scheme(precision).format

    def make(self, weight: Tensor, bias: Tensor | None, precision: Precision, *, is_shared: bool = False) -> Linear:
        """A linear layer of an unquantised weight (out, in); see Scheme.make."""
        return self._scheme(precision).make(weight, bias, is_shared=is_shared)

    def quantized(self, precision: Precision) -> QuantizedScheme:
        """The scheme for weights that were quantised before. Only for precisions with a format: see `format_for`."""
        scheme = self._scheme(precision)
        assert isinstance(scheme, QuantizedScheme)
        return scheme

    def _scheme(self, precision: Precision) -> Scheme:
        if precision not in self._schemes:
            target = Target(precision, self.device, self._kernels)
            self._schemes[precision] = SCHEMES[self.device.type, precision](target)
        return self._schemes[precision]
