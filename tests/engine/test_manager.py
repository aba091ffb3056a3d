"""Which model serves while others load, fail, are cancelled and go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pyg_ui.engine.generation import Engine
from pyg_ui.engine.manager import LoadProgress, ModelChoice, ModelManager, ModelStatus, ReportProgress
from pyg_ui.errors import (
    EngineBusyError,
    EngineStoppedError,
    NoModelError,
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
        report(LoadProgress("Reading weights", 1, 4))
        self.has_begun.release()
        assert self._may_end.acquire(timeout=TIMEOUT_S)
        self._place(NEEDED.get(choice.source, 0))
        report(LoadProgress("Reading weights", 2, 4))
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
    join_loads()
    assert workshop.engines["old"].is_closed


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("broken", "The weight wte is missing."),
        ("bug", "bug failed unexpectedly"),
        ("greedy", "Memory ran out while greedy was loaded"),
    ],
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


def join_loads() -> None:
    for thread in threading.enumerate():
        if thread.name == "model-load":
            thread.join(TIMEOUT_S)


# -- cancelling --------------------------------------------------------------------------------------------------


def test_a_cancelled_load_ends_at_its_next_report_and_leaves_the_previous_model(
    models: ModelManager, workshop: Workshop
) -> None:
    load(models, workshop, "old")
    models.start_loading(ModelChoice("new"))
    models.cancel_loading()
    assert models.status.is_cancelling
    workshop.release()
    assert models.wait(TIMEOUT_S) == ModelStatus(model=replace(DEMO_INFO, id="old"))
    assert models.engine is workshop.engines["old"]
    assert "new" not in workshop.engines
    assert load(models, workshop, "new").model == replace(DEMO_INFO, id="new")


def test_a_load_that_was_cancelled_too_late_to_notice_is_discarded(workshop: Workshop) -> None:
    engine = FakeEngine()

    def make(choice: ModelChoice, report: ReportProgress) -> Engine:
        report(LoadProgress("Warming up"))
        models.cancel_loading()
        return engine

    models = ModelManager(make)
    models.start_loading(ModelChoice("late"))
    assert models.wait(TIMEOUT_S) == ModelStatus()
    assert engine.is_closed


def test_cancelling_without_a_load_does_nothing(models: ModelManager, workshop: Workshop) -> None:
    models.cancel_loading()
    assert load(models, workshop, "first").is_ready
    models.cancel_loading()
    assert models.status == ModelStatus(model=replace(DEMO_INFO, id="first"))


def test_who_waits_for_a_cancelled_load_is_told(models: ModelManager, workshop: Workshop) -> None:
    async def journey() -> None:
        models.start_loading(ModelChoice("first"))
        waiting = asyncio.create_task(models.wait_for_engine(TIMEOUT_S))
        await asyncio.sleep(0.05)
        models.cancel_loading()
        workshop.release()
        with pytest.raises(NoModelError, match="Load one"):
            await waiting

    asyncio.run(journey())


def test_closing_during_a_load_cancels_it(models: ModelManager, workshop: Workshop) -> None:
    models.start_loading(ModelChoice("late"))
    models.close()
    workshop.release()
    assert models.wait(TIMEOUT_S) == ModelStatus()
    assert "late" not in workshop.engines


# -- giving way --------------------------------------------------------------------------------------------------


def test_the_model_that_gives_way_may_end_what_it_has_begun(workshop: Workshop) -> None:
    models = ModelManager(workshop.load, patience_s=7)
    load(models, workshop, "old")
    load(models, workshop, "new")
    join_loads()
    assert workshop.engines["old"].patience_s == 7
    models.unload()
    assert workshop.engines["new"].patience_s == 0


def test_a_load_waits_until_the_model_before_the_present_one_is_gone(workshop: Workshop) -> None:
    class Dawdler(FakeEngine):
        def close(self, patience_s: float = 0.0) -> None:
            assert may_go.wait(TIMEOUT_S)
            super().close(patience_s)

    may_go = threading.Event()
    first = Dawdler()
    makers = {"first": lambda: first, "second": FakeEngine, "third": FakeEngine}
    made: list[str] = []

    def make(choice: ModelChoice, report: ReportProgress) -> Engine:
        made.append(choice.source)
        return makers[choice.source]()

    models = ModelManager(make)
    for source in ("first", "second"):
        models.start_loading(ModelChoice(source))
        models.wait(TIMEOUT_S)
    models.start_loading(ModelChoice("third"))
    models.wait(0.1)
    assert made == ["first", "second"]
    may_go.set()
    assert models.wait(TIMEOUT_S).is_ready
    assert made == ["first", "second", "third"]
    assert first.is_closed


def test_a_model_that_fits_only_alone_takes_the_place_of_the_present_one(
    models: ModelManager, workshop: Workshop
) -> None:
    load(models, workshop, "old")
    models.start_loading(ModelChoice("large"))
    workshop.has_begun.acquire(timeout=TIMEOUT_S)
    workshop.release()
    workshop.has_begun.acquire(timeout=TIMEOUT_S)
    workshop.has_begun.acquire(timeout=TIMEOUT_S)
    assert workshop.engines["old"].is_closed
    assert not models.status.is_ready
    with pytest.raises(NoModelError, match="still being loaded"):
        _ = models.engine
    workshop.release()
    assert models.wait(TIMEOUT_S).model == replace(DEMO_INFO, id="large")


def test_a_model_that_does_not_even_fit_alone_leaves_the_present_one(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "old")
    status = load(models, workshop, "huge")
    assert status.model == replace(DEMO_INFO, id="old")
    assert status.error == "It does not fit."
    assert not workshop.engines["old"].is_closed


def test_what_was_unloaded_in_vain_is_named(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "old")
    workshop.release()
    status = load(models, workshop, "large, broken")
    assert not status.is_ready
    assert status.error == "The weight wte is missing. old was unloaded to make room for it: load it again."
    assert load(models, workshop, "old").is_ready


def test_forty_who_wait_take_no_thread(models: ModelManager, workshop: Workshop) -> None:
    async def journey() -> list[Engine]:
        models.start_loading(ModelChoice("first"))
        num_threads = threading.active_count()
        waiting = [asyncio.create_task(models.wait_for_engine(TIMEOUT_S)) for _ in range(40)]
        await asyncio.sleep(0.05)
        assert threading.active_count() == num_threads
        workshop.release()
        return await asyncio.gather(*waiting)

    assert asyncio.run(journey()) == [workshop.engines["first"]] * 40


def test_who_gave_up_waiting_may_wait_again(models: ModelManager, workshop: Workshop) -> None:
    async def journey() -> Engine:
        models.start_loading(ModelChoice("first"))
        with pytest.raises(NoModelError, match="Try again"):
            await models.wait_for_engine(0.01)
        workshop.release()
        return await models.wait_for_engine(TIMEOUT_S)

    assert asyncio.run(journey()) is workshop.engines["first"]


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
