"""Who runs next: first come, first served; a long prompt is read in chunks between the decode steps of the others.

At most one prompt is being read at a time, the oldest; everybody past their prompt decodes in every step. Knows
neither torch nor tokens nor slots: only how far each run has come. Not locked: its owner sees to that.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pyg_ui.errors import EngineBusyError


class Schedulable(Protocol):
    """What the scheduler needs to know of a run."""

    @property
    def is_prefilled(self) -> bool:
        """Whether its whole prompt has been read."""

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody wants it any more."""


RunT = TypeVar("RunT", bound=Schedulable)


@dataclass(frozen=True, slots=True)
class Step(Generic[RunT]):
    """What to do next; at least one of the two."""

    prefill: RunT | None
    """Whose prompt gets its next chunk."""
    decode: tuple[RunT, ...]
    """Who goes on writing, in order of arrival; by a token each, or by more where one is alone."""


class Scheduler(Generic[RunT]):
    """Keeps the runs that wait, the one whose prompt is being read, and those that decode."""

    def __init__(self, *, max_running: int, max_waiting: int) -> None:
        self._max_running = max_running
        self._max_waiting = max_waiting
        self._waiting: deque[RunT] = deque()
        self._prefilling: RunT | None = None
        self._decoding: list[RunT] = []

    @property
    def num_waiting(self) -> int:
        """How many runs have not begun."""
        return len(self._waiting)

    @property
    def num_running(self) -> int:
        """How many runs read their prompt or decode; never above `max_running`."""
        return len(self._decoding) + (self._prefilling is not None)

    @property
    def is_reading(self) -> bool:
        """Whether a prompt is being read."""
        return self._prefilling is not None and not self._prefilling.is_prefilled

    def add(self, run: RunT) -> None:
        """Put a run at the end of the queue. Raises EngineBusyError where the queue is full."""
        if self.num_waiting >= self._max_waiting:
            raise EngineBusyError(
                "{number} requests are waiting already, and no more are taken. Try again in a moment.",
                number=self._max_waiting,
            )
        self._waiting.append(run)

    def next_step(self) -> Step[RunT] | None:
        """What to do now; None where there is nothing to do. Begins the next run where there is room."""
        if self._prefilling is not None and self._prefilling.is_prefilled:
            self._decoding.append(self._prefilling)
            self._prefilling = None
        if self._prefilling is None and self._waiting and self.num_running < self._max_running:
            self._prefilling = self._waiting.popleft()
        if not self.num_running:
            return None
        return Step(self._prefilling, tuple(self._decoding))

    def remove(self, run: RunT) -> None:
        """Forget a run, wherever it stands."""
        if run is self._prefilling:
            self._prefilling = None
        elif run in self._decoding:
            self._decoding.remove(run)
        else:
            self._waiting.remove(run)

    def cancelled(self) -> list[RunT]:
        """The runs that nobody wants any more; they stay until they are removed."""
        return [run for run in self.all() if run.is_cancelled]

    def all(self) -> list[RunT]:
        """Every run, in order of arrival."""
        prefilling = [] if self._prefilling is None else [self._prefilling]
        return [*self._decoding, *prefilling, *self._waiting]


def chunk_end(start: int, stop: int, chunk_tokens: int) -> int:
    """Where the chunk of a prompt that begins at `start` ends.

    Chunks end at multiples of `chunk_tokens`, so that they lie alike whatever prefix was already cached.
    """
    return min((start // chunk_tokens + 1) * chunk_tokens, stop)
