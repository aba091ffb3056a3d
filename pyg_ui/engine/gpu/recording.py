"""Records what a GPU computes as a graph, which is replayed at once.

Other threads may compute, allocate and load meanwhile. A recording that fails leaves nothing behind: the stream of the
thread is as before, and the next recording works.
"""

import contextlib
import logging
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from pyg_ui.engine.gpu.memory import GPU_LOCK

logger = logging.getLogger(__name__)


class Recorder:
    """Records the passes of one engine, which never run at once and so share their memory."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._memory: Any = torch.cuda.graph_pool_handle()

    def record(self, compute: Callable[[], Tensor]) -> Callable[[], Tensor] | None:
        """What replays a computation whose tensors never move; None where the GPU cannot record it.

        The computation must have run once before, because libraries set themselves up. What a replay returns is
        overwritten by the next one. Raises OutOfMemoryError.
        """
        graph = torch.cuda.CUDAGraph()
        try:
            with GPU_LOCK:
                torch.cuda.synchronize(self._device)
                torch.cuda.empty_cache()
                with torch.cuda.stream(self._stream):
                    result = self._capture(graph, compute)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError:
            logger.warning("This GPU cannot record a decoding pass; decoding goes on without, slower", exc_info=True)
            return None

        def replay() -> Tensor:
            graph.replay()
            return result

        return replay

    def _capture(self, graph: torch.cuda.CUDAGraph, compute: Callable[[], Tensor]) -> Tensor:
        # By default a capture fails if any thread allocates memory; here only this thread matters.
        graph.capture_begin(pool=self._memory, capture_error_mode="thread_local")
        try:
            try:
                return compute()
            finally:
                graph.capture_end()
        except BaseException:
            self._abandon_memory()
            raise

    def _abandon_memory(self) -> None:
        """Where the end of a capture fails, torch goes on allocating from its memory, and never returns that."""
        with contextlib.suppress(RuntimeError, AttributeError):  # private to torch; or it had been ended
            torch._C._cuda_endAllocateToPool(self._device.index or 0, self._memory)
        self._memory = torch.cuda.graph_pool_handle()
