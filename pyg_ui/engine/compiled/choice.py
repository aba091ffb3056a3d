"""Which of the compiled kernels compute correctly and more quickly than torch does on this machine."""

from __future__ import annotations

import dataclasses
import functools
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from pyg_ui.engine.arithmetic import TORCHS_OWN, Arithmetic
from pyg_ui.engine.checkpoints.architectures import Heads
from pyg_ui.engine.compiled.bf16 import CompiledBf16Linear
from pyg_ui.engine.compiled.building import BuildError, build
from pyg_ui.engine.compiled.int8 import CompiledInt8Linear
from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.decoding.native.attention import Attention, CompiledAttention, Segment, SlicedAttention
from pyg_ui.engine.decoding.native.slot_tensors import SlotShape, SlotTensors, in_blocks
from pyg_ui.engine.linear import Linear, Multiply, QuantizedWeight
from pyg_ui.engine.linear.dense import DenseLinear
from pyg_ui.engine.linear.dense_probe import choose_dense
from pyg_ui.engine.linear.int8 import Int8Linear
from pyg_ui.engine.linear.int8_kernels import FloatKernel, Int8Kernel
from pyg_ui.engine.linear.int8_probe import choose_int8, extremes, reply_cost
from pyg_ui.engine.linear.int8_rounding import quantize_int8
from pyg_ui.engine.linear.stopwatch import shortest_times

logger = logging.getLogger(__name__)

_BUDGET_S = 0.01
_LARGEST_ERROR, _LARGEST_BF16_ERROR = 1e-5, 1e-3
_KEPT = torch.float32, torch.bfloat16
_WIDTH, _FEW_ROWS, _MANY_ROWS, _OUTLIER = 2048, 32, 256, 60.0
_HEADS, _FILLED, _CHUNK, _CONTEXT, _WINDOW = Heads(16, 128), 700, 64, 1024, 256
"""What is computed to compare: parts of a layer of the smaller model."""


@functools.cache
def choose_arithmetic(directory: Path | None) -> Arithmetic:
    """What to compute with on the processor. The compiled library is kept in a directory; None compiles nothing.

    Takes three seconds the first time on a machine, and a third of one in later processes. Where anything fails, torch
    does it all.
    """
    if directory is None:
        return TORCHS_OWN
    try:
        return compare(_load(directory))
    except (BuildError, OSError, AttributeError, RuntimeError, ValueError) as error:
        logger.info("Nothing is compiled for this processor: %s", error)
        return TORCHS_OWN


def _load(directory: Path) -> Kernels:
    """The compiled kernels; a kept library that cannot be loaded, as after a loss of power, is compiled anew."""
    library = build(directory)
    try:
        return Kernels(library)
    except (OSError, AttributeError):
        library.unlink(missing_ok=True)
        return Kernels(build(directory))


@torch.inference_mode()
def compare(kernels: Kernels) -> Arithmetic:
    """Take from the kernels what is right and quicker here."""
    has_int8 = kernels.has_int8 and _is_int8_better(kernels)
    has_attention, has_bf16_attention = (_is_attention_better(kernels, dtype) for dtype in _KEPT)
    has_activation = _is_activation_better(kernels)
    is_bf16_right = _is_right(*_bf16_work(kernels), largest_error=_LARGEST_BF16_ERROR)
    multiply_bf16 = kernels.multiply_bf16 if is_bf16_right else None
    has_bf16 = kernels.has_bf16 and _is_bf16_better(kernels, multiply_bf16)
    logger.info(
        "Compiled: 8 bit %s, attention %s (in bf16 %s), bf16 %s, or widened %s, activation %s",
        has_int8, has_attention, has_bf16_attention, has_bf16, is_bf16_right, has_activation,
    )  # fmt: skip
    return Arithmetic(
        make_int8=functools.partial(CompiledInt8Linear, kernels=kernels) if has_int8 else None,
        attend=kernels.attend if has_attention else None,
        attends_bf16=has_attention and has_bf16_attention,
        multiply_bf16=multiply_bf16,  # choose_dense compares the times
        make_bf16=functools.partial(CompiledBf16Linear, kernels=kernels) if has_bf16 else None,
        activate=kernels.activate if has_activation else TORCHS_OWN.activate,
    )


Work = Callable[[], Tensor]


def _is_attention_better(kernels: Kernels, dtype: torch.dtype) -> bool:
    """Whether attention of one token and of many to keys and values of a type is right, and quicker over a reply as a
    whole than torch's to fp32."""
    decode, prefill = (_attention_work(kernels, dtype, num_tokens) for num_tokens in (1, _CHUNK))
    return _is_better(decode, prefill, largest_error=_LARGEST_ERROR)


