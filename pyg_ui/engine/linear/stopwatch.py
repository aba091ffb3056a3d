"""Comparing the times of a few short calls."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence

import torch

_FEWEST_ROUNDS = 2


_CPU = torch.device("cpu")


def shortest_times(calls: Sequence[Callable[[], object]], budget_s: float, device: torch.device = _CPU) -> list[float]:
    """The shortest time of each call in seconds on one thread, from as many rounds as fit into the budget.

    The calls take turns, so that other work on this machine slows all of them alike.
    """

    shortest = [float("inf")] * len(calls)
    with _one_thread():
        for call in calls:
            call()  # what comes first pays for memory
        start, num_rounds = time.perf_counter(), 0
        while num_rounds < _FEWEST_ROUNDS or time.perf_counter() - start < budget_s:
            for index, call in enumerate(calls):
                begin = time.perf_counter()
                call()
                if device.type == "cuda":
                    torch.cuda.synchronize(device)
                shortest[index] = min(shortest[index], time.perf_counter() - begin)
            num_rounds += 1
    return shortest


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Several threads wait for each other, and on a busy machine that wait would be all that is measured."""
    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(num_threads)
