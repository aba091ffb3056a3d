"""Keeps the processor from running far ahead of a GPU."""

from collections import deque
from collections.abc import Generator

import torch
from torch import Tensor

_MOST_QUEUED = 2


def paced(parts: Generator[None, None, Tensor]) -> Generator[None, None, Tensor]:
    """A computation in parts, of which at most two are queued on the GPU.

    Queueing a part takes no time there. Without this, a whole prompt would be queued before anybody could tell how
    long it takes, and the next token of others would wait for all of it.
    """
    queued: deque[torch.cuda.Event] = deque()
    while True:
        try:
            next(parts)
        except StopIteration as end:
            result: Tensor = end.value
            return result
        event = torch.cuda.Event()  # type: ignore[no-untyped-call]
        event.record()
        queued.append(event)
        if len(queued) > _MOST_QUEUED:
            queued.popleft().synchronize()
        yield
