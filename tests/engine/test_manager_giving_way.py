"""What happens to the model that another one replaces."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice, ReportProgress
from pyg_ui.errors import (
    NoModelError,
)
from tests.engine.workshop import TIMEOUT_S, Workshop, join_loads, load
from tests.fakes import DEMO_INFO, FakeEngine


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
    assert str(status.error) == "It does not fit."
    assert not workshop.engines["old"].is_closed


def test_what_was_unloaded_in_vain_is_named(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "old")
    workshop.release()
    status = load(models, workshop, "large, broken")
    assert not status.is_ready
    assert str(status.error) == "The weight wte is missing. old was unloaded to make room for it: load it again."
    assert load(models, workshop, "old").is_ready
