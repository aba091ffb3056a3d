"""The types that a GPU's operators take, for every type a model is stored and computed in.

The forward pass runs on the processor with the linear layers of GPUs. Each operator is held to what CUDA takes: a
layer norm and a matmul of one type only.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from pyg_ui.engine.checkpoints.blueprint import Blueprint
from pyg_ui.engine.checkpoints.configuration import describe
from pyg_ui.engine.checkpoints.weight_cache.linears import QuantizedLinears
from pyg_ui.engine.checkpoints.weights import StoredCheckpoint, StoredWeight
from pyg_ui.engine.decoding.native.assembly import Assembler, Numerics
from pyg_ui.engine.decoding.native.decoder import NativeDecoder, NativeModel
from pyg_ui.engine.decoding.native.kernels import ModelKernels
from pyg_ui.engine.linear import maker
from pyg_ui.engine.linear.dense_scheme import DenseScheme
from pyg_ui.engine.linear.gpu import weight_only
from pyg_ui.engine.precision import Precision
from tests.checkpoints import ARCHITECTURES, tiny_model
from tests.engine.decoders import native_decoder, prefill, relative_error
from tests.engine.local_engines import random_ids

COMPUTED = (torch.float16, torch.bfloat16)
PAIRS = list(itertools.product(COMPUTED, (torch.float16, torch.bfloat16, torch.float32)))
ONE_TYPE_ONLY = ("layer_norm", "native_layer_norm", "linear", "mm", "addmm", "bmm", "baddbmm")


class CudaRules(TorchDispatchMode):
    """Refuses operands that CUDA refuses, and what computes in fp64."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.overloadpacket.__name__
        self.counts[name] += 1
        operands = [leaf for leaf in tree_leaves(args) if isinstance(leaf, torch.Tensor)]
        if name in ONE_TYPE_ONLY:
            found = {operand.dtype for operand in operands}
            assert len(found) == 1, f"{name} is given {found}"
        result = func(*args, **(kwargs or {}))
        assert not any(isinstance(leaf, torch.Tensor) and leaf.dtype == torch.float64 for leaf in tree_leaves(result))
        return result


@pytest.fixture
def gpu_linears(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let models on the processor have the linear layers of GPUs."""
    monkeypatch.setattr(weight_only, "choose_multiply", lambda *_: weight_only.multiply_widened)
    schemes: dict[Any, Any] = dict(maker.SCHEMES)
    schemes["cpu", Precision.INT8] = weight_only.WeightOnlyScheme
    schemes["cpu", Precision.BF16] = schemes["cpu", Precision.FP16] = PlainScheme
    monkeypatch.setattr(maker, "SCHEMES", schemes)


class PlainScheme(DenseScheme):
    """torch's matmul, as on a GPU, whatever this processor is quicker with."""

    def make(self, weight: torch.Tensor, bias: torch.Tensor | None, *, is_shared: bool) -> Any:
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, dtype=weight.dtype)
        linear.weight.data = weight
        if bias is not None:
            linear.bias.data = bias
        return linear.requires_grad_(False)


def gpu_decoder(model: Any, precision: Precision, computed: torch.dtype, stored: torch.dtype) -> NativeDecoder:
    tied = dict(model.all_tied_weights_keys)
    weights = {
        name: StoredWeight(name, tuple(value.shape), stored, value.to(stored), is_mapped=False)
        for name, value in model.state_dict().items()
        if name not in tied
    }
    written = model.config.to_dict()
    checkpoint = StoredCheckpoint(Blueprint(describe(written), written), (), weights)
    kernels = ModelKernels(torch.device("cpu"))
    assembler = Assembler(
        checkpoint, Numerics(computed, precision), kernels, QuantizedLinears(kernels.linears), lambda num_bytes: None
    )
    return NativeDecoder(NativeModel(assembler.assemble()), num_slots=2, is_padded=True)


@pytest.mark.usefixtures("gpu_linears")
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("computed", "stored"), PAIRS, ids=str)
@pytest.mark.parametrize("is_quantized", [True, False])
def test_every_operator_gets_what_it_takes(
    architecture: str, computed: torch.dtype, stored: torch.dtype, is_quantized: bool
) -> None:
    plain = Precision.FP16 if computed == torch.float16 else Precision.BF16
    model, ids = tiny_model(architecture), random_ids(12)
    decoder = gpu_decoder(model, Precision.INT8 if is_quantized else plain, computed, stored)
    with CudaRules() as rules:
        prefill(decoder, 0, ids[:10])
        logits = decoder.decode([0], ids[10:11])
    assert rules.counts["layer_norm"] + rules.counts["native_layer_norm"] > 2
    exact = native_decoder(model, num_slots=1)
    assert relative_error(logits[0], prefill(exact, 0, ids[:11])) < 0.05


@pytest.mark.usefixtures("gpu_linears")
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_fp16_holds_what_leaves_its_range_between_layers(architecture: str) -> None:
    model, ids = tiny_model(architecture), random_ids(12)
    for layer in model.transformer.h:
        out = layer.mlp.fc_out if architecture == "gptj" else layer.mlp.c_proj
        out.bias.data[0] = 4e4  # two layers of this exceed 65,504
    decoder = gpu_decoder(model, Precision.FP16, torch.float16, torch.float32)
    assert torch.isfinite(prefill(decoder, 0, ids)).all()
