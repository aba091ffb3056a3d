"""What the machine says of itself."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from pyg_ui.engine import hardware
from pyg_ui.engine.hardware import free_ram, free_vram, has_fast_bf16, probe_hardware


def test_free_memory_is_what_the_system_says_outside_a_container(tmp_path: Path) -> None:
    assert 0 < free_ram(tmp_path) <= psutil.virtual_memory().total


def write_limit(cgroup: Path, limit: str) -> None:
    (cgroup / "memory.max").write_text(f"{limit}\n")
    (cgroup / "memory.current").write_text("700000\n")
    (cgroup / "memory.stat").write_text("anon 400000\ninactive_file 100000\n")


def test_a_containers_limit_counts(tmp_path: Path) -> None:
    write_limit(tmp_path, "1000000")
    assert free_ram(tmp_path) == 400_000


def test_a_container_without_a_limit_has_the_machines_memory(tmp_path: Path) -> None:
    write_limit(tmp_path, "max")
    assert free_ram(tmp_path) > 1_000_000


@pytest.mark.parametrize(
    ("line", "is_fast"),
    [
        ("flags\t\t: fpu avx2 avx512f avx512_bf16", True),
        ("flags\t\t: fpu avx2 amx_bf16 amx_tile", True),
        ("Features\t: fp asimd bf16", True),
        ("flags\t\t: fpu avx2", False),
        ("", False),
    ],
)
def test_quick_bf16_is_read_off_the_processors_flags(line: str, is_fast: bool, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{line}\n")
    assert has_fast_bf16(tmp_path / "cpuinfo") is is_fast
    assert not has_fast_bf16(tmp_path / "absent")


class PlayedDriver:
    """NVML on a machine with two GPUs."""

    def __getattr__(self, name: str) -> Callable[..., int]:
        return lambda *_: 0

    def nvmlDeviceGetHandleByIndex_v2(self, index: int, handle: Any) -> int:  # noqa: N802
        handle._obj.value = 1 + index
        return 0 if index < 2 else 6

    def nvmlDeviceGetHandleByUUID(self, name: bytes, handle: Any) -> int:  # noqa: N802
        handle._obj.value = {b"GPU-first": 1, b"GPU-second": 2}.get(name)
        return 0 if handle._obj.value else 6

    def nvmlDeviceGetMemoryInfo(self, device: Any, memory: Any) -> int:  # noqa: N802
        memory._obj.free = device.value * 10**9
        return 0


@pytest.mark.parametrize(
    ("visible", "free_gb"),
    [("0", 1), ("1,0", 2), ("GPU-second", 2), ("GPU-first,GPU-second", 1), ("7", None), ("GPU-no", None)],
)
def test_the_memory_is_that_of_the_first_gpu_that_torch_would_see(
    visible: str, free_gb: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    monkeypatch.setattr(hardware, "_is_torch_for_cpu_only", lambda: False)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: PlayedDriver())
    assert free_vram() == (None if free_gb is None else free_gb * 10**9)


def test_a_hidden_gpu_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for hidden in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
        assert free_vram() is None
        assert probe_hardware().free_vram is None
