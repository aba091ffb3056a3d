"""The free memory of this machine and of its first GPU, now and over time, and whether bf16 is quick.

Asks the operating system and the driver, never torch, so that the page can say what would fit before torch is
imported.
"""

import contextlib
import ctypes
import mmap
import os
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

_CGROUP = Path("/sys/fs/cgroup")
_CPU_INFO = Path("/proc/cpuinfo")
_BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})
_DRIVER = "nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1"
MAX_SAMPLES = 240
"""How many samples a MemoryLog keeps."""
INTERVAL_S = 1.0
"""The least time between two samples."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """Free memory in bytes, and whether bf16 is quick."""

    free_ram: int
    free_vram: int | None
    """Of the GPU that torch would use first; None without a GPU."""
    has_fast_bf16: bool
    """Whether the processor multiplies bf16 in hardware."""


def probe_hardware() -> Hardware:
    """Ask the machine; takes a few milliseconds."""
    return Hardware(free_ram(), free_vram(), has_fast_bf16())


def free_ram(cgroup: Path = _CGROUP) -> int:
    """Bytes that can be used without swapping, within the container's limit if there is one."""
    available = int(psutil.virtual_memory().available)
    try:
        limit = int((cgroup / "memory.max").read_text())
        used = int((cgroup / "memory.current").read_text())
        statistics = dict(line.split() for line in (cgroup / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return available  # no container, or one without a limit ("max")
    reclaimable = int(statistics.get("inactive_file", 0))
    return max(0, min(available, limit - used + reclaimable))


def return_freed_memory() -> None:
    """Ask glibc, which keeps much of the freed memory, to return it to the system. Other C libraries are not asked."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def use_huge_pages(address: int, num_bytes: int) -> None:
    """Ask Linux for pages of 2 MB for memory that was just allocated.

    Large tensors are then read a quarter faster, and written across their rows in a third of the time. Memory that is
    touched becomes resident 2 MB at a time.
    """
    _advise(address, num_bytes, "MADV_HUGEPAGE")


def forget_pages(address: int, num_bytes: int) -> None:
    """Remove a mapped file's pages from this process's memory; they are read from the file again if needed."""
    _advise(address, num_bytes, "MADV_DONTNEED")


def _advise(address: int, num_bytes: int, advice: str) -> None:
    """Advise Linux about the whole pages of some memory. Does nothing on other systems."""
    first = address + -address % mmap.PAGESIZE
    num_bytes = (address + num_bytes - first) // mmap.PAGESIZE * mmap.PAGESIZE
    if sys.platform == "linux" and num_bytes > 0:
        ctypes.CDLL(None).madvise(ctypes.c_void_p(first), ctypes.c_size_t(num_bytes), getattr(mmap, advice))


def has_fast_bf16(cpu_info: Path = _CPU_INFO) -> bool:
    """Whether the processor has AVX512-BF16, AMX or ARM's bf16. False if that is unknown."""
    return not _BF16_FLAGS.isdisjoint(processor_features(cpu_info).split())


def processor_features(cpu_info: Path = _CPU_INFO) -> str:
    """The line of Linux's /proc/cpuinfo that lists what the processor can do; empty where there is none."""
    try:
        lines = cpu_info.read_text().splitlines()
    except OSError:
        return ""
    return next((line for line in lines if line.startswith(("flags", "Features"))), "")


def free_vram() -> int | None:
    """Free bytes of the first GPU that torch would see; None without an NVIDIA driver or a torch built for it."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    if visible in ("", "-1") or _is_torch_for_cpu_only():
        return None
    return _ask_driver(visible)


@dataclass(frozen=True, slots=True)
class MemorySample:
    """Bytes at one moment."""

    at: float
    """Seconds of the monotonic clock."""
    used: int
    """Of the processor's memory, by this process."""
    free: int
    """Of the processor's memory."""
    free_vram: int | None
    """Of the first GPU's; None where there is none."""


class MemoryLog:
    """How much memory this process takes over time. It looks only when it is asked. May be used from any thread."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._samples: deque[MemorySample] = deque(maxlen=MAX_SAMPLES)
        self._lock = threading.Lock()

    def look(self) -> tuple[MemorySample, ...]:
        """Take a sample, unless there is one of this second, and return all, oldest first."""
        with self._lock:
            now = time.monotonic()
            if not self._samples or now - self._samples[-1].at >= INTERVAL_S:
                used = int(self._process.memory_info().rss)
                self._samples.append(MemorySample(now, used, free_ram(), free_vram()))
            return tuple(self._samples)


class _Memory(ctypes.Structure):
    """NVML's nvmlMemory_t."""

    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


def _ask_driver(gpu: str) -> int | None:
    """Of the GPU with this number, or this identifier ("GPU-..." or "MIG-...")."""
    try:
        driver = ctypes.CDLL(_DRIVER)
    except OSError:
        return None
    if driver.nvmlInit_v2() != 0:
        return None
    try:
        device, memory = ctypes.c_void_p(), _Memory()
        if gpu.isdigit():
            found = driver.nvmlDeviceGetHandleByIndex_v2(int(gpu), ctypes.byref(device))
        else:
            found = driver.nvmlDeviceGetHandleByUUID(gpu.encode(), ctypes.byref(device))
        if found != 0:
            return None
        return int(memory.free) if driver.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory)) == 0 else None
    finally:
        driver.nvmlShutdown()


def _is_torch_for_cpu_only() -> bool:
    try:
        return metadata.version("torch").endswith("+cpu")
    except metadata.PackageNotFoundError:
        return True
