"""Which model serves while others load, fail, are cancelled and go."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace

import pytest

from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import FAILURE_SHOWN_S, LoadProgress, ModelChoice, ModelStatus, ReportProgress
from pyg_ui.errors import (
    EngineBusyError,
    EngineStoppedError,
    Message,
    NoModelError,
)
from tests.engine.workshop import TIMEOUT_S, Workshop, join_loads, load
from tests.fakes import DEMO_INFO, FakeEngine


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
    assert models.status.progress == LoadProgress(Message("Reading weights"), 1, 4)
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
    assert message in str(status.error)
    assert models.engine is workshop.engines["old"]
    assert not workshop.engines["old"].is_closed


def test_a_failed_first_load_says_why_no_model_serves(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "broken")
    with pytest.raises(NoModelError, match="The weight wte is missing"):
        _ = models.engine


def test_a_failure_is_shown_to_who_asked_for_the_load_and_expires(
    models: ModelManager, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    load(models, workshop, "old")
    status = load(models, workshop, "broken", asked_by="browser:anna")
    assert status.seen_by("browser:anna") == status
    for somebody_else in ("browser:bob", ""):
        assert status.seen_by(somebody_else) == ModelStatus(model=replace(DEMO_INFO, id="old"))
    assert "The weight wte is missing" in caplog.text
    later = time.monotonic() + FAILURE_SHOWN_S + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert status.seen_by("browser:anna").failure is None
    assert load(models, workshop, "broken").seen_by("").failure is None  # the operator's is for the log


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
        report(LoadProgress(Message("Warming up")))
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


def test_closing_during_a_load_cancels_it(models: ModelManager, workshop: Workshop) -> None:
    models.start_loading(ModelChoice("late"))
    models.close()
    workshop.release()
    assert models.wait(TIMEOUT_S) == ModelStatus(is_closing=True)
    assert "late" not in workshop.engines


def test_after_closing_nothing_loads(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "first")
    models.close()
    models.close()
    assert workshop.engines["first"].is_closed
    with pytest.raises(EngineStoppedError):
        models.start_loading(ModelChoice("second"))


def test_who_asks_while_it_closes_is_refused_and_what_runs_goes_on(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "first")
    models.start_loading(ModelChoice("late"))
    models.begin_closing()
    assert not models.status.is_ready
    assert not workshop.engines["first"].is_closed
    with pytest.raises(EngineStoppedError, match="shutting down"):
        asyncio.run(models.wait_for_engine(TIMEOUT_S))
    workshop.release()
    models.close(patience_s=7)
    assert workshop.engines["first"].patience_s == 7


def test_an_unknown_total_has_no_fraction() -> None:
    assert LoadProgress(Message("Starting")).fraction is None
    assert LoadProgress(Message("Reading"), 5, 4).fraction == 1.0


def test_a_library_that_cannot_be_loaded_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    def fail(choice: ModelChoice, report: ReportProgress) -> Engine:
        raise ImportError("libtorch_cpu.so: failed to map segment from shared object")

    manager = ModelManager(fail)
    manager.start_loading(ModelChoice("demo-neo"))
    expected = (
        "demo-neo needs a library that cannot be loaded "
        "(libtorch_cpu.so: failed to map segment from shared object). Memory may be short."
    )
    assert str(manager.wait(TIMEOUT_S).error) == expected
    assert [(record.getMessage(), record.exc_info) for record in caplog.records] == [(expected, None)]


def test_a_load_that_gets_no_thread_ends(models: ModelManager, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    models.start_loading(ModelChoice("demo-neo"))
    assert models.status.loading is None
    assert "no more threads" in str(models.status.error)
