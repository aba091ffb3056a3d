"""How many words a second a model would write here, from the measured speed of reading."""

import sys
import threading
import time
from pathlib import Path

import pytest

from pyg_ui.engine.bandwidth import WORDS_PER_TOKEN, Bandwidth, gpu_bandwidth, measure_bandwidth, words_per_s
from pyg_ui.engine.catalog import CATALOG, find_entry
from pyg_ui.engine.placement import ModelSize
from pyg_ui.engine.precision import Precision

J7 = ModelSize(num_parameters=0, num_linear=12 * 7 * 4096**2, num_head=50_400 * 4096, is_tied=False, num_cached=0)
"""A quarter of the 6B."""


@pytest.mark.parametrize(
    ("size", "gigabytes_per_s", "measured_tokens_per_s"),
    # benchmarks/RESULTS.md: 41 to 53 GB/s on that machine.
    [("pygmalion-6b", 47, 7.5), ("pygmalion-2-7b", 49, 17.0), ("pygmalion-2-7b", 53, 16.0), (J7, 47, 28.3)],
)
def test_the_estimate_is_within_a_third_of_what_was_measured(
    size: str | ModelSize, gigabytes_per_s: float, measured_tokens_per_s: float
) -> None:
    if isinstance(size, str):
        entry = find_entry(size)
        assert entry is not None
        size = entry.size
    estimated = words_per_s(size, Precision.INT8, gigabytes_per_s * 1e9) / WORDS_PER_TOKEN
    assert estimated == pytest.approx(measured_tokens_per_s, rel=0.3)


def test_a_token_reads_the_weights_but_not_the_embeddings() -> None:
    size = ModelSize(num_parameters=1000, num_linear=600, num_head=200, is_tied=False, num_cached=0)
    assert size.token_bytes(Precision.INT8) == 800
    assert size.token_bytes(Precision.BF16) == 1600
    assert size.token_bytes(Precision.INT4) == 575
    assert all(entry.size.token_bytes(Precision.INT8) < entry.num_parameters for entry in CATALOG)


def test_reading_is_measured() -> None:
    assert 1e8 < measure_bandwidth(1) < 1e13


def test_the_best_measurement_is_kept_for_later_processes(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "bandwidth.json"
    assert Bandwidth(file).bytes_per_s is None
    assert Bandwidth(file, lambda threads: 4e9).measure() == 4e9
    later = Bandwidth(file, lambda threads: 3e9)
    assert later.bytes_per_s == 4e9
    assert later.measure() == 4e9
    file.write_text("[]")
    assert Bandwidth(file).bytes_per_s is None
    file.write_text('{"machine": "another", "bytes_per_s": 1}')
    assert Bandwidth(file).bytes_per_s is None


def test_it_is_measured_once_and_not_while_the_process_works(monkeypatch: pytest.MonkeyPatch) -> None:
    is_busy, measured = threading.Event(), []
    is_busy.set()
    monkeypatch.setattr("pyg_ui.engine.bandwidth._POLL_S", 0.01)
    monkeypatch.setattr("psutil.Process.cpu_percent", lambda self: 100.0 if is_busy.is_set() else 0.0)

    def measure(num_threads: int) -> float:
        measured.append(num_threads)
        return 5e9

    bandwidth = Bandwidth(None, measure)
    bandwidth.measure_when_quiet()
    bandwidth.measure_when_quiet()
    time.sleep(0.1)
    assert measured == []
    assert bandwidth.is_measuring
    is_busy.clear()
    while bandwidth.is_measuring:
        time.sleep(0.01)
    assert len(measured) == 1
    assert bandwidth.of("cpu") == 5e9


def test_a_gpu_is_known_by_its_clock_and_width(monkeypatch: pytest.MonkeyPatch) -> None:
    class Card:
        memory_clock_rate = 2_619_000
        memory_bus_width = 6144

    class Cuda:
        def is_available(self) -> bool:
            return True

        def get_device_properties(self, index: int) -> type[Card]:
            return Card

    class Torch:
        cuda = Cuda()

    monkeypatch.setitem(sys.modules, "torch", Torch())
    assert gpu_bandwidth() == pytest.approx(4.02e12, rel=0.01)
    assert Bandwidth(None).of("cuda") == gpu_bandwidth()
