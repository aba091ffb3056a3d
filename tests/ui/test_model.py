import threading

import gradio as gr
import pytest

from pyg_ui.engine.catalog import machine_report
from pyg_ui.engine.generation import Engine
from pyg_ui.engine.hardware import Hardware
from pyg_ui.engine.hub import Hub
from pyg_ui.engine.manager import Device, LoadProgress, ModelChoice, ModelManager, Precision, ReportProgress
from pyg_ui.engine.model_status import BITSANDBYTES
from pyg_ui.errors import CheckpointNotFoundError, UnsupportedError
from pyg_ui.ui.machine import machine_html
from pyg_ui.ui.model import OTHER, ModelHandlers, about_html, read_choice
from tests.fakes import FakeEngine


class SlowLoader:
    """Waits until it is let go; fails for the 6B model."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def __call__(self, choice: ModelChoice, report: ReportProgress) -> Engine:
        report(LoadProgress("Reading weights", 1, 2))
        assert self.go.wait(10)
        if choice.source == "pygmalion-6b":
            raise UnsupportedError("It does not fit.")
        return FakeEngine()


def handlers(models: ModelManager) -> ModelHandlers:
    return ModelHandlers(models, lambda: "", frozenset({"demo-neo", "pygmalion-6b"}))


def test_a_load_is_watched_until_it_has_ended() -> None:
    loader = SlowLoader()
    models = ModelManager(loader)
    started = handlers(models).load("demo-neo", "", "auto", "auto")
    assert started.watch["active"] is True
    assert started.load["interactive"] is False
    loader.go.set()
    models.wait(5)
    ended = handlers(models).refresh()
    assert ended.watch["active"] is False
    assert ended.unload["interactive"] is True
    assert "demo-neo" in ended.badge


def test_a_failed_load_says_why_and_leaves_the_previous_model() -> None:
    loader = SlowLoader()
    loader.go.set()
    models = ModelManager(loader)
    handlers(models).load("demo-neo", "", "auto", "auto")
    models.wait(5)
    handlers(models).load("pygmalion-6b", "", "auto", "auto")
    models.wait(5)
    view = handlers(models).refresh()
    assert "It does not fit." in view.status
    assert "demo-neo" in view.badge


def test_a_second_load_meanwhile_is_refused_with_a_notice() -> None:
    loader = SlowLoader()
    models = ModelManager(loader)
    handlers(models).load("demo-neo", "", "auto", "auto")
    with pytest.warns(UserWarning, match="being loaded"):
        handlers(models).load("demo-neo", "", "auto", "auto")
    loader.go.set()
    models.wait(5)


def test_a_load_can_be_cancelled_while_it_runs() -> None:
    loader = SlowLoader()
    models = ModelManager(loader)
    assert handlers(models).refresh().cancel["visible"] is False
    assert handlers(models).load("demo-neo", "", "auto", "auto").cancel["visible"] is True
    cancelling = handlers(models).cancel()
    assert cancelling.cancel["interactive"] is False
    assert cancelling.watch["active"] is True
    loader.go.set()
    models.wait(5)
    view = handlers(models).refresh()
    assert view.cancel["visible"] is False
    assert view.load["interactive"] is True
    assert "No model" in view.badge


def test_unloading_stops_serving() -> None:
    loader = SlowLoader()
    loader.go.set()
    models = ModelManager(loader)
    handlers(models).load("demo-neo", "", "auto", "auto")
    models.wait(5)
    view = handlers(models).unload()
    assert "No model" in view.badge
    assert view.unload["interactive"] is False


def test_a_visitor_cannot_name_a_source_that_is_not_offered() -> None:
    models = ModelManager(SlowLoader())
    with pytest.warns(UserWarning, match="cannot be loaded here"):
        handlers(models).load(OTHER, "/etc", "auto", "auto")
    assert models.status.loading is None


def test_the_controls_become_a_choice() -> None:
    assert read_choice("demo-j", "", "bf16", "cpu") == ModelChoice("demo-j", Precision.BF16, Device.CPU)
    assert read_choice("demo-j", "", "8bit", "auto") == ModelChoice("demo-j", Precision.INT8)
    assert read_choice(OTHER, " owner/name ", BITSANDBYTES, "auto") == ModelChoice("owner/name", load_in_8bit=True)
    with pytest.raises(CheckpointNotFoundError, match="owner/name"):
        read_choice(OTHER, " ", "auto", "auto")


def test_the_box_for_another_place_opens_with_its_choice() -> None:
    assert handlers(ModelManager(SlowLoader())).choose(OTHER)[1] == gr.update(visible=True)
    assert handlers(ModelManager(SlowLoader())).choose("demo-neo")[1] == gr.update(visible=False)


def test_what_a_checkpoint_is_stands_beside_it() -> None:
    assert "adult content" in about_html("pygmalion-6b")
    assert "creativeml-openrail-m" in about_html("pygmalion-6b")


def test_the_machine_table_strikes_out_what_does_not_fit() -> None:
    table = machine_html(machine_report(Hub(), Hardware(free_ram=8 * 10**9, free_vram=None, has_fast_bf16=False)))
    assert "Pygmalion 6B" in table
    assert '<s class="too-big">' in table
    assert "<td>4.3</td>" in table
