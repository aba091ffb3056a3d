"""Loads models that our own forward pass computes. Quantised weights go through the weight cache."""

import torch

from pyg_ui.engine.checkpoints.progress import ByteProgress
from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache, source_key
from pyg_ui.engine.checkpoints.weight_cache.linears import quantized_linears
from pyg_ui.engine.checkpoints.weights import StoredCheckpoint
from pyg_ui.engine.compiled.kernels import HEAD_UNIT
from pyg_ui.engine.decoding.native.assembly import Assembler, Numerics
from pyg_ui.engine.decoding.native.decoder import NativeModel
from pyg_ui.engine.decoding.native.kernels import ModelKernels
from pyg_ui.engine.linear.contract import dtype_of
from pyg_ui.engine.model_status import ReportProgress
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import Message

_FUSION = "1"
"""Which weights are fused into one linear layer, under which name. Change it when that changes: it is part of the
weight cache's keys."""
_CACHES_BF16 = (Precision.BF16, Precision.INT8, Precision.INT4)
"""Precisions whose keys and values are rounded to bf16 where compiled attention reads that. The rounding is small
beside what these precisions round anyway."""


def assemble_model(
    checkpoint: StoredCheckpoint,
    precision: Precision,
    kernels: ModelKernels,
    weight_cache: WeightCache | None,
    report: ReportProgress,
) -> NativeModel:
    """The model with its weights, on the kernels' device. Quantised weights are kept in the cache, if there is one."""
    numerics = choose_numerics(precision, kernels.device)
    architecture = checkpoint.blueprint.architecture
    progress = ByteProgress(report, Message("Reading weights"), checkpoint.num_bytes)
    cache = weight_cache if precision.is_quantized else None
    key = source_key(checkpoint.files, _layout(numerics, kernels)) if cache else ""
    with quantized_linears(kernels.linears, cache, key) as linears:
        assembler = Assembler(checkpoint, numerics, kernels, linears, progress.add)
        transformer = assembler.assemble(architecture)
    attention = kernels.attention if architecture.heads.size % HEAD_UNIT == 0 else None
    caches_bf16 = attention is not None and precision in _CACHES_BF16 and kernels.attends_bf16
    progress.reach(checkpoint.num_bytes)  # of a tied weight that is stored twice, one copy is never read
    return NativeModel(transformer, tuple(linears.later), attention, caches_bf16=caches_bf16)


def _layout(numerics: Numerics, kernels: ModelKernels) -> str:
    """What is made of the files, in which format."""
    formats = (kernels.linears.format_for(precision) for precision in (numerics.precision, numerics.head))
    return " ".join([f"fused-{_FUSION}", *map(str, formats)])


def choose_numerics(precision: Precision, device: torch.device) -> Numerics:
    """In which types a model of a precision is kept and computes on a device."""
    if not precision.is_quantized:
        return Numerics(dtype_of(precision), precision)
    # On a processor quantised linear layers take and give fp32.
    dtype = torch.float32 if device.type == "cpu" else torch.bfloat16 if has_gpu_bf16() else torch.float16
    return Numerics(dtype, precision)


def has_gpu_bf16() -> bool:
    """Whether the GPU multiplies bf16 in hardware."""
    return torch.cuda.get_device_capability() >= (8, 0)
