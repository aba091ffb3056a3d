"""The model manager owns the one engine: it knows which model serves, which one is being loaded, and what went wrong.

A load runs on a thread of its own, and the engines are swapped when the new one is ready. A load that fails or is
cancelled leaves the previous model serving. If memory cannot hold both models but can hold the new one alone, the
previous one is unloaded first. An engine that is replaced has `patience_s` to finish its generations, while new
requests go to the new engine. A loader, given at construction, makes an engine of a checkpoint; this module imports
no torch.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from pyg_ui.engine.engine import Engine
from pyg_ui.engine.model_status import (
    LoadCancelledError,
    Loader,
    LoadFailure,
    LoadProgress,
    ModelChoice,
    ModelStatus,
)
from pyg_ui.engine.placement import fits_in_place_of
from pyg_ui.errors import (
    CheckpointError,
    EngineBusyError,
    EngineStoppedError,
    Message,
    NoModelError,
    NotEnoughMemoryError,
    PygmalionError,
)
from pyg_ui.waking import event_for_other_threads

logger = logging.getLogger(__name__)

PATIENCE_S = 20.0
"""How long running replies may take to end when another model replaces theirs."""
_CLOSING = Message("The server is shutting down.")
_HIDDEN_ERROR = Message("Loading a model failed. The server's log says why.")


class ModelManager:
    """Loads, switches and unloads models, one at a time. All methods may be called from any thread."""

    def __init__(self, loader: Loader, *, patience_s: float = PATIENCE_S, hides_errors: bool = False) -> None:
        """With `hides_errors` only the log says why a load failed, because errors name paths. For public servers."""
        self._loader = loader
        self._hides_errors = hides_errors
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._memory = threading.Lock()
        """The thread that loads or closes an engine holds it, so that at most two engines are in memory."""
        self._status = ModelStatus()
        self._engine: Engine | None = None
        self._wakers: set[Callable[[], None]] = set()

    @property
    def status(self) -> ModelStatus:
        """Which model serves and which one is being loaded now."""
        return self._status

    @property
    def engine(self) -> Engine:
        """The engine that serves. Raises NoModelError with the reason while there is none, and EngineStoppedError."""
        with self._changed:
            if self._status.is_closing:
                raise EngineStoppedError(_CLOSING)
            if self._engine is not None:
                return self._engine
            if self._status.loading is not None:
                raise NoModelError("The model is still being loaded. Try again in a moment.")
            if self._status.error is not None:
                raise NoModelError("No model is loaded: {reason}", reason=self._status.error)
            raise NoModelError(
                "No model is loaded. Load one on the page, behind the model's name at its top, or start with --model."
            )

    def start_loading(self, choice: ModelChoice, asked_by: str = "") -> None:
        """Start loading a model and return at once. Raises EngineBusyError while another model is being loaded.

        `asked_by` is the owner of the page that asked. If the load fails, only this owner's pages show it.
        """
        with self._changed:
            if self._status.is_closing:
                raise EngineStoppedError(_CLOSING)
            if self._status.loading is not None:
                raise EngineBusyError("Another model is being loaded. Wait for it or cancel it, then try again.")
            self._update(loading=choice, progress=LoadProgress(Message("Starting")), failure=None)
        try:
            threading.Thread(target=self._load, args=(choice, asked_by), name="model-load", daemon=True).start()
        except RuntimeError:
            self._end_loading(
                Message("The system lets the server start no more threads. Close other programs."), asked_by
            )

    def cancel_loading(self) -> None:
        """Cancel the current load, if there is one, and return at once. It ends when it next reports progress.

        The previous model keeps serving. Files that were downloaded completely are kept.
        """
        with self._changed:
            if self._status.loading is not None:
                self._update(is_cancelling=True)

    def wait(self, timeout_s: float | None = None) -> ModelStatus:
        """Block until nothing is being loaded, at most `timeout_s` seconds. Returns the status then."""
        with self._changed:
            self._changed.wait_for(lambda: self._status.loading is None, timeout_s)
            return self._status

    async def wait_for_engine(self, timeout_s: float | None = None) -> Engine:
        """The engine that serves. Waits for the current load if none serves yet. Raises NoModelError."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._until(lambda status: status.is_ready or status.is_closing or status.loading is None)
        return self.engine

    async def wait_for_load(self) -> ModelStatus:
        """As `wait`, for asyncio."""
        await self._until(lambda status: status.loading is None)
        return self._status

    def unload(self, patience_s: float = 0.0) -> None:
        """Stop serving and return the memory. Generations that run after `patience_s` fail with EngineStoppedError."""
        with self._changed:
            engine, self._engine = self._engine, None
            self._update(model=None)
        if engine is not None:
            engine.close(patience_s)

    def begin_closing(self) -> None:
        """Refuse everybody who asks for the engine from now on, and cancel the current load. What runs goes on."""
        with self._changed:
            self._update(is_closing=True)
            self.cancel_loading()

    def close(self, patience_s: float = 0.0) -> None:
        """Unload for good, as `unload` does, and cancel the current load. Closing twice is harmless."""
        self.begin_closing()
        self.unload(patience_s)

    # -- the load's thread --------------------------------------------------------------------------------------

    def _load(self, choice: ModelChoice, asked_by: str) -> None:
        with self._memory:
            try:
                engine_before = self._serve(self._make_engine(choice))
            except LoadCancelledError:
                logger.info("Loading %s was cancelled", choice.source)
                self._end_loading(None)
            except PygmalionError as error:
                self._end_loading(error.message, asked_by)
            except MemoryError:
                template = "Memory ran out while {model} was loaded. Choose a smaller one."
                self._end_loading(Message(template, {"model": choice.source}), asked_by)
            except ImportError as error:
                template = "{model} needs a library that cannot be loaded ({_reason}). Memory may be short."
                self._end_loading(Message(template, {"model": choice.source, "_reason": error}), asked_by)
            except Exception:
                # After an unforeseen error, people must not wait for this load for ever.
                logger.exception("Loading %s failed", choice.source)
                template = "Loading {model} failed unexpectedly. The server's log has the details."
                self._end_loading(Message(template, {"model": choice.source}), asked_by)
            else:
                if engine_before is not None:
                    engine_before.close(self._patience_s)

    def _make_engine(self, choice: ModelChoice) -> Engine:
        try:
            return self._loader(choice, self._report)
        except NotEnoughMemoryError as error:
            model = self._status.model
            if model is None or not fits_in_place_of(model, error):
                raise
        self._report(LoadProgress(Message("Unloading {model}, as memory does not hold both", {"model": model.id})))
        self.unload(self._patience_s)
        try:
            return self._loader(choice, self._report)
        except PygmalionError as error:
            raise CheckpointError(
                "{reason} {model} was unloaded to make room for it: load it again.", reason=error, model=model.id
            ) from error

    def _serve(self, engine: Engine) -> Engine | None:
        """Let a new engine serve. Returns the previous one, which the caller closes."""
        with self._changed:
            if not self._status.is_cancelling:
                engine_before, self._engine = self._engine, engine
                self._update(loading=None, progress=None, model=engine.model)
                engine.when_failed(lambda reason: self._lose(engine, reason))
                return engine_before
        engine.close()
        raise LoadCancelledError

    def _lose(self, engine: Engine, reason: Message) -> None:
        """Serve no more, because the engine has failed."""
        with self._changed:
            if self._engine is engine:
                self._engine = None
                self._update(model=None, failure=LoadFailure(_HIDDEN_ERROR if self._hides_errors else reason))

    def _end_loading(self, error: Message | None, asked_by: str = "") -> None:
        failure = None
        if error is not None:
            logger.warning("%s", error)
            failure = LoadFailure(_HIDDEN_ERROR if self._hides_errors else error, asked_by)
        with self._changed:
            self._update(loading=None, progress=None, is_cancelling=False, failure=failure)

    def _report(self, progress: LoadProgress) -> None:
        with self._changed:
            if self._status.is_cancelling:
                raise LoadCancelledError
            self._update(progress=progress)

    # -- the status changes -------------------------------------------------------------------------------------

    def _update(self, **changes: object) -> None:
        self._status = replace(self._status, **changes)  # type: ignore[arg-type]  # names are its fields
        self._changed.notify_all()
        if changes.keys() & {"loading", "model", "is_closing"}:
            for wake in self._wakers:
                wake()

    async def _until(self, holds: Callable[[ModelStatus], bool]) -> None:
        """Wait until the status holds a condition on what wakes: other fields wake nobody."""
        changed, wake = event_for_other_threads()
        with self._changed:
            self._wakers.add(wake)
        try:
            while not holds(self._status):
                await changed.wait()
                changed.clear()
        finally:
            with self._changed:
                self._wakers.remove(wake)
