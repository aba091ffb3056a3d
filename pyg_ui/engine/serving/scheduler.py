"""Decides which runs take part in the next step: first come, first served.

One prompt is read at a time, the oldest, in chunks between the decode steps of the others. All runs whose prompt is
read decode in every step. Knows neither torch nor tokens nor slots. It has no lock: the engine holds its own.
"""

from collections import deque
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pyg_ui.errors import EngineBusyError


class Schedulable(Protocol):
    """The properties of a run that the scheduler needs."""

    @property
    def is_prefilled(self) -> bool:
        """Whether its whole prompt has been read."""

    @property
    def is_cancelled(self) -> bool:
        """Whether its consumer has cancelled it."""


RunT = TypeVar("RunT", bound=Schedulable)


@dataclass(frozen=True, slots=True)
class Step(Generic[RunT]):
    """The runs of a step. At least one of the two fields has a run."""

    prefill: RunT | None
    """The run whose prompt is read further."""
    decode: tuple[RunT, ...]
    """The runs that get their next token, in order of arrival. A single one may get several tokens."""


class Scheduler(Generic[RunT]):
    """Keeps the runs that wait, the one whose prompt is being read, and those that decode."""

    def __init__(self, *, max_running: int, max_waiting: int) -> None:
        self._max_running = max_running
        self._max_waiting = max_waiting
        self._waiting: deque[RunT] = deque()
        self._prefilling: RunT | None = None
        self._decoding: list[RunT] = []

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
        if len(self._waiting) >= self._max_waiting:
            raise EngineBusyError(
                "{number} requests are waiting already, and no more are taken. Try again in a moment.",
                number=self._max_waiting,
            )
        self._waiting.append(run)

    def next_step(self) -> Step[RunT] | None:
        """The next step, or None if there is no run. Starts the next waiting run if there is room."""
        if self._prefilling is not None and self._prefilling.is_prefilled:
            self._decoding.append(self._prefilling)
            self._prefilling = None
        if self._prefilling is None and self._waiting and self.num_running < self._max_running:
            self._prefilling = self._waiting.popleft()
        if not self.num_running:
            return None
        return Step(self._prefilling, tuple(self._decoding))

    def remove(self, run: RunT) -> None:
        """Remove a run, whether it waits or runs."""
        if run is self._prefilling:
            self._prefilling = None
        elif run in self._decoding:
            self._decoding.remove(run)
        else:
            self._waiting.remove(run)

    def cancelled(self) -> list[RunT]:
        """The runs that were cancelled. They stay until they are removed."""
        return [run for run in self.all() if run.is_cancelled]

    def all(self) -> list[RunT]:
        """Every run, in order of arrival."""
        prefilling = [] if self._prefilling is None else [self._prefilling]
        return [*self._decoding, *prefilling, *self._waiting]


def chunk_end(start: int, stop: int, chunk_tokens: int) -> int:
    """Where the chunk of a prompt that begins at `start` ends.

    Chunks end at multiples of `chunk_tokens`, so that their ends do not depend on the cached prefix.
    """
    return min((start // chunk_tokens + 1) * chunk_tokens, stop)
