"""The manager over real loads: what a switch costs, and what a cancelled one leaves."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pyg_ui.engine.engine import Engine, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import LoadProgress, ModelChoice, ReportProgress
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.serving.local import load_engine
from tests.checkpoints import write_checkpoint


@pytest.fixture
def models() -> Iterator[ModelManager]:
    manager = ModelManager(load_engine)
    yield manager
    manager.close()


def switch(models: ModelManager, source: str) -> None:
    """Load, let the model say something, and wait until the previous one is gone."""
    models.start_loading(ModelChoice(source))
    assert models.wait(60).error is None
    engine = models.engine
    prompt = tuple(engine.encode("You: Hello there!\nMira:"))
    engine.submit(GenerationRequest(prompt, SamplingParameters(max_new_tokens=3))).text()
    for thread in threading.enumerate():
        if thread.name == "model-load":
            thread.join(60)


def test_twenty_switches_leave_no_memory_behind(models: ModelManager) -> None:
    process, resident = psutil.Process(), []
    for index in range(22):
        switch(models, ("demo-neo", "demo-j")[index % 2])
        resident.append(process.memory_info().rss / 1e6)
    growth = statistics.median(resident[-8:]) - statistics.median(resident[-16:-8])
    assert growth < 40, f"MB within eight switches; eight models that stay would be 120: {resident}"
    assert sum(thread.name == "engine" for thread in threading.enumerate()) == 1


def test_a_load_cancelled_while_it_reads_leaves_the_previous_model_serving(tmp_path: Path) -> None:
    directory = write_checkpoint(tmp_path / "mine", "gptj")
    stages: list[str] = []

    def load(choice: ModelChoice, report: ReportProgress) -> Engine:
        def watch(progress: LoadProgress) -> None:
            stages.append(str(progress.stage))
            if choice.source != "demo-neo" and progress.done:
                models.cancel_loading()
            report(progress)

        return load_engine(choice, watch)

    models = ModelManager(load)
    switch(models, "demo-neo")
    before = models.engine
    stages.clear()
    models.start_loading(ModelChoice(str(directory)))
    status = models.wait(60)
    assert (status.loading, status.error) == (None, None)
    assert models.engine is before
    assert "Reading weights" in stages
    assert "Warming up" not in stages
    switch(models, "demo-neo")
    models.close()