def _is_bf16_better(kernels: Kernels, multiply_bf16: Multiply | None) -> bool:
    """Whether bf16 rows times packed weights are right, and quicker over a reply as a whole than the best other way."""
    weight, bias = _random(_WIDTH, _WIDTH).bfloat16(), _random(_WIDTH).bfloat16()
    others = DenseLinear(weight, bias, choose_dense(torch.bfloat16, multiply_bf16))
    linears = CompiledBf16Linear(weight, bias, kernels), others
    decode, prefill = (
        [functools.partial(linear, _random(num_rows, _WIDTH).bfloat16()) for linear in linears]
        for num_rows in (1, _FEW_ROWS)
    )
    return _is_better(decode, prefill, largest_error=_LARGEST_BF16_ERROR)


def _is_activation_better(kernels: Kernels) -> bool:
    """Whether it is right, and quicker over a reply as a whole."""
    activations = kernels.activate, TORCHS_OWN.activate
    decode, prefill = (
        [functools.partial(activate, _random(num_rows, _WIDTH)) for activate in activations]
        for num_rows in (1, _MANY_ROWS)
    )
    return _is_better(decode, prefill, largest_error=_LARGEST_ERROR)


def _is_better(decode: Sequence[Work], prefill: Sequence[Work], *, largest_error: float) -> bool:
    """Whether ours is right, and quicker; of each work the first is ours, the second torch's."""
    is_right = all(_is_right(*work, largest_error=largest_error) for work in (decode, prefill))
    return is_right and _is_quicker(decode, prefill)


def _is_quicker(decode: Sequence[Work], prefill: Sequence[Work]) -> bool:
    """Whether ours, the first, is quicker than torch's over a reply as a whole."""
    our_cost, torchs_cost = map(reply_cost, shortest_times(decode, _BUDGET_S), shortest_times(prefill, _BUDGET_S))
    return our_cost < torchs_cost


def _is_right(ours: Work, torchs: Work, *, largest_error: float) -> bool:
    expected = torchs().float()
    return bool((ours().float() - expected).norm() <= largest_error * expected.norm())


def _is_int8_better(kernels: Kernels) -> bool:
    """Whether it is exact for the largest values, of one row and of several, and quicker over a reply as a whole."""
    choice = choose_int8()
    extreme, largest_rows = extremes(is_paired=choice.is_paired)
    exact = [make(extreme) for make in _int8_makers(kernels, FloatKernel)]
    if not all(torch.equal(*(linear(rows) for linear in exact)) for rows in (largest_rows, largest_rows[:1])):
        return False
    weight = quantize_int8(_random(_WIDTH, _WIDTH), is_paired=choice.is_paired)
    ours, torchs = (make(weight) for make in _int8_makers(kernels, choice.best))
    one, many = _random(1, _WIDTH), _random(_FEW_ROWS, _WIDTH)
    with_outlier = many.clone()
    with_outlier[1, 5] = _OUTLIER
    if not all(torch.equal(ours(rows), torchs(rows)) for rows in (one, many, with_outlier)):
        return False
    decode, prefill = ([functools.partial(linear, rows) for linear in (ours, torchs)] for rows in (one, many))
    return _is_quicker(decode, prefill)


def _int8_makers(
    kernels: Kernels, torchs: type[Int8Kernel]
) -> tuple[Callable[[QuantizedWeight], Linear], Callable[[QuantizedWeight], Linear]]:
    return (
        lambda weight: CompiledInt8Linear(weight, _random(weight.shape[0]), kernels),
        lambda weight: Int8Linear(weight, _random(weight.shape[0]), torchs(weight)),
    )


def _attention_work(kernels: Kernels, dtype: torch.dtype, num_tokens: int) -> tuple[Work, Work]:
    """Of some tokens at once, with a window and without. A pass keeps what it kept before: it can be repeated."""
    shape = SlotShape(_HEADS, num_layers=1, context_length=_CONTEXT, dtype=torch.float32, device=torch.device("cpu"))
    slots = SlotTensors(shape, num_slots=1)
    blocked = SlotTensors(dataclasses.replace(shape, dtype=dtype, is_blocked=True), num_slots=1)
    both = slots.layers(0)[0].both  # (2, H, D, T)
    both.copy_(_random(*both.shape).bfloat16())  # which both types hold exactly
    blocked.layers(0)[0].both.copy_(in_blocks(both[..., :_CONTEXT]))
    projected = _random(num_tokens, 3, _HEADS.count, _HEADS.size).bfloat16().float()
    segments = [Segment(0, _FILLED, num_tokens)]

    def work(*attentions: Attention) -> Tensor:
        return torch.stack([attention(0, projected[:, 0], projected[:, 1:]) for attention in attentions])

    windows = (None, _WINDOW)
    ours = [CompiledAttention(blocked, (window,), segments, kernels.attend) for window in windows]
    torchs = [SlicedAttention(slots, (window,), segments) for window in windows]
    return functools.partial(work, *ours), functools.partial(work, *torchs)


def _bf16_work(kernels: Kernels) -> tuple[Work, Work]:
    rows, weight = _random(3, 512).bfloat16(), _random(99, 512).bfloat16()
    return (
        lambda: kernels.multiply_bf16(rows, weight, None).float(),
        lambda: (rows.float() @ weight.float().t()).bfloat16().float(),
    )


def _random(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))
