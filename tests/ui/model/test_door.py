"""The sheet offers the Pygmalions that fit, and gets one; strangers only read what speaks."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Origin
from pyg_ui.engine.bandwidth import Bandwidth
from pyg_ui.engine.checkpoints.fitting import Offer, offers
from pyg_ui.engine.checkpoints.hub import Hub
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.hardware import Hardware, MemoryLog
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import LoadProgress, ModelChoice, ModelStatus, ReportProgress
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import Message
from pyg_ui.ui.model.door import door_html
from pyg_ui.ui.model.handlers import ModelHandlers
from pyg_ui.ui.model.status import badge, model_status
from pyg_ui.ui.session import Session
from tests.fakes import DEMO_INFO, FakeEngine

CHAT = Chat.start(Character("Bob"))
ROOMY = Hardware(free_ram=20 * 10**9, free_vram=None, has_fast_bf16=False)
REAL = replace(DEMO_INFO, id="pygmalion-6b", num_parameters=6_050_882_784, is_demo=False)


def bandwidth_of(bytes_per_s: float) -> Bandwidth:
    bandwidth = Bandwidth(None, lambda num_threads: bytes_per_s)
    bandwidth.measure()
    return bandwidth


def offered(tmp_path: Path, free_ram: int = 20 * 10**9, bytes_per_s: float = 48e9) -> tuple[Offer, ...]:
    hardware = replace(ROOMY, free_ram=free_ram)
    return offers(bandwidth_of(bytes_per_s), Hub(tmp_path / "not" / "made" / "yet"), hardware)


def html(offers: tuple[Offer, ...], *, is_public: bool = False) -> str:
    return door_html(ModelStatus(DEMO_INFO), None if is_public else offers, CHAT, "en")


def test_the_best_that_fits_comes_first_with_its_size_speed_licence_and_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hub, "free_disk", lambda self: 10**12)
    shown = html(offered(tmp_path))
    assert shown.index("Get Pygmalion 6B") < shown.index("Get Pygmalion 2.7B")
    assert "16.3 GB to download · fits this machine · about 6 words a second here" in shown
    assert "about 10.7 GB to download" in shown
    assert "creativeml-openrail-m" in shown
    assert "adult content and offensive text" in shown
    assert "3.4M parameters" in shown


def test_what_does_not_fit_has_no_button_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hub, "free_disk", lambda self: 12 * 10**9)
    shown = html(offered(tmp_path))
    assert 'data-get="pygmalion-2-7b"' in shown
    assert 'data-get="pygmalion-6b"' not in shown
    assert "The disk has 12.0 GB free, and the download needs 16.3 GB." in shown
    assert shown.index("Get Pygmalion 2.7B") < shown.index("Pygmalion 6B</h3>")
    assert "Close other programs" in html(offered(tmp_path, free_ram=10**9))
    (smaller, *_) = offered(tmp_path, free_ram=4 * 10**9)
    assert smaller.fit.entry.id == "pygmalion-2-7b"
    assert smaller.precision is Precision.INT4  # 8 bit, which it would choose by itself, does not fit


def test_nothing_is_said_of_a_speed_that_was_not_measured(tmp_path: Path) -> None:
    assert "words a second" not in html(offers(Bandwidth(None), Hub(tmp_path), ROOMY))


def test_the_model_that_speaks_is_told_by_its_plain_name_and_its_real_speed(tmp_path: Path) -> None:
    assert "Pygmalion 6B" in badge(ModelStatus(REAL), "en")
    assert 'data-sheet="model-sheet"' in badge(ModelStatus(REAL), "en")
    engine = FakeEngine(model=REAL)
    models = ModelManager(lambda choice, report: engine)
    models.start_loading(ModelChoice())
    models.wait(5)
    origin = Origin("pygmalion-6b", {}, 1, 10, 20, 0.5, 8.0, datetime.now(UTC))
    chat = CHAT.say("Hi").with_reply("Hello.", origin)
    shown = door_html(models.status, offered(tmp_path), chat, "en")
    assert "Pygmalion 6B speaks here." in shown
    assert "6 words a second" in shown
    assert 'data-get="pygmalion-6b"' not in shown


def test_strangers_read_what_speaks_and_can_load_nothing(tmp_path: Path) -> None:
    shown = html(offered(tmp_path), is_public=True)
    assert "tiny demo model" in shown
    assert "Who runs this page decides" in shown
    assert "<button" not in shown
    models = ModelManager(lambda choice, report: FakeEngine())
    handlers = ModelHandlers(models, frozenset({"demo-neo"}), MemoryLog(), is_public=True)
    session = Session.open(CHAT)
    session.record.owner = "browser:anna"
    event = gr.EventData(None, {"get": "pygmalion-6b"})
    for act in (
        lambda: handlers.load(session, "demo-neo", "", "auto", "auto"),
        lambda: handlers.get(session, event),
        lambda: handlers.unload(session),
        lambda: handlers.cancel(session),
    ):
        with pytest.warns(UserWarning, match="only who runs it"):
            act()
    assert models.status == ModelStatus()


def test_an_offer_is_got_and_no_other_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hub, "free_disk", lambda self: 10**12)
    monkeypatch.setattr("pyg_ui.engine.checkpoints.fitting.probe_hardware", lambda: ROOMY)
    loaded: list[ModelChoice] = []

    def load(choice: ModelChoice, report: ReportProgress) -> Engine:
        loaded.append(choice)
        return FakeEngine(model=REAL)

    models = ModelManager(load)
    handlers = ModelHandlers(models, frozenset(), MemoryLog(), hub=Hub(tmp_path))
    session = Session.open(CHAT)
    session.record.owner = "browser:anna"
    for nonsense in ({"get": "/etc/passwd"}, {"get": ["pygmalion-6b"]}, {}, "pygmalion-6b"):
        with pytest.warns(UserWarning, match="too little room"):
            handlers.get(session, gr.EventData(None, nonsense))
    handlers.get(session, gr.EventData(None, {"get": "pygmalion-6b"}))
    models.wait(5)
    assert loaded == [ModelChoice("pygmalion-6b")]
    assert "Pygmalion 6B" in handlers.refresh(session).badge


def test_a_downloads_progress_has_its_bytes_rate_and_time_left() -> None:
    progress = LoadProgress(Message("Downloading {name}", {"name": "a/b"}), 3_800_000_000, 16_300_000_000, 21e6)
    shown = model_status(ModelStatus(DEMO_INFO, ModelChoice("pygmalion-6b"), progress), "en")
    assert "Downloading a/b 23% (3.8 of 16.3 GB) · 21.0 MB/s · 10 min left" in shown


def test_the_free_disk_is_that_of_a_cache_that_is_not_there_yet(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "a" / "b")
    assert 0 < hub.free_disk() <= os.statvfs(tmp_path).f_blocks * os.statvfs(tmp_path).f_frsize
    assert not hub.has_room_for(10**18)
