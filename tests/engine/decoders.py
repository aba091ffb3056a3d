"""Our forward pass over transformers' small models, and what either says of a text."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.checkpoints.blueprint import Blueprint
from pyg_ui.engine.checkpoints.configuration import describe
from pyg_ui.engine.checkpoints.weight_cache.linears import QuantizedLinears
from pyg_ui.engine.checkpoints.weights import StoredCheckpoint, StoredWeight
from pyg_ui.engine.compiled.building import build, find_compiler
from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.decoding.decoder import Decoder, LoadedModel, finish
from pyg_ui.engine.decoding.native.assembly import Assembler, choose_numerics
from pyg_ui.engine.decoding.native.decoder import NativeDecoder, NativeModel
from pyg_ui.engine.decoding.native.kernels import ModelKernels
from pyg_ui.engine.decoding.native.transformer import Transformer
from pyg_ui.engine.linear import comparing
from pyg_ui.engine.precision import Precision


@functools.cache
def torchs_kernels(device: str = "cpu") -> ModelKernels:
    """What a small model computes with, measured once for all tests."""
    return ModelKernels(torch.device(device))


@functools.cache
def all_compiled_kernels() -> ModelKernels:
    """All compiled kernels that this processor has, whether they are quicker here or not."""
    kernels = ModelKernels(torch.device("cpu"), compiled_kernels())
    with mock.patch.object(comparing, "shortest_times", return_value=[1.0, 2.0]):
        for precision in (Precision.FP32, Precision.BF16, Precision.INT8, Precision.INT4):
            kernels.linears.format_for(precision)
        assert kernels.attention is not None
        assert kernels.attends_bf16
        assert kernels.activate is not None
    return kernels


def transformer_of(
    model: Any, precision: Precision = Precision.FP32, kernels: ModelKernels | None = None
) -> Transformer:
    """Our forward pass over the weights of one of transformers' models."""
    kernels = kernels or torchs_kernels()
    tied = dict(model.all_tied_weights_keys)
    weights = {
        name: StoredWeight(name, tuple(value.shape), value.dtype, value, is_mapped=False)
        for name, value in model.state_dict().items()
        if name not in tied
    }
    written = model.config.to_dict()
    checkpoint = StoredCheckpoint(Blueprint(describe(written), written), (), weights)
    numerics = choose_numerics(precision, kernels.device)
    assembler = Assembler(checkpoint, numerics, kernels, QuantizedLinears(kernels.linears), lambda num_bytes: None)
    return assembler.assemble()


def native_decoder(model: Any, *, num_slots: int, precision: Precision = Precision.FP32) -> NativeDecoder:
    return NativeModel(transformer_of(model, precision)).make_decoder(num_slots)


def compiled_decoder(
    model: Any, *, num_slots: int, precision: Precision = Precision.FP32, caches_bf16: bool = False
) -> NativeDecoder:
    """One that computes with all compiled kernels that this processor has, whether they are quicker here or not."""
    transformer = transformer_of(model, precision, all_compiled_kernels())
    return NativeModel(transformer, attention=compiled_kernels(), caches_bf16=caches_bf16).make_decoder(num_slots)


@functools.cache
def compiled_kernels() -> Kernels:
    """The kernels, compiled once for all tests. Skips the test where there is no compiler."""
    if find_compiler() is None:
        pytest.skip("there is no C++ compiler")
    with tempfile.TemporaryDirectory() as directory:
        return Kernels(build(Path(directory)))  # what is loaded may be removed


def padded_decoder(model: Any, *, num_slots: int) -> NativeDecoder:
    """One that decodes in passes of fixed shape, as on a GPU."""
    return NativeDecoder(NativeModel(transformer_of(model)), num_slots=num_slots, is_padded=True)


def prefill(decoder: Decoder, slot: int, token_ids: Sequence[int]) -> Tensor:
    """Append tokens to a slot in one go; the logits after the last one, (V)."""
    return finish(decoder.prefill_parts(slot, token_ids))


def logits_after(model: LoadedModel, token_ids: Sequence[int]) -> Tensor:
    """A loaded model's logits after the last token, (V)."""
    return prefill(model.make_decoder(1), 0, token_ids)


def relative_error(actual: Tensor, expected: Tensor) -> float:
    """How far two tensors are apart, as a part of the second one's size."""
    actual, expected = actual.double(), expected.double()
    return ((actual - expected).norm() / expected.norm()).item()


@contextlib.contextmanager
def threads(num_threads: int) -> Iterator[None]:
    """Compute with so many."""
    before = torch.get_num_threads()
    torch.set_num_threads(num_threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
