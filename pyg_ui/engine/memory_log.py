"""How much memory this process takes over time. Looks only when it is asked to, so that it costs nothing otherwise."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # ships no types

from pyg_ui.engine.hardware import free_ram, free_vram

MAX_SAMPLES = 240
INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class MemorySample:
    """Bytes at one moment."""

    at: float
    """Seconds of the monotonic clock."""
    used: int
    """Of the processor's memory, by this process."""
    free: int
    """Of the processor's memory."""
    free_vram: int | None
    """Of the first GPU's; None where there is none."""


class MemoryLog:
    """The latest samples of one process. May be used from any thread."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._samples: deque[MemorySample] = deque(maxlen=MAX_SAMPLES)
        self._lock = threading.Lock()

    def look(self) -> tuple[MemorySample, ...]:
        """Take a sample, unless there is one of this second, and return all, oldest first."""
        with self._lock:
            now = time.monotonic()
            if not self._samples or now - self._samples[-1].at >= INTERVAL_S:
                used = int(self._process.memory_info().rss)
                self._samples.append(MemorySample(now, used, free_ram(), free_vram()))
            return tuple(self._samples)
