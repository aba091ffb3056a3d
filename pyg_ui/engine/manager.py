"""The model manager: which model serves, which one is being loaded, and what went wrong. It owns the one engine.

Loads run on a thread of their own and the engines are swapped when the new one is ready, so a failed load leaves
the previous model serving. How a checkpoint becomes an engine is the business of the loader handed in at
construction: this module imports no torch.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from pyg_ui.engine.generation import Engine, ModelInfo
from pyg_ui.errors import EngineBusyError, EngineStoppedError, NoModelError, PygmalionError

logger = logging.getLogger(__name__)


class Precision(StrEnum):
    """How weights are kept in memory."""

    AUTO = "auto"
    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"


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


ReportProgress = Callable[[LoadProgress], None]
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
    error: str | None = None
    """Why the last load failed; None once another one starts."""

    @property
    def is_ready(self) -> bool:
        """Whether a model serves."""
        return self.model is not None


class ModelManager:
    """Loads, switches and unloads models, one at a time. All methods may be called from any thread."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._changed = threading.Condition()
        self._status = ModelStatus()
        self._engine: Engine | None = None
        self._is_closed = False

    @property
    def status(self) -> ModelStatus:
        """What serves and what is being loaded, now."""
        return self._status

    @property
    def engine(self) -> Engine:
        """The engine that serves. Raises NoModelError while there is none, with the reason."""
        with self._changed:
            if self._engine is not None:
                return self._engine
            raise NoModelError(self._why_no_model())

    def start_loading(self, choice: ModelChoice) -> None:
        """Begin to load a model and return at once. Raises EngineBusyError while another load is under way."""
        with self._changed:
            if self._is_closed:
                raise EngineStoppedError("The server is shutting down.")
            if self._status.loading is not None:
                raise EngineBusyError("Another model is being loaded. Wait for it, then try again.")
            self._update(loading=choice, progress=LoadProgress("Starting"), error=None)
        threading.Thread(target=self._load, args=(choice,), name="model-load", daemon=True).start()

    def wait(self, timeout_s: float | None = None) -> ModelStatus:
        """Block until no load is under way, or until the time is up; return the status then."""
        with self._changed:
            self._changed.wait_for(lambda: self._status.loading is None, timeout_s)
            return self._status

    async def wait_for_engine(self, timeout_s: float | None = None) -> Engine:
        """The engine that serves, waiting for a load under way where none serves yet. Raises NoModelError."""
        if not self._status.is_ready and self._status.loading is not None:
            await asyncio.to_thread(self.wait, timeout_s)
        return self.engine

    def unload(self) -> None:
        """Stop serving and return the memory. Running generations fail with EngineStoppedError."""
        with self._changed:
            engine, self._engine = self._engine, None
            self._update(model=None)
        if engine is not None:
            engine.close()

    def close(self) -> None:
        """Unload for good. A load still under way is discarded when it ends. Closing twice is harmless."""
        with self._changed:
            self._is_closed = True
        self.unload()

    def _load(self, choice: ModelChoice) -> None:
        try:
            engine = self._loader(choice, self._report)
        except PygmalionError as error:
            self._fail(str(error))
        except Exception:
            # A load that dies of something unforeseen must not leave people waiting for it for ever.
            logger.exception("Loading %s failed", choice.source)
            self._fail(f"Loading {choice.source} failed unexpectedly. The server's log has the details.")
        else:
            self._serve(engine)

    def _serve(self, engine: Engine) -> None:
        with self._changed:
            if self._is_closed:
                unneeded: Engine | None = engine
                self._update(loading=None, progress=None)
            else:
                unneeded, self._engine = self._engine, engine
                self._update(loading=None, progress=None, model=engine.model)
        if unneeded is not None:
            unneeded.close()

    def _fail(self, message: str) -> None:
        logger.warning("%s", message)
        with self._changed:
            self._update(loading=None, progress=None, error=message)

    def _report(self, progress: LoadProgress) -> None:
        with self._changed:
            self._update(progress=progress)

    def _update(self, **changes: object) -> None:
        self._status = replace(self._status, **changes)  # type: ignore[arg-type]  # names are this module's own
        self._changed.notify_all()

    def _why_no_model(self) -> str:
        if self._status.loading is not None:
            return "The model is still being loaded. Try again in a moment."
        if self._status.error is not None:
            return f"No model is loaded: {self._status.error}"
        return "No model is loaded. Load one on the page's Model panel, or start with --model."
