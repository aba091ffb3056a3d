"""Work in the background that makes a model quicker while it already serves."""

import logging
import threading
from collections.abc import Iterable

from pyg_ui.engine.linear.contract import Job

logger = logging.getLogger(__name__)


class BackgroundWork:
    """Does one job after the other on a thread of its own, and drops the reference to each job that is done."""

    def __init__(self, jobs: Iterable[Job] = (), *, wait_for_turn: Job = lambda: None) -> None:
        """`wait_for_turn` is called before each job, and may block while others need the processor."""
        self._wait_for_turn = wait_for_turn
        self._jobs = list(jobs)[::-1]
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="background", daemon=True)
        if self._jobs:
            self._thread.start()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until everything is done. Returns whether it is."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._jobs

    def stop(self) -> None:
        """Start no other job."""
        self._is_stopped.set()

    def close(self) -> None:
        """Stop after the current job, and wait for it. The other jobs are never done."""
        self.stop()
        self.wait()
        self._jobs.clear()

    def _work(self) -> None:
        try:
            while self._jobs:
                self._wait_for_turn()
                if self._is_stopped.is_set():
                    return
                self._jobs[-1]()
                self._jobs.pop()
        except Exception:
            # The model still works: the other jobs would only have made it quicker.
            logger.exception("A model stays slower than it could be")
            self._jobs.clear()
