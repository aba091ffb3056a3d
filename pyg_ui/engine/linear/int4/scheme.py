"""Makes 4-bit linear layers on processors, for machines whose memory holds nothing larger and for the quickest replies.

By our compiled kernel where that is correct and better, else by torch's operator where there is one, else in fp32.
"""

import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.linear.comparing import choose_compiled, is_better, is_near, random_values
from pyg_ui.engine.linear.compiled import CompiledLinear
from pyg_ui.engine.linear.contract import Linear, QuantizedScheme, QuantizedWeight, Target, WeightFormat
from pyg_ui.engine.linear.int4.blocks import quantize_int4_blocks, widen_int4_blocks
from pyg_ui.engine.linear.int4.operator import Int4Linear, has_int4_operator, quantize_int4
from pyg_ui.engine.linear.int8_rounding import LARGEST

_WIDTH, _PREFILL_ROWS = 1024, 32
_LARGEST_ERROR = 1e-5
_LARGEST_DIFFERENCE = 0.15
"""Of two ways to round weights to 4 bits."""


class Int4Scheme(QuantizedScheme):
    """For processors."""

    def __init__(self, target: Target) -> None:
        self._has_operator = has_int4_operator()
        self._kernels = choose_compiled(
            "4-bit matmul", target.kernels, lambda found: found.has_int8 and self._is_compiled_better(found)
        )
        self.format = WeightFormat.INT4_BLOCKS if self._kernels else WeightFormat.INT4

    def quantize(self, weight: Tensor) -> QuantizedWeight:
        return quantize_int4_blocks(weight, self._kernels) if self._kernels else quantize_int4(weight)

    def load(self, weight: QuantizedWeight, bias: Tensor | None) -> Linear:
        if self._kernels:
            return CompiledLinear(weight, bias, self._kernels)
        return Int4Linear(weight, bias, is_packed=self._has_operator)

    def _is_compiled_better(self, kernels: Kernels) -> bool:
        """Whether our kernel is near exact arithmetic, gives each row its own result, and is quicker over a reply."""
        weight = random_values(_WIDTH, _WIDTH)
        rows = random_values(_PREFILL_ROWS, _WIDTH).mul_(LARGEST / 4).round_().clamp_(-LARGEST, LARGEST)
        rows[:, 0] = LARGEST  # now rounding to 8 bits changes nothing
        rounded = quantize_int4_blocks(weight, kernels)
        ours = CompiledLinear(rounded, None, kernels)
        alone = torch.cat([ours(row[None]) for row in rows])
        if not torch.equal(alone, ours(rows)):
            return False
        torchs = Int4Linear(quantize_int4(weight), None, is_packed=self._has_operator)
        expected = rows @ widen_int4_blocks(rounded).t()
        return is_near(alone, expected, _LARGEST_ERROR) and is_better(
            ours, torchs, rows, largest_error=_LARGEST_DIFFERENCE
        )
