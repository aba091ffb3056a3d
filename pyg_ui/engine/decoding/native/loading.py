"""Models that our own forward pass computes: in which types, and through the cache where they are quantised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from pyg_ui.engine.arithmetic import TORCHS_OWN, Arithmetic
from pyg_ui.engine.checkpoints.blueprint import Blueprint
from pyg_ui.engine.checkpoints.progress import ByteProgress
from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache, source_key
from pyg_ui.engine.checkpoints.weight_cache.kept_products import kept_products
from pyg_ui.engine.checkpoints.weights import StoredWeight, dtype_of
from pyg_ui.engine.decoding.native.assembly import Assembler, Numerics
from pyg_ui.engine.decoding.native.attention import COMPILED_HEAD_UNIT
from pyg_ui.engine.decoding.native.decoder import NativeModel
from pyg_ui.engine.linear import LinearKind, weight_format
from pyg_ui.engine.model_status import ReportProgress
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import Message

_FUSION = "1"
"""Which weights make one product, under which name. Kept products are named after it: change it with them."""

_KEPT_IN_BF16 = (Precision.BF16, Precision.INT8, Precision.INT4)
"""Whose keys and values are kept in bf16 on a processor that reads it quickly: what that rounds is little beside what
these precisions round anyway."""


def assemble_model(
    blueprint: Blueprint,
    weights: Mapping[str, StoredWeight],
    files: Sequence[Path],
    precision: Precision,
    device: torch.device,
    weight_cache: WeightCache | None,
    report: ReportProgress,
    arithmetic: Arithmetic = TORCHS_OWN,
) -> NativeModel:
    """The model with its weights, which come from `files`; what is quantised is kept in the cache, if there is one.

    On a processor it computes with `arithmetic`.
    """
    arithmetic = arithmetic if device.type == "cpu" else TORCHS_OWN
    numerics = choose_numerics(precision, device)
    total = sum(weight.num_bytes for weight in weights.values())
    progress = ByteProgress(report, Message("Reading weights"), total)
    if weight_cache is None or numerics.products is LinearKind.DENSE:
        weight_cache, key = WeightCache(Path(), enabled=False), ""
    else:
        key = source_key(files, _layout(numerics, device))
    with kept_products(weight_cache, key, device, arithmetic.make_int8) as products:
        assembler = Assembler(weights, blueprint.tied, numerics, device, products, progress.add, arithmetic)
        transformer = assembler.assemble(blueprint.architecture)
        fits = blueprint.architecture.heads.size % COMPILED_HEAD_UNIT == 0
        attend = arithmetic.attend if fits else None
        keeps_bf16 = attend is not None and arithmetic.attends_bf16 and precision in _KEPT_IN_BF16
        model = NativeModel(transformer, tuple(products.later), attend, keeps_bf16=keeps_bf16)
    progress.reach(total)  # of a tied weight that is stored twice, one copy is never read
    return model


def _layout(numerics: Numerics, device: torch.device) -> str:
    """What was made of the files, in which format."""
    return f"fused-{_FUSION} {weight_format(numerics.products, device)} {weight_format(numerics.head, device)}"


def choose_numerics(precision: Precision, device: torch.device) -> Numerics:
    """In which types a model of a precision is kept and computes on a device."""
    if not precision.is_quantized:
        return Numerics(dtype_of(precision))
    # On a processor the quantised products take and give fp32. An output layer of 4 bits would err too much.
    dtype = torch.float32 if device.type == "cpu" else torch.bfloat16 if has_gpu_bf16() else torch.float16
    return Numerics(dtype, products=LinearKind(precision), head=LinearKind.INT8)


def has_gpu_bf16() -> bool:
    """Whether the GPU multiplies bf16 in hardware."""
    return torch.cuda.get_device_capability() >= (8, 0)
