"""Counts the bytes of a load and reports them. Several threads may count."""

import threading
import time
from collections import deque

from pyg_ui.engine.model_status import LoadProgress, ReportProgress
from pyg_ui.errors import Message

_RATED_S = 15.0
"""The rate is that of the last seconds, as many as this."""


class ByteProgress:
    """Counts the bytes of one stage. What it reports never falls and never passes the total."""

    def __init__(self, report: ReportProgress, stage: Message, total: int) -> None:
        self._report = report
        self._stage = stage
        self._total = total
        self._done = 0
        self._seen = deque([(time.monotonic(), 0)])
        self._lock = threading.Lock()
        report(LoadProgress(stage, 0, total))

    def add(self, num_bytes: int) -> None:
        """Count this many more bytes."""
        with self._lock:
            self._advance(self._done + num_bytes)

    def reach(self, done: int) -> None:
        """Set how many bytes are done in all. A smaller number than before changes nothing."""
        with self._lock:
            self._advance(done)

    def repeat(self) -> None:
        """Report the same numbers again. Reporting raises LoadCancelledError once the load is cancelled."""
        with self._lock:
            self._report_now()

    def _report_now(self) -> None:
        now, seen = time.monotonic(), self._seen
        seen.append((now, self._done))
        while now - seen[0][0] > _RATED_S:
            seen.popleft()
        elapsed_s = now - seen[0][0]
        rate = (self._done - seen[0][1]) / elapsed_s if elapsed_s > 0 else 0.0
        self._report(LoadProgress(self._stage, self._done, self._total, rate))

    def _advance(self, done: int) -> None:
        done = min(done, self._total)
        if done > self._done:
            self._done = done
            self._report_now()
