"""How quickly this machine reads memory, and how many words a second a model would write by that.

A token is written once all weights are read, so the speed of reading decides. It is measured once a process, in a quiet
moment, and kept on the disk. numpy reads, not torch: a second team of OpenMP's threads would slow the engine down.
"""

import contextlib
import json
import logging
import os
import platform
import sys
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

from pyg_ui.engine.hardware import processor_features
from pyg_ui.engine.placement import ModelSize
from pyg_ui.engine.precision import Precision

WORDS_PER_TOKEN = 0.75
"""Of English, with the tokenizer of GPT-2."""
_SHARE_USED = 0.9
"""What decoding reaches of the measured speed of reading; see benchmarks/RESULTS.md."""
_MEASURED_BYTES = 256 * 2**20
_NUM_PASSES = 5
_BUSY_PERCENT = 30.0
"""Of one processor: a process that takes less is quiet."""
_POLL_S = 2.0

logger = logging.getLogger(__name__)


def words_per_s(size: ModelSize, precision: Precision, bytes_per_s: float) -> float:
    """How many words a second a model writes for one person, on a machine that reads this quickly."""
    return WORDS_PER_TOKEN * _SHARE_USED * bytes_per_s / size.token_bytes(precision)


def measure_bandwidth(num_threads: int) -> float:
    """Bytes a second that this many threads together read from memory; the best of a few passes. Takes about 0.3 s."""
    import numpy as np

    words = np.ones(_MEASURED_BYTES // 8, dtype=np.int64)
    parts = np.array_split(words, num_threads)
    quickest = float("inf")
    with ThreadPoolExecutor(num_threads, thread_name_prefix="bandwidth") as pool:
        for _ in range(_NUM_PASSES):
            started = time.perf_counter()
            list(pool.map(np.sum, parts))
            quickest = min(quickest, time.perf_counter() - started)
    return words.nbytes / quickest


def gpu_bandwidth() -> float | None:
    """Bytes a second that the first GPU reads by its clock and width; None while torch is not imported, or says not."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    properties = torch.cuda.get_device_properties(0)
    clock_khz = getattr(properties, "memory_clock_rate", 0)
    width_bits = getattr(properties, "memory_bus_width", 0)
    return 2 * clock_khz * 1000 * width_bits / 8 or None


def num_reading_threads() -> int:
    """As many as torch computes with: one for each processor core that this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, psutil.cpu_count(logical=False) or usable))


class Bandwidth:
    """The measured speed of reading of this machine. May be used from any thread."""

    def __init__(self, file: Path | None, measure: Callable[[int], float] = measure_bandwidth) -> None:
        """`file` keeps the best that was measured on this processor; None keeps nothing."""
        self._file = file
        self._measure = measure
        self._num_threads = num_reading_threads()
        features = zlib.crc32(processor_features().encode())
        self._key = f"{platform.machine()} {platform.processor()} {features} {self._num_threads}"
        self._bytes_per_s = self._read()
        self._has_begun = False
        self.is_measuring = False
        """Whether a measurement waits for its moment, or runs."""
        self._lock = threading.Lock()

    @property
    def bytes_per_s(self) -> float | None:
        """Of the processor's memory; None before it was ever measured here."""
        return self._bytes_per_s

    def of(self, device: str) -> float | None:
        """Bytes a second that a device reads; None where that is not known."""
        return gpu_bandwidth() if device == "cuda" else self._bytes_per_s

    def measure_when_quiet(self) -> None:
        """Measure in the background, once, as soon as this process neither writes a reply nor loads a model."""
        with self._lock:
            if self._has_begun:
                return
            self._has_begun = self.is_measuring = True
        threading.Thread(target=self._wait_and_measure, name="bandwidth", daemon=True).start()

    def measure(self) -> float:
        """Measure now. Returns the best that is known."""
        found = max(self._measure(self._num_threads), self._bytes_per_s or 0.0)
        self._bytes_per_s = found
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.write_text(json.dumps({"machine": self._key, "bytes_per_s": found}), encoding="utf-8")
        return found

    def _wait_and_measure(self) -> None:
        process = psutil.Process()
        process.cpu_percent()
        while True:
            time.sleep(_POLL_S)
            if process.cpu_percent() < _BUSY_PERCENT:
                break
        try:
            logger.info("Memory is read at %.0f GB/s", self.measure() / 1e9)
        except MemoryError:
            logger.info("There is too little free memory to measure how quickly it is read")
        finally:
            self.is_measuring = False

    def _read(self) -> float | None:
        if self._file is None:
            return None
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return float(kept["bytes_per_s"]) if kept["machine"] == self._key else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
