import threading
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Origin
from pyg_ui.engine.catalog import CatalogEntry, find_entry
from pyg_ui.engine.checkpoints.fitting import machine_report
from pyg_ui.engine.checkpoints.hub import Hub
from pyg_ui.engine.checkpoints.weight_cache.directory import WeightFiles
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.hardware import Hardware, MemoryLog
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import Device, LoadProgress, ModelChoice, ReportProgress
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import CheckpointNotFoundError, Message, UnsupportedError
from pyg_ui.ui.model.handlers import ModelHandlers, read_choice
from pyg_ui.ui.model.machine import fit_html, machine_html, vitals_html
from pyg_ui.ui.model.view import OTHER, about_html
from pyg_ui.ui.session import Session
from tests.fakes import FakeEngine


def session_of(owner: str) -> Session:
    session = Session.open(Chat.start(Character("Bob")))
    session.record.owner = owner
    return session


SESSION = session_of("browser:anna")


class SlowLoader:
    """Waits until it is let go; fails for the 6B model."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def __call__(self, choice: ModelChoice, report: ReportProgress) -> Engine:
        report(LoadProgress(Message("Reading weights"), 1, 2))
        assert self.go.wait(10)
        if choice.source == "pygmalion-6b":
            raise UnsupportedError("It does not fit.")
        return FakeEngine()


def handlers(models: ModelManager) -> ModelHandlers:
    return ModelHandlers(models, frozenset({"demo-neo", "pygmalion-6b"}), MemoryLog())


def test_a_load_is_watched_until_it_has_ended() -> None:
    loader = SlowLoader()
    models = ModelManager(loader)
    started = handlers(models).load(SESSION, "demo-neo", "", "auto", "auto")
    assert started.watch["active"] is True
    assert started.load["interactive"] is False
    loader.go.set()
    models.wait(5)
    ended = handlers(models).refresh(SESSION)
    assert ended.watch["active"] is False
    assert ended.unload["interactive"] is True
    assert "demo-neo" in ended.badge


def test_a_failed_load_says_why_and_leaves_the_previous_model() -> None:
    loader = SlowLoader()
    loader.go.set()
    models = ModelManager(loader)
    handlers(models).load(SESSION, "demo-neo", "", "auto", "auto")
    models.wait(5)
    handlers(models).load(SESSION, "pygmalion-6b", "", "auto", "auto")
    models.wait(5)
    view = handlers(models).refresh(SESSION)
    assert "It does not fit." in view.status
    assert "Loading failed" in view.badge
    assert "demo-neo" in view.badge
    assert view.watch["active"] is True
    assert 60 < view.watch["value"] < 3600  # the timer ticks once more, when it has expired
    for visitor in (session_of("browser:bob"), session_of("")):
        assert "fail" not in handlers(models).refresh(visitor).badge
        assert "It does not fit." not in handlers(models).refresh(visitor).status


def test_a_second_load_meanwhile_is_refused_with_a_notice() -> None:
    loader = SlowLoader()
    models = ModelManager(loader)
    handlers(models).load(SESSION, "demo-neo", "", "auto", "auto")
    with pytest.warns(UserWarning, match="being loaded"):
        handlers(models).load(SESSION, "demo-neo", "", "auto", "auto")
    loader.go.set()
    models.wait(5)


def test_a_load_can_be_cancelled_while_it_runs() -> None:
    loader = SlowLoader()
    models = ModelManager(loader)
    assert handlers(models).refresh(SESSION).cancel["visible"] is False
    assert handlers(models).load(SESSION, "demo-neo", "", "auto", "auto").cancel["visible"] is True
    cancelling = handlers(models).cancel(SESSION)
    assert cancelling.cancel["interactive"] is False
    assert cancelling.watch["active"] is True
    loader.go.set()
    models.wait(5)
    view = handlers(models).refresh(SESSION)
    assert view.cancel["visible"] is False
    assert view.load["interactive"] is True
    assert "No model" in view.badge


def test_unloading_stops_serving() -> None:
    loader = SlowLoader()
    loader.go.set()
    models = ModelManager(loader)
    handlers(models).load(SESSION, "demo-neo", "", "auto", "auto")
    models.wait(5)
    view = handlers(models).unload(SESSION)
    assert "No model" in view.badge
    assert view.unload["interactive"] is False


def test_a_visitor_cannot_name_a_source_that_is_not_offered() -> None:
    models = ModelManager(SlowLoader())
    with pytest.warns(UserWarning, match="cannot be loaded here"):
        handlers(models).load(SESSION, OTHER, "/etc", "auto", "auto")
    assert models.status.loading is None


@pytest.mark.parametrize(("is_local", "num_loads"), [(True, 1), (False, 0)])
def test_only_on_this_machine_a_visitor_names_a_models_server(*, is_local: bool, num_loads: int) -> None:
    asked: list[ModelChoice] = []

    def loader(choice: ModelChoice, report: object) -> FakeEngine:
        asked.append(choice)
        return FakeEngine()

    models = ModelManager(loader)
    panel = ModelHandlers(models, frozenset({OTHER}), MemoryLog(), is_local=is_local)
    with nullcontext() if is_local else pytest.warns(UserWarning, match="--model"):
        panel.load(SESSION, OTHER, "http://10.0.0.7:8000/v1", "auto", "auto")
    models.wait(10)
    assert len(asked) == num_loads


def test_the_controls_become_a_choice() -> None:
    assert read_choice("demo-j", "", "bf16", "cpu") == ModelChoice("demo-j", Precision.BF16, Device.CPU)
    assert read_choice("demo-j", "", "8bit", "auto") == ModelChoice("demo-j", Precision.INT8)
    assert read_choice(OTHER, " owner/name ", Precision.BITSANDBYTES, "auto") == ModelChoice(
        "owner/name", load_in_8bit=True
    )
    with pytest.raises(CheckpointNotFoundError, match="owner/name"):
        read_choice(OTHER, " ", "auto", "auto")


def test_the_box_for_another_place_opens_with_its_choice() -> None:
    assert handlers(ModelManager(SlowLoader())).choose(SESSION, OTHER)[1] == gr.update(visible=True)
    assert handlers(ModelManager(SlowLoader())).choose(SESSION, "demo-neo")[1] == gr.update(visible=False)


def test_what_a_checkpoint_is_stands_beside_it() -> None:
    assert "adult content" in about_html("pygmalion-6b", "en")
    assert "creativeml-openrail-m" in about_html("pygmalion-6b", "en")


def test_the_machine_table_strikes_out_what_does_not_fit() -> None:
    table = machine_html(machine_report(Hub(), Hardware(free_ram=8 * 10**9, free_vram=None, has_fast_bf16=False)), "en")
    assert "Pygmalion 6B" in table
    assert '<s class="too-big">' in table
    assert "<td>4.3</td>" in table


def entry(source: str) -> CatalogEntry:
    found = find_entry(source)
    assert found is not None
    return found


def test_what_a_choice_needs_is_drawn_against_what_is_free() -> None:
    roomy = Hardware(free_ram=8 * 10**9, free_vram=None, has_fast_bf16=False)
    html = fit_html(entry("pygmalion-2-7b"), "auto", "auto", roomy, "en")
    assert "In 8bit: needs 4.3 GB, 8.0 GB (RAM) are free. It fits." in html
    assert "weights 2.9 GB" in html
    widths = [float(part.split("%")[0]) for part in html.split("width:")[1:]]
    assert sum(widths) == pytest.approx(100, abs=0.1)


def test_what_does_not_fit_says_what_would() -> None:
    tight = Hardware(free_ram=5 * 10**9, free_vram=2 * 10**9, has_fast_bf16=False)
    html = fit_html(entry("pygmalion-2-7b"), "fp32", "cpu", tight, "en")
    assert "Too large; it would fit in 8bit, 4bit." in html
    assert "too-large" in html
    assert "free some memory or choose a smaller model" in fit_html(entry("pygmalion-6b"), "auto", "auto", tight, "en")
    assert "GB (GPU)" in fit_html(entry("demo-neo"), "auto", "auto", tight, "en")


def test_cached_weights_are_counted_and_removed(tmp_path: Path) -> None:
    (tmp_path / "key.safetensors").write_bytes(b"0" * 20_000_000)
    models = ModelManager(SlowLoader())
    panel = ModelHandlers(models, frozenset(), MemoryLog(), WeightFiles(tmp_path))
    text, button = panel.cached(SESSION)
    assert ("20 MB" in text, button["visible"]) == (True, True)
    text, button = panel.clear(SESSION)
    assert (text, button["visible"]) == ("", False)
    assert list(tmp_path.iterdir()) == []
    assert handlers(models).clear(SESSION)[0] == ""


def test_memory_and_speed_are_plotted() -> None:
    log, chat = MemoryLog(), Chat.start(Character("Bob")).say("Hi!")
    (sample,) = log.look()
    assert log.look() == (sample,)  # one a second is enough
    assert sample.used > 10**7
    earlier = replace(sample, used=sample.used // 2)
    for index, speed in enumerate((4.0, 0.0, 8.0)):
        written_at = datetime(2026, 1, 1, 12, index, tzinfo=UTC)
        chat = chat.with_reply("Hello.", Origin("demo-neo", {}, 1, 10, 5, 0.1, speed, written_at))
    html = vitals_html([earlier, sample], chat, "en")
    assert "Speed of replies: now 8.0 tok/s, at most 8.0" in html
    assert html.count("<svg") == 2
    assert "<svg" not in vitals_html([sample], Chat(chat.character), "en")
