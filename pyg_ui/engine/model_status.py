"""What can be asked of a load, and how far it has come: plain data, and the contract between manager and loader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pyg_ui.engine.engine import Engine, ModelInfo
from pyg_ui.engine.precision import Precision


class Device(StrEnum):
    """Where the model computes."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which checkpoint to load, and how."""

    source: str = "auto"
    """An id of the catalogue, a directory, a hub repository (`owner/name` or its address), or `auto`."""
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    load_in_8bit: bool = False
    """Quantise to 8 bit with bitsandbytes while loading."""


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far a load has come."""

    stage: str
    """What is being done, for people: "Reading weights"."""
    done: int = 0
    total: int = 0
    """Bytes done of this stage and in all; a total of 0 means unknown."""

    @property
    def fraction(self) -> float | None:
        """Between 0 and 1; None where it is unknown."""
        return min(self.done / self.total, 1.0) if self.total else None


class LoadCancelledError(BaseException):
    """Nobody wants the load any more.

    Like KeyboardInterrupt it is no Exception, so that nothing on its way takes it for a failure of what it was doing.
    """


ReportProgress = Callable[[LoadProgress], None]
"""Tells how far a load has come. Raises LoadCancelledError once nobody wants it: let it pass, and leave nothing."""
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
    """Whether the load under way has been given up and is about to end."""
    error: str | None = None
    """Why the last load failed; None once another one starts."""

    @property
    def is_ready(self) -> bool:
        """Whether a model serves."""
        return self.model is not None
