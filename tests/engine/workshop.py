"""A loader for the model manager whose loads wait for the test's word."""

from __future__ import annotations

import threading
from dataclasses import replace

from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import LoadProgress, ModelChoice, ModelStatus, ReportProgress
from pyg_ui.errors import (
    Message,
    NotEnoughMemoryError,
    WeightError,
)
from tests.fakes import DEMO_INFO, FakeEngine

TIMEOUT_S = 10
MEMORY = 10**8
"""What the machine of these tests has; a model takes what DEMO_INFO says, "large" all of it, "huge" more."""
NEEDED = {"large": MEMORY, "huge": 2 * MEMORY, "large, broken": MEMORY}


class Workshop:
    """A loader whose loads wait for the test's word: `release()` lets the next one end."""

    def __init__(self) -> None:
        self.engines: dict[str, FakeEngine] = {}
        self.has_begun = threading.Semaphore(0)
        self._may_end = threading.Semaphore(0)

    def load(self, choice: ModelChoice, report: ReportProgress) -> Engine:
        report(LoadProgress(Message("Reading weights"), 1, 4))
        self.has_begun.release()
        assert self._may_end.acquire(timeout=TIMEOUT_S)
        self._place(NEEDED.get(choice.source, 0))
        report(LoadProgress(Message("Reading weights"), 2, 4))
        if "broken" in choice.source:
            raise WeightError("The weight wte is missing.")
        if choice.source == "bug":
            raise ZeroDivisionError
        if choice.source == "greedy":
            raise MemoryError
        engine = FakeEngine(model=replace(DEMO_INFO, id=choice.source))
        self.engines[choice.source] = engine
        return engine

    def _place(self, needed: int) -> None:
        held = sum(4 * engine.model.num_parameters for engine in self.engines.values() if not engine.is_closed)
        if needed > MEMORY - held:
            raise NotEnoughMemoryError("It does not fit.", needed_bytes=needed, free_bytes=MEMORY - held, device="cpu")

    def release(self) -> None:
        self._may_end.release()


def load(models: ModelManager, workshop: Workshop, source: str, asked_by: str = "") -> ModelStatus:
    workshop.release()
    models.start_loading(ModelChoice(source), asked_by)
    return models.wait(TIMEOUT_S)


def join_loads() -> None:
    for thread in threading.enumerate():
        if thread.name == "model-load":
            thread.join(TIMEOUT_S)
