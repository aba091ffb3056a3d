"""The automatic choice of a checkpoint, and what this machine could run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyg_ui.engine.catalog import CATALOG
from pyg_ui.engine.checkpoints.fitting import choose_automatically, machine_report
from pyg_ui.engine.checkpoints.hub import Hub, HubRepository
from pyg_ui.engine.hardware import Hardware
from pyg_ui.engine.precision import OWN_PRECISIONS
from tests.checkpoints import write_checkpoint
from tests.engine.checkpoints.test_hub import fill_cache

GB = 10**9
PYGMALIONS = tuple(entry for entry in CATALOG if not entry.is_demo)


def machine(free_ram: float, free_vram: float | None = None) -> Hardware:
    return Hardware(int(free_ram * GB), None if free_vram is None else int(free_vram * GB), has_fast_bf16=False)


def test_auto_is_the_demo_where_the_cache_is_empty(tmp_path: Path) -> None:
    assert choose_automatically(Hub(tmp_path), machine(1000)) == "demo-neo"


@pytest.mark.parametrize(
    ("free", "cached", "chosen"),
    [
        (30, {"pygmalion-2-7b", "pygmalion-6b"}, "pygmalion-6b"),
        (7, {"pygmalion-2-7b", "pygmalion-6b"}, "pygmalion-2-7b"),
        (3, {"pygmalion-2-7b", "pygmalion-6b"}, "demo-neo"),
        (30, {"pygmalion-2-7b"}, "pygmalion-2-7b"),
        (7, {"pygmalion-6b"}, "demo-neo"),
    ],
)
def test_auto_is_the_best_in_the_cache_that_fits(free: float, cached: set[str], chosen: str, tmp_path: Path) -> None:
    files = write_checkpoint(tmp_path / "files", "gptj")
    for entry in PYGMALIONS:
        if entry.id in cached:
            assert entry.repository is not None
            fill_cache(tmp_path / "cache", HubRepository(entry.repository), files)
    assert choose_automatically(Hub(tmp_path / "cache"), machine(free)) == chosen


@pytest.mark.parametrize(
    ("free_vram", "chosen"), [(15, "pygmalion-6b"), (6.2, "pygmalion-6b"), (4, "pygmalion-2-7b"), (2, "demo-neo")]
)
def test_auto_quantises_on_a_gpu_before_it_takes_a_smaller_model(free_vram: float, chosen: str, tmp_path: Path) -> None:
    files = write_checkpoint(tmp_path / "files", "gptj")
    for entry in PYGMALIONS:
        assert entry.repository is not None
        fill_cache(tmp_path / "cache", HubRepository(entry.repository), files)
    assert choose_automatically(Hub(tmp_path / "cache"), machine(5, free_vram=free_vram)) == chosen


def test_auto_is_chosen_within_milliseconds(tmp_path: Path) -> None:
    files = write_checkpoint(tmp_path / "files", "gptj")
    fill_cache(tmp_path / "cache", HubRepository("PygmalionAI/pygmalion-6b"), files)
    choose_automatically(Hub(tmp_path / "cache"))
    start = time.process_time()
    choose_automatically(Hub(tmp_path / "cache"))
    assert time.process_time() - start < 0.05


def test_the_report_has_every_entry_in_every_precision(tmp_path: Path) -> None:
    report = machine_report(Hub(tmp_path), machine(21))
    assert [(fit.entry.id, fit.precision) for fit in report.fits] == [
        (entry.id, precision) for entry in CATALOG for precision in OWN_PRECISIONS
    ]
    fits = {(fit.entry.id, fit.precision): fit for fit in report.fits}
    assert not fits["pygmalion-6b", "fp32"].fits
    assert fits["pygmalion-6b", "bf16"].fits
    assert fits["pygmalion-6b", "bf16"].download_bytes == 16_340_000_000
    assert fits["demo-neo", "fp32"].download_bytes == 0


@pytest.mark.parametrize(
    ("hardware", "sentence"),
    [
        (
            machine(21),
            "This machine could run Pygmalion 6B in 8bit: needs 8.1 GB, 21.0 GB are free; download 16.3 GB.",
        ),
        (
            machine(8.2),
            "This machine could run Pygmalion 6B in 8bit: needs 8.1 GB, 8.2 GB are free; download 16.3 GB.",
        ),
        (
            machine(6.5),
            "This machine could run Pygmalion 6B in 4bit: needs 6.0 GB, 6.5 GB are free; download 16.3 GB.",
        ),
        (
            machine(5),
            "This machine could run Pygmalion 2.7B in 8bit: needs 4.3 GB, 5.0 GB are free; download about 10.7 GB.",
        ),
        (
            machine(2),
            "This machine has 2.0 GB free; the smallest Pygmalion (Pygmalion 2.7B in 4bit) needs 3.3 GB.",
        ),
        (
            machine(2, free_vram=15),
            "This machine could run Pygmalion 6B in bf16: needs 13.0 GB, 15.0 GB are free; download 16.3 GB.",
        ),
    ],
)  # fmt: skip
def test_the_report_says_in_one_sentence_what_could_run(hardware: Hardware, sentence: str, tmp_path: Path) -> None:
    assert str(machine_report(Hub(tmp_path), hardware).sentence) == sentence


def test_what_is_in_the_cache_needs_no_download(tmp_path: Path) -> None:
    files = write_checkpoint(tmp_path / "files", "gptj")
    fill_cache(tmp_path / "cache", HubRepository("PygmalionAI/pygmalion-6b"), files)
    assert str(machine_report(Hub(tmp_path / "cache"), machine(21)).sentence).endswith("already downloaded.")


def test_looking_around_imports_nothing_heavy() -> None:
    program = (
        "import sys; from pyg_ui.engine.checkpoints.fitting import machine_report; "
        "import pyg_ui.engine.checkpoints.source, pyg_ui.engine.placement; machine_report(); "
        "sys.exit(bool({'torch', 'transformers', 'httpx2'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
