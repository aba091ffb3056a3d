"""Decides which runs take part in the next step: clients take turns, and each is served in order of arrival.

One prompt is read at a time, in chunks between the decode steps of the others. All runs whose prompt is read decode in
every step. Knows neither torch nor tokens nor slots. It has no lock: the engine holds its own.
"""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from pyg_ui.errors import EngineBusyError


class Schedulable(Protocol):
    """The properties of a run that the scheduler needs."""

    @property
    def client(self) -> str:
        """Whose run it is."""

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


@dataclass(frozen=True, slots=True)
class Queueing:
    """Who may wait."""

    max_waiting: int = 64
    """How many runs may wait."""
    is_shared: bool = False
    """Whether clients are strangers to each other, so that no few of them may take all places: then four times as many
    runs may wait where each is the only one of its client."""

    @property
    def max_waiting_alone(self) -> int:
        """How many runs may wait when one comes whose client has none among them."""
        return 4 * self.max_waiting if self.is_shared else self.max_waiting


@dataclass(slots=True)
class _Queue(Generic[RunT]):
    """What waits, each client's runs in a row of their own. The client whose turn was longest ago comes first."""

    rows: dict[str, deque[RunT]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))

    def add(self, run: RunT) -> None:
        self.rows.setdefault(run.client, deque()).append(run)

    def take(self, num_running: Mapping[str, int], max_each: int) -> RunT | None:
        """The next run of the client with the fewest running; None where every client that waits has its share."""
        client = min(self.rows, key=lambda each: num_running.get(each, 0), default=None)
        if client is None or num_running.get(client, 0) >= max_each:
            return None
        row = self.rows.pop(client)
        run = row.popleft()
        if row:
            self.rows[client] = row  # at the end
        return run

    def remove(self, run: RunT) -> None:
        row = self.rows[run.client]
        row.remove(run)
        if not row:
            del self.rows[run.client]

    def all(self) -> list[RunT]:
        return [run for row in self.rows.values() for run in row]


class Scheduler(Generic[RunT]):
    """Keeps the runs that wait, the one whose prompt is being read, and those that decode."""

    def __init__(self, queueing: Queueing, *, max_running: int) -> None:
        """Where strangers share it, a client has at most all places to run but one, and a quarter of those to wait."""
        self._max_running = max_running
        self._max_running_each = max(1, max_running - 1) if queueing.is_shared else max_running
        self._queueing = queueing
        self._max_waiting_each = max(1, queueing.max_waiting // 4) if queueing.is_shared else queueing.max_waiting
        self._waiting: _Queue[RunT] = _Queue()
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
        """Put a run at the end of its client's row. Raises EngineBusyError where the queue, or the row, is full."""
        self.check_room(run.client)
        self._waiting.add(run)

    def check_room(self, client: str) -> None:
        """Raises EngineBusyError where the queue, or this client's row, is full."""
        queueing, number = self._queueing, len(self._waiting)
        if number >= (queueing.max_waiting if client in self._waiting.rows else queueing.max_waiting_alone):
            raise EngineBusyError(
                "{number} requests are waiting already, and no more are taken. Try again in a moment.", number=number
            )
        if len(self._waiting.rows.get(client, ())) >= self._max_waiting_each:
            raise EngineBusyError(
                "{number} of your requests are waiting already, and no more are taken from one client. Try again when "
                "they have been answered.",
                number=self._max_waiting_each,
            )

    def next_step(self) -> Step[RunT] | None:
        """The next step, or None if there is no run. Starts the next waiting run if there is room."""
        if self._prefilling is not None and self._prefilling.is_prefilled:
            self._decoding.append(self._prefilling)
            self._prefilling = None
        if self._prefilling is None and self.num_running < self._max_running:
            running = Counter(run.client for run in self._decoding)
            self._prefilling = self._waiting.take(running, self._max_running_each)
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
        """Every run: those that run in order of arrival, then those that wait."""
        prefilling = [] if self._prefilling is None else [self._prefilling]
        return [*self._decoding, *prefilling, *self._waiting.all()]


def chunk_end(start: int, stop: int, chunk_tokens: int) -> int:
    """Where the chunk of a prompt that begins at `start` ends.

    Chunks end at multiples of `chunk_tokens`, so that their ends do not depend on the cached prefix.
    """
    return min((start // chunk_tokens + 1) * chunk_tokens, stop)
