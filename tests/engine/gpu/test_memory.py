"""What is counted as free on a GPU, and what failures leave."""

from __future__ import annotations

import weakref
from typing import Any

import pytest
import torch

from pyg_ui.engine.decoding import room
from pyg_ui.engine.decoding.room import make_decoder
from pyg_ui.engine.gpu.memory import GpuMemory, frees_what_failed, gpu_memory
from pyg_ui.engine.gpu.pacing import paced
from pyg_ui.errors import CheckpointError

DEVICE = torch.device("cuda", 0)


def test_what_torch_keeps_of_freed_tensors_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [300]
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: kept.__setitem__(0, 20))
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 1000)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 1000 + kept[0])
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (5000 - kept[0], 10_000))
    assert gpu_memory(DEVICE) == GpuMemory(free=5000, held=1000)


def test_what_fails_frees_what_it_had_begun_with_although_the_error_is_kept() -> None:
    tensors: list[weakref.ref[torch.Tensor]] = []

    def read() -> None:
        weight = torch.zeros(8)
        tensors.append(weakref.ref(weight))
        raise ValueError("broken")

    @frees_what_failed
    def load() -> None:
        half = torch.zeros(8)
        tensors.append(weakref.ref(half))
        try:
            read()
        except ValueError as error:
            raise CheckpointError("It is broken.") from error

    errors: list[BaseException] = []
    try:
        load()
    except CheckpointError as error:
        errors.append(error)
    assert errors
    assert [tensor() for tensor in tensors] == [None, None]


class TightModel:
    """A model beside which the GPU holds only so many slots."""

    device = DEVICE
    slot_bytes = 100
    later = ()
    drafts_pay = False

    def __init__(self, room: int) -> None:
        self.room = room
        self.tried: list[int] = []

    def make_decoder(self, num_slots: int) -> Any:
        self.tried.append(num_slots)
        if num_slots > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return num_slots


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "gpu_memory", lambda device: GpuMemory(free=10_000, held=0))


@pytest.mark.usefixtures("roomy")
def test_a_decoder_that_does_not_fit_is_made_with_fewer_slots() -> None:
    model = TightModel(room=3)
    assert make_decoder(model) == 2
    assert model.tried == [8, 4, 2]


@pytest.mark.usefixtures("roomy")
def test_a_model_beside_which_no_chat_fits_is_refused_with_a_reason() -> None:
    with pytest.raises(CheckpointError, match="no chat fits"):
        make_decoder(TightModel(room=0))


def test_of_a_computation_in_parts_few_are_queued_on_the_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done = [], []

    class Event:
        def record(self) -> None:
            self.part = len(begun)

        def synchronize(self) -> None:
            done.append(self.part)

    def compute() -> Any:
        for part in range(6):
            begun.append(part)
            yield
        return torch.ones(1)

    monkeypatch.setattr(torch.cuda, "Event", Event)
    for _ in paced(compute()):
        assert len(begun) - len(done) <= 2
    assert done == [1, 2, 3, 4]
