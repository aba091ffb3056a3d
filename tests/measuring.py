"""What a call costs, measured in a process of its own that has imported everything already."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.library.using", "tests.library.store.victims"])


@dataclass(frozen=True)
class Cost:
    """What a call returned, and what it took."""

    result: Any
    seconds: float
    """Of the processor."""
    mebibytes: float
    """The most memory at a time, beside what the process had before."""


def cost_of(act: Callable[..., Any], *arguments: Any) -> Cost:
    """Call a function of a module that such processes have imported, and tell what it took."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_measure, args=(sender, act, arguments))
    process.start()
    sender.close()
    try:
        return Cost(*receiver.recv())
    finally:
        process.join()
        process.close()
        receiver.close()


def _measure(sender: Connection, act: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    start, before = time.process_time(), _peak()
    result = act(*arguments)
    sender.send((result, time.process_time() - start, _peak() - before))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
