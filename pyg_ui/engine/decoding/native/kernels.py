"""Chooses what a model computes with: its linear layers, its attention and its activation.

A load uses one ModelKernels; nothing else carries such choices. The loader has a KernelChooser, which keeps them, so
that a later load need not measure again.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from pyg_ui.engine.checkpoints.architectures import Heads
from pyg_ui.engine.compiled.kernels import Kernels, load_kernels
from pyg_ui.engine.decoding.native.attention import Attention, CompiledAttention, Segment, SlicedAttention
from pyg_ui.engine.decoding.native.slot_tensors import SlotShape, SlotTensors, in_blocks
from pyg_ui.engine.decoding.native.transformer import Activation, gelu_new
from pyg_ui.engine.linear.comparing import choose_compiled, is_better, random_values
from pyg_ui.engine.linear.maker import LinearMaker

_LARGEST_ERROR = 1e-5
_WIDTH, _MANY_ROWS = 2048, 256
_HEADS, _FILLED, _CHUNK, _CONTEXT, _WINDOW = Heads(16, 128), 700, 64, 1024, 256
"""The shapes that are compared: parts of a layer of Pygmalion 2.7B."""


class KernelChooser:
    """Makes ModelKernels and remembers them. Used by one load at a time."""

    def __init__(self, compiled_directory: Path | None = None) -> None:
        """Compiled kernels are kept in the directory; None compiles nothing."""
        self._directory = compiled_directory
        self._chosen: dict[tuple[str, bool], ModelKernels] = {}

    def choose(self, device: torch.device, *, is_small: bool) -> "ModelKernels":
        """For a model on a device. Only large models on a processor use compiled kernels.

        Compiling takes three seconds the first time on a machine.
        """
        may_compile = device.type == "cpu" and not is_small
        key = device.type, may_compile
        if key not in self._chosen:
            self._chosen[key] = ModelKernels(device, load_kernels(self._directory) if may_compile else None)
        return self._chosen[key]


class ModelKernels:
    """What one model computes with. Each choice is measured when it is first asked for."""

    def __init__(self, device: torch.device, compiled: Kernels | None = None) -> None:
        self.device = device
        self.linears = LinearMaker(device, compiled)
        self._compiled = compiled

    @cached_property
    def attention(self) -> Kernels | None:
        """The kernels with compiled attention; None where torch's operators compute it."""
        return choose_compiled("attention", self._compiled, lambda found: _is_attention_better(found, torch.float32))

    @cached_property
    def attends_bf16(self) -> bool:
        """Whether compiled attention also reads a cache of bf16, quicker than torch's attention reads one of fp32."""
        compare = functools.partial(_is_attention_better, dtype=torch.bfloat16)
        return choose_compiled("attention to bf16", self.attention, compare) is not None

    @cached_property
    def activate(self) -> Activation:
        """The usual activation, of fp32."""
        better = choose_compiled("activation", self._compiled, _is_activation_better)
        return better.activate if better else gelu_new


def _is_activation_better(kernels: Kernels) -> bool:
    return is_better(kernels.activate, gelu_new, random_values(_MANY_ROWS, _WIDTH), largest_error=_LARGEST_ERROR)


def _is_attention_better(kernels: Kernels, dtype: torch.dtype) -> bool:
    """Whether attention of one token and of many, to a cache of a type, is correct and quicker than torch's to fp32.

    With a window and without. Each pass stores the same keys and values, so that it can be repeated.
    """
    shape = SlotShape(_HEADS, num_layers=1, context_length=_CONTEXT, dtype=torch.float32, device=torch.device("cpu"))
    slots = SlotTensors(shape, num_slots=1)
    blocked = SlotTensors(dataclasses.replace(shape, dtype=dtype, is_blocked=True), num_slots=1)
    both = slots.layers(0)[0].both  # (2, H, D, T)
    both.copy_(random_values(*both.shape).bfloat16())  # values that both types represent exactly
    blocked.layers(0)[0].both.copy_(in_blocks(both[..., :_CONTEXT]))
    projected = random_values(_CHUNK, 3, _HEADS.count, _HEADS.size).bfloat16().float()
    ours = _attention_of(functools.partial(CompiledAttention, blocked, kernels=kernels))
    torchs = _attention_of(functools.partial(SlicedAttention, slots))
    return is_better(ours, torchs, projected, largest_error=_LARGEST_ERROR)


def _attention_of(make: Callable[[Sequence[int | None], Sequence[Segment]], Attention]) -> Callable[[Tensor], Tensor]:
    """Attention without a window and with one, from one or _CHUNK rows of queries, keys and values, (M, 3, H, D)."""
    made = {
        num_tokens: [make((window,), [Segment(0, _FILLED, num_tokens)]) for window in (None, _WINDOW)]
        for num_tokens in (1, _CHUNK)
    }
    return lambda rows: torch.stack([attention(0, rows[:, 0], rows[:, 1:]) for attention in made[len(rows)]])
