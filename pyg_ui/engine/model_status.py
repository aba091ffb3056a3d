"""What can be loaded and how far a load has come: plain data, and the contract between the manager and its loader."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from pyg_ui.engine.engine import Engine, ModelInfo
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import Message

FAILURE_SHOWN_S = 600.0
"""For how long those who asked for a load are told that it failed."""


class Device(StrEnum):
    """Where the model computes."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which checkpoint to load, and how."""

    source: str = "auto"
    """An id of the catalogue, a directory, a hub repository (`owner/name`, `owner/name@revision` or its address), or
    `auto`."""
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    load_in_8bit: bool = False
    """Quantise to 8 bit with bitsandbytes while loading."""


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far a load has come."""

    stage: Message
    """What is being done, for people: "Reading weights"."""
    done: int = 0
    """Bytes of this stage that are done."""
    total: int = 0
    """Bytes of this stage in all; 0 where that is unknown."""
    bytes_per_s: float = 0.0
    """How quickly bytes have come lately; 0 where that is unknown."""

    @property
    def fraction(self) -> float | None:
        """Between 0 and 1; None where it is unknown."""
        return min(self.done / self.total, 1.0) if self.total else None

    @property
    def left_s(self) -> float | None:
        """Seconds until this stage is done; None where that is unknown."""
        return (self.total - self.done) / self.bytes_per_s if self.total and self.bytes_per_s else None


class LoadCancelledError(BaseException):
    """The load was cancelled.

    Like KeyboardInterrupt it is not an Exception, so that code between does not handle it as a failure.
    """


ReportProgress = Callable[[LoadProgress], None]
"""Reports how far a load has come. Raises LoadCancelledError once it is cancelled: free everything and let it pass."""
Loader = Callable[[ModelChoice, ReportProgress], Engine]
"""Turns a choice into a serving engine, or raises a PygmalionError (CheckpointError, mostly)."""


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """Why a load failed, and whom the page tells."""

    reason: Message
    asked_by: str = ""
    """The owner of the page that asked for the load; "" if the operator or a program did."""
    failed_at: float = field(default_factory=time.monotonic)
    """Seconds of the monotonic clock."""

    def shown_for_s(self, owner: str) -> float:
        """For how many more seconds this owner's pages show it; 0 for everybody who did not ask for the load."""
        age_s = time.monotonic() - self.failed_at
        return max(0.0, FAILURE_SHOWN_S - age_s) if owner and owner == self.asked_by else 0.0


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A snapshot of the manager."""

    model: ModelInfo | None = None
    """The model that serves now."""
    loading: ModelChoice | None = None
    """What is being loaded now."""
    progress: LoadProgress | None = None
    is_cancelling: bool = False
    """Whether the current load was cancelled and will end soon."""
    failure: LoadFailure | None = None
    """How the last load failed; None once another one starts."""
    is_closing: bool = False
    """Whether the process is about to end, and takes no more requests."""

    @property
    def is_ready(self) -> bool:
        """Whether a model serves whoever asks now."""
        return self.model is not None and not self.is_closing

    @property
    def error(self) -> Message | None:
        """Why the last load failed, whoever asked for it."""
        return None if self.failure is None else self.failure.reason

    def seen_by(self, owner: str) -> Self:
        """The status as this owner's pages show it: without a failure that is somebody else's, or old."""
        is_shown = self.failure is not None and self.failure.shown_for_s(owner) > 0
        return self if is_shown else replace(self, failure=None)
