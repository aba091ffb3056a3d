"""Calls every compiled kernel once, in a process that may crash: `python -m pyg_ui.engine.compiled.trial LIBRARY`.

Whether the results are correct is not checked here, but where the kernels are used.
"""

import sys
from pathlib import Path

import torch

from pyg_ui.engine.compiled.kernels import HEAD_UNIT, STRETCH, CachedSegments, Kernels

_SIZE = 128
_NUMBERS_OF_ROWS = (1, 3, 33)
_HEADS = 2


def try_all(kernels: Kernels) -> None:
    """Call each function with few rows and many."""
    for number in _NUMBERS_OF_ROWS:
        rows = torch.ones(number, _SIZE)
        kernels.activate(rows)
        kernels.multiply_bf16(rows.bfloat16(), torch.ones(_SIZE, _SIZE, dtype=torch.bfloat16), None)
        if kernels.has_int8:
            packed, corrections = kernels.pack_int8(torch.ones(_SIZE, _SIZE, dtype=torch.int8))
            kernels.multiply_whole(rows, packed, corrections, torch.ones(_SIZE), None, 0.0)
            blocks, units = kernels.round_int4(torch.ones(_SIZE, _SIZE), torch.ones(_SIZE))
            kernels.multiply_whole(rows, *kernels.pack_int4(blocks), units, None, 0.0)
        if kernels.has_bf16:
            packed = kernels.pack_bf16(torch.ones(_SIZE, _SIZE, dtype=torch.bfloat16))
            kernels.multiply_packed_bf16(rows.bfloat16(), packed, None, _SIZE)
        for dtype in (torch.float32, torch.bfloat16):
            _try_attention(kernels, number, dtype)


def _try_attention(kernels: Kernels, num_rows: int, dtype: torch.dtype) -> None:
    size = 8 * HEAD_UNIT
    cache = torch.zeros(2 * _HEADS * size * STRETCH, dtype=dtype)
    segments = CachedSegments(
        torch.tensor([[cache.data_ptr()]]), torch.tensor([0]), torch.tensor([num_rows]), STRETCH, dtype
    )
    for window in (None, 2):
        kernels.attend(segments, 0, window, torch.ones(num_rows, _HEADS, size), torch.ones(num_rows, 2, _HEADS, size))


if __name__ == "__main__":
    try_all(Kernels(Path(sys.argv[1])))
