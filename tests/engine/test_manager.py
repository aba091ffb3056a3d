"""Which model serves while others load, fail and go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pyg_ui.engine.generation import Engine
from pyg_ui.engine.manager import LoadProgress, ModelChoice, ModelManager, ModelStatus, ReportProgress
from pyg_ui.errors import EngineBusyError, EngineStoppedError, NoModelError, WeightError
from tests.fakes import DEMO_INFO, FakeEngine

TIMEOUT_S = 10


class Workshop:
    """A loader whose loads wait for the test's word: `release()` lets the next one end."""

    def __init__(self) -> None:
        self.engines: dict[str, FakeEngine] = {}
        self._may_end = threading.Semaphore(0)

    def load(self, choice: ModelChoice, report: ReportProgress) -> Engine:
        report(LoadProgress("Reading weights", 1, 4))
        assert self._may_end.acquire(timeout=TIMEOUT_S)
        if choice.source == "broken":
            raise WeightError("The weight wte is missing.")
        if choice.source == "bug":
            raise ZeroDivisionError
        engine = FakeEngine(model=replace(DEMO_INFO, id=choice.source))
        self.engines[choice.source] = engine
        return engine

    def release(self) -> None:
        self._may_end.release()


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture
def models(workshop: Workshop) -> Iterator[ModelManager]:
    manager = ModelManager(workshop.load)
    yield manager
    workshop.release()
    manager.close()
    manager.wait(TIMEOUT_S)


def load(models: ModelManager, workshop: Workshop, source: str) -> ModelStatus:
    workshop.release()
    models.start_loading(ModelChoice(source))
    return models.wait(TIMEOUT_S)


def test_without_a_model_the_reason_says_what_to_do(models: ModelManager) -> None:
    assert models.status == ModelStatus()
    with pytest.raises(NoModelError, match="Load one"):
        _ = models.engine


def test_a_load_shows_its_progress_and_then_serves(models: ModelManager, workshop: Workshop) -> None:
    models.start_loading(ModelChoice("first"))
    assert models.status.loading == ModelChoice("first")
    with pytest.raises(NoModelError, match="still being loaded"):
        _ = models.engine
    models.wait(0.2)
    assert models.status.progress == LoadProgress("Reading weights", 1, 4)
    assert models.status.progress.fraction == 0.25
    workshop.release()
    status = models.wait(TIMEOUT_S)
    assert status.is_ready
    assert status == ModelStatus(model=replace(DEMO_INFO, id="first"))
    assert models.engine is workshop.engines["first"]


def test_only_one_load_at_a_time(models: ModelManager, workshop: Workshop) -> None:
    models.start_loading(ModelChoice("first"))
    with pytest.raises(EngineBusyError):
        models.start_loading(ModelChoice("second"))
    workshop.release()
    assert models.wait(TIMEOUT_S).model == replace(DEMO_INFO, id="first")


def test_a_switch_serves_the_old_model_until_the_new_one_is_ready(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "old")
    models.start_loading(ModelChoice("new"))
    assert models.engine is workshop.engines["old"]
    assert models.status.is_ready
    workshop.release()
    models.wait(TIMEOUT_S)
    assert models.engine is workshop.engines["new"]
    assert not workshop.engines["new"].is_closed


def test_a_switch_closes_the_old_model(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "old")
    load(models, workshop, "new")
    for thread in threading.enumerate():
        if thread.name == "model-load":
            thread.join(TIMEOUT_S)
    assert workshop.engines["old"].is_closed


@pytest.mark.parametrize(
    ("source", "message"), [("broken", "The weight wte is missing."), ("bug", "bug failed unexpectedly")]
)
def test_a_failed_load_leaves_the_previous_model_serving(
    source: str, message: str, models: ModelManager, workshop: Workshop
) -> None:
    load(models, workshop, "old")
    status = load(models, workshop, source)
    assert status.model == replace(DEMO_INFO, id="old")
    assert status.loading is None
    assert status.error is not None
    assert message in status.error
    assert models.engine is workshop.engines["old"]
    assert not workshop.engines["old"].is_closed


def test_a_failed_first_load_says_why_no_model_serves(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "broken")
    with pytest.raises(NoModelError, match="The weight wte is missing"):
        _ = models.engine


def test_the_next_load_clears_the_error(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "broken")
    models.start_loading(ModelChoice("good"))
    assert models.status.error is None
    workshop.release()
    assert models.wait(TIMEOUT_S).error is None


def test_unloading_closes_the_model_and_another_can_be_loaded(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "first")
    models.unload()
    assert workshop.engines["first"].is_closed
    assert not models.status.is_ready
    assert load(models, workshop, "second").is_ready


def test_closing_during_a_load_discards_it(models: ModelManager, workshop: Workshop) -> None:
    models.start_loading(ModelChoice("late"))
    models.close()
    workshop.release()
    status = models.wait(TIMEOUT_S)
    assert status == ModelStatus()
    for thread in threading.enumerate():
        if thread.name == "model-load":
            thread.join(TIMEOUT_S)
    assert workshop.engines["late"].is_closed


def test_after_closing_nothing_loads(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "first")
    models.close()
    models.close()
    assert workshop.engines["first"].is_closed
    with pytest.raises(EngineStoppedError):
        models.start_loading(ModelChoice("second"))


def test_who_needs_an_engine_waits_for_the_first_load(models: ModelManager, workshop: Workshop) -> None:
    async def journey() -> Engine:
        models.start_loading(ModelChoice("first"))
        waiting = asyncio.create_task(models.wait_for_engine(TIMEOUT_S))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        workshop.release()
        return await waiting

    assert asyncio.run(journey()) is workshop.engines["first"]


def test_who_waits_learns_that_the_load_failed(models: ModelManager, workshop: Workshop) -> None:
    models.start_loading(ModelChoice("broken"))
    workshop.release()
    with pytest.raises(NoModelError, match="The weight wte is missing"):
        asyncio.run(models.wait_for_engine(TIMEOUT_S))


def test_who_waits_too_long_is_told_to_come_back(models: ModelManager) -> None:
    models.start_loading(ModelChoice("slow"))
    with pytest.raises(NoModelError, match="Try again"):
        asyncio.run(models.wait_for_engine(0.05))


def test_during_a_switch_nobody_waits(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "old")
    models.start_loading(ModelChoice("new"))
    assert asyncio.run(models.wait_for_engine(TIMEOUT_S)) is workshop.engines["old"]


def test_an_unknown_total_has_no_fraction() -> None:
    assert LoadProgress("Starting").fraction is None
    assert LoadProgress("Reading", 5, 4).fraction == 1.0
