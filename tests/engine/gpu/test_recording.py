"""Recording on a GPU that is played: what a failure must leave behind."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from pyg_ui.engine.gpu.memory import GPU_LOCK
from pyg_ui.engine.gpu.recording import Recorder

DEVICE = torch.device("cuda", 0)


class PlayedGpu:
    """Behaves as torch's graphs do: a capture that fails at its end leaves its memory open."""

    def __init__(self) -> None:
        self.streams = ["default"]
        self.open: set[int] = set()
        self.num_handles = 0
        self.fails_at_end = False
        self.modes: list[str] = []

    def new_handle(self) -> int:
        self.num_handles += 1
        return self.num_handles

    @contextlib.contextmanager
    def use(self, stream: str) -> Iterator[None]:
        self.streams.append(stream)
        try:
            yield
        finally:
            self.streams.pop()

    def end_allocation(self, device: int, handle: int) -> None:
        if handle not in self.open:
            raise RuntimeError("not allocating to it")
        self.open.discard(handle)

    def make_graph(self) -> PlayedGraph:
        return PlayedGraph(self)


class PlayedGraph:
    def __init__(self, gpu: PlayedGpu) -> None:
        self._gpu = gpu
        self.num_replays = 0

    def capture_begin(self, pool: int, capture_error_mode: str) -> None:
        assert pool not in self._gpu.open, "already recording"
        self._gpu.open.add(pool)
        self._gpu.modes.append(capture_error_mode)
        self._pool = pool

    def capture_end(self) -> None:
        if self._gpu.fails_at_end:
            raise RuntimeError("operation failed due to a previous error during capture")
        self._gpu.open.discard(self._pool)

    def replay(self) -> None:
        self.num_replays += 1


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> PlayedGpu:
    played = PlayedGpu()
    for name, value in {
        "CUDAGraph": played.make_graph,
        "Stream": lambda device: "own",
        "stream": played.use,
        "graph_pool_handle": played.new_handle,
        "synchronize": lambda device: None,
        "empty_cache": lambda: None,
    }.items():
        monkeypatch.setattr(torch.cuda, name, value)
    monkeypatch.setattr(torch._C, "_cuda_endAllocateToPool", played.end_allocation, raising=False)
    return played


def test_a_pass_is_recorded_on_a_stream_of_its_own_and_only_its_thread_can_spoil_it(gpu: PlayedGpu) -> None:
    seen: list[str] = []

    def compute() -> torch.Tensor:
        seen.append(gpu.streams[-1])
        return torch.ones(2)

    replay = Recorder(DEVICE).record(compute)
    assert replay is not None
    assert seen == ["own"]
    assert gpu.modes == ["thread_local"]
    assert gpu.streams == ["default"]
    assert torch.equal(replay(), torch.ones(2))
    assert seen == ["own"], "a replay computes nothing by itself"


@pytest.mark.parametrize("fails_at_end", [True, False])
def test_a_recording_that_fails_leaves_nothing_behind(gpu: PlayedGpu, fails_at_end: bool) -> None:
    def fail() -> torch.Tensor:
        raise RuntimeError("operation not permitted when stream is capturing")

    recorder = Recorder(DEVICE)
    gpu.fails_at_end = fails_at_end
    assert recorder.record((lambda: torch.ones(1)) if fails_at_end else fail) is None
    gpu.fails_at_end = False
    assert gpu.streams == ["default"]
    assert not gpu.open
    assert recorder.record(lambda: torch.ones(1)) is not None


def test_memory_that_runs_out_while_recording_is_no_failure_of_recording(gpu: PlayedGpu) -> None:
    def run_out() -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.OutOfMemoryError):
        Recorder(DEVICE).record(run_out)
    assert not gpu.open


def test_nobody_returns_memory_while_a_graph_is_recorded(gpu: PlayedGpu) -> None:
    def is_free() -> torch.Tensor:
        got: list[bool] = []
        thread = threading.Thread(target=lambda: got.append(GPU_LOCK.acquire(blocking=False)))
        thread.start()
        thread.join()
        return torch.tensor(got)

    replay = Recorder(DEVICE).record(is_free)
    assert replay is not None
    assert not replay().item()
