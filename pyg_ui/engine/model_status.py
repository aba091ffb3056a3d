"""What can be loaded and how far a load has come: plain data, and the contract between the manager and its loader."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pyg_ui.engine.engine import Engine, ModelInfo
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import Message


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

    @property
    def fraction(self) -> float | None:
        """Between 0 and 1; None where it is unknown."""
        return min(self.done / self.total, 1.0) if self.total else None


class LoadCancelledError(BaseException):
    """The load was cancelled.

    Like KeyboardInterrupt it is not an Exception, so that code between does not handle it as a failure.
    """


ReportProgress = Callable[[LoadProgress], None]
"""Reports how far a load has come. Raises LoadCancelledError once it is cancelled: free everything and let it pass."""
Loader = Callable[[ModelChoice, ReportProgress], Engine]
"""Turns a choice into a serving engine, or raises a PygmalionError (CheckpointError, mostly)."""


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
    error: Message | None = None
    """Why the last load failed; None once another one starts."""

    @property
    def is_ready(self) -> bool:
        """Whether a model serves."""
        return self.model is not None
