"""Our forward pass over transformers' small models, and what either says of a text."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from pyg_ui.engine.arithmetic import TORCHS_OWN, Arithmetic
from pyg_ui.engine.checkpoints.configuration import describe
from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache
from pyg_ui.engine.checkpoints.weight_cache.kept_products import NewProducts
from pyg_ui.engine.checkpoints.weights import StoredWeight
from pyg_ui.engine.compiled.bf16 import CompiledBf16Linear
from pyg_ui.engine.compiled.building import build, find_compiler
from pyg_ui.engine.compiled.int8 import CompiledInt8Linear
from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.decoding.decoder import Decoder, LoadedModel, finish
from pyg_ui.engine.decoding.native.assembly import Assembler, Numerics
from pyg_ui.engine.decoding.native.decoder import NativeDecoder, NativeModel
from pyg_ui.engine.decoding.native.transformer import Transformer


def transformer_of(
    model: Any, numerics: Numerics | None = None, device: str = "cpu", arithmetic: Arithmetic = TORCHS_OWN
) -> Transformer:
    """Our forward pass over the weights of one of transformers' models."""
    tied = dict(model.all_tied_weights_keys)
    weights = {
        name: StoredWeight(name, tuple(value.shape), value.dtype, value, is_mapped=False)
        for name, value in model.state_dict().items()
        if name not in tied
    }
    numerics = numerics or Numerics(torch.float32)
    products = NewProducts(WeightCache(Path(), enabled=False).writer("none"), arithmetic.make_int8)
    assembler = Assembler(weights, tied, numerics, torch.device(device), products, lambda num_bytes: None, arithmetic)
    return assembler.assemble(describe(model.config.to_dict()))


def native_decoder(model: Any, *, num_slots: int, numerics: Numerics | None = None) -> NativeDecoder:
    return NativeModel(transformer_of(model, numerics)).make_decoder(num_slots)


def compiled_decoder(
    model: Any, *, num_slots: int, numerics: Numerics | None = None, keeps_bf16: bool = False
) -> NativeDecoder:
    """One that computes with all compiled kernels that this processor has, whether they are quicker here or not."""
    kernels = compiled_kernels()
    arithmetic = Arithmetic(
        functools.partial(CompiledInt8Linear, kernels=kernels) if kernels.has_int8 else None,
        kernels.attend,
        multiply_bf16=kernels.multiply_bf16,
        make_bf16=functools.partial(CompiledBf16Linear, kernels=kernels) if kernels.has_bf16 else None,
        activate=kernels.activate,
    )
    transformer = transformer_of(model, numerics, arithmetic=arithmetic)
    return NativeModel(transformer, attend=kernels.attend, keeps_bf16=keeps_bf16).make_decoder(num_slots)


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
