"""A GPU's memory, as this process can use it. Does nothing where torch has not begun to use a GPU."""

import functools
import gc
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import torch

P = ParamSpec("P")
ResultT = TypeVar("ResultT")
GPU_LOCK = threading.RLock()
"""Held while a graph is recorded, and for calls that wait for the whole GPU or return its memory: a recording on
another thread would be spoiled by them."""


@dataclass(frozen=True, slots=True)
class GpuMemory:
    """Bytes of a GPU."""

    free: int
    """What a tensor of this process could take."""
    held: int
    """What tensors of this process take, so those of other models."""


def gpu_memory(device: torch.device) -> GpuMemory:
    """Count the memory, after torch has returned what it keeps of freed tensors."""
    with GPU_LOCK:
        torch.cuda.empty_cache()
        free = torch.cuda.mem_get_info(device)[0]
        held = torch.cuda.memory_allocated(device)
        reserved = torch.cuda.memory_reserved(device)
    return GpuMemory(free + reserved - held, held)


def return_gpu_memory() -> None:
    """Return what torch keeps of freed tensors to the driver."""
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        with GPU_LOCK:
            torch.cuda.empty_cache()


def frees_what_failed(function: Callable[P, ResultT]) -> Callable[P, ResultT]:
    """A function that leaves no memory taken if it fails, though the error keeps what it had begun with."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> ResultT:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            drop_what_failed(error)
            raise

    return call


def drop_what_failed(error: BaseException) -> None:
    """Free what the functions hold that an error has ended, so that a model that was half loaded takes no memory."""
    cause: BaseException | None = error
    while cause is not None:
        traceback.clear_frames(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__
    gc.collect()
    return_gpu_memory()
