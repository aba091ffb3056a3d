"""Compares ways to compute the same thing: whether they are correct, and how long they take."""

import contextlib
import functools
import logging
import time
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from pyg_ui.engine.compiled.kernels import Kernels

logger = logging.getLogger(__name__)

_FEWEST_ROUNDS = 2
_DECODES_PER_PREFILL = 8
_BUDGET_S = 0.01
_CPU = torch.device("cpu")


def shortest_times(calls: Sequence[Callable[[], object]], budget_s: float, device: torch.device = _CPU) -> list[float]:
    """The shortest time of each call in seconds on one thread, from as many rounds as fit into the budget.

    The calls take turns, so that other work on this machine slows all of them alike.
    """
    shortest = [float("inf")] * len(calls)
    with _one_thread():
        for call in calls:
            call()  # the first call also allocates memory
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


def reply_cost(decode: float, prefill: float) -> float:
    """What a reply costs: mostly calls with one row (`decode`), and a few with many rows (`prefill`)."""
    return _DECODES_PER_PREFILL * decode + prefill


def choose_compiled(name: str, kernels: Kernels | None, compare: Callable[[Kernels], bool]) -> Kernels | None:
    """The compiled kernels, if there are any and `compare` finds them better. None where comparing fails."""
    if kernels is None:
        return None
    try:
        with torch.inference_mode():
            is_chosen = compare(kernels)
    except (OSError, AttributeError, RuntimeError, ValueError) as error:
        logger.info("The compiled %s is not used: %s", name, error)
        return None
    logger.info("The compiled %s is %s", name, "used" if is_chosen else "not used")
    return kernels if is_chosen else None


def is_better(
    ours: Callable[[Tensor], Tensor], torchs: Callable[[Tensor], Tensor], rows: Tensor, *, largest_error: float
) -> bool:
    """Whether our function of rows is near torch's for one row and for all, and quicker over a whole reply."""
    calls = [[functools.partial(function, part) for function in (ours, torchs)] for part in (rows[:1], rows)]
    if not all(is_near(our_call(), torchs_call(), largest_error) for our_call, torchs_call in calls):
        return False
    our_cost, torchs_cost = map(reply_cost, *(shortest_times(pair, _BUDGET_S) for pair in calls))
    return our_cost < torchs_cost


def is_near(actual: Tensor, expected: Tensor, largest_error: float) -> bool:
    """Whether a result differs from the expected one by at most this relative error."""
    return bool((actual.float() - expected.float()).norm() <= largest_error * expected.float().norm())


def random_values(*shape: int) -> Tensor:
    """The same normal values each time."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Several threads wait for each other. On a busy machine only that wait would be measured."""
    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(num_threads)
