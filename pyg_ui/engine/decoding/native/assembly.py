"""Builds the forward pass from a checkpoint's weights: linear layers are read one by one, fused and packed.

Quantised weights go through the weight cache. Never more than one linear layer is in memory beside what is finished,
so a load's peak is near the model's own size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pyg_ui.engine.checkpoints.architectures import LayerNames
from pyg_ui.engine.checkpoints.configuration import USUAL_ACTIVATION
from pyg_ui.engine.checkpoints.progress import ByteProgress
from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache, source_key
from pyg_ui.engine.checkpoints.weight_cache.linears import QuantizedLinears, quantized_linears
from pyg_ui.engine.checkpoints.weights import StoredCheckpoint, StoredWeight
from pyg_ui.engine.compiled.kernels import HEAD_UNIT
from pyg_ui.engine.decoding.native.decoder import NativeModel
from pyg_ui.engine.decoding.native.kernels import ModelKernels
from pyg_ui.engine.decoding.native.transformer import (
    Activation,
    Layer,
    Norm,
    ParallelLayer,
    SequentialLayer,
    Transformer,
    gelu_new,
)
from pyg_ui.engine.hardware import return_freed_memory
from pyg_ui.engine.linear.contract import Linear, WeightFormat, dtype_of
from pyg_ui.engine.model_status import ReportProgress
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import Message

_FUSION = "1"
"""Which weights are fused into one linear layer, under which name. Change it when that changes: it is part of the
weight cache's keys."""
_CACHES_BF16 = (Precision.BF16, Precision.INT8, Precision.INT4)
"""Precisions whose keys and values are rounded to bf16 where compiled attention reads that. The rounding is small
beside what these precisions round anyway."""

_ADDS_ROWS = (WeightFormat.INT8, WeightFormat.INT8_PAIRED, WeightFormat.INT4_BLOCKS)
"""Formats in which a few more rows cost a processor little, and each is the same to the bit as alone. In fp32 a row
takes a fifth of a step, in bf16 and by torch's 4-bit operator more than a whole one. On GPUs it was not measured."""


@dataclass(frozen=True, slots=True)
class Numerics:
    """In which types a model is kept and computes."""

    dtype: torch.dtype
    """Of what linear layers take and give, and of everything that is not quantised."""
    precision: Precision
    """Of the linear layers, but for the output layer."""

    @property
    def stream(self) -> torch.dtype:
        """Of the residual stream, whose largest values leave the range of fp16."""
        return torch.float32 if self.dtype == torch.float16 else self.dtype

    @property
    def head(self) -> Precision:
        """Of the output layer: 4 bits would make too large an error there."""
        return Precision.INT8 if self.precision.is_quantized else self.precision


def assemble_model(
    checkpoint: StoredCheckpoint,
    precision: Precision,
    kernels: ModelKernels,
    weight_cache: WeightCache | None,
    report: ReportProgress,
) -> NativeModel:
    """The model with its weights, on the kernels' device. Quantised weights are kept in the cache, if there is one."""
    numerics = choose_numerics(precision, kernels.device)
    progress = ByteProgress(report, Message("Reading weights"), checkpoint.num_bytes)
    cache = weight_cache if precision.is_quantized else None
    formats = [kernels.linears.format_for(made) for made in (numerics.precision, numerics.head)]
    key = source_key(checkpoint.files, f"fused-{_FUSION} {formats[0]} {formats[1]}") if cache else ""
    with quantized_linears(kernels.linears, cache, key) as linears:
        transformer = Assembler(checkpoint, numerics, kernels, linears, progress.add).assemble()
    attention = kernels.attention if checkpoint.blueprint.architecture.heads.size % HEAD_UNIT == 0 else None
    caches_bf16 = attention is not None and precision in _CACHES_BF16 and kernels.attends_bf16
    progress.reach(checkpoint.num_bytes)  # of a tied weight that is stored twice, one copy is never read
    drafts_pay = kernels.device.type == "cpu" and formats[0] in _ADDS_ROWS
    return NativeModel(transformer, tuple(linears.later), attention, caches_bf16=caches_bf16, drafts_pay=drafts_pay)


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


class Assembler:
    """Builds one model from weights that were matched against its architecture."""

    def __init__(
        self,
        checkpoint: StoredCheckpoint,
        numerics: Numerics,
        kernels: ModelKernels,
        linears: QuantizedLinears,
        count_bytes: Callable[[int], None],
    ) -> None:
        """`linears` makes the linear layers that are quantised, `kernels` all others.

        `count_bytes` is told the size of each weight, as stored, once it was read or found not to be needed.
        """
        self._architecture = checkpoint.blueprint.architecture
        self._weights, self._tied = checkpoint.weights, checkpoint.blueprint.tied
        self._numerics, self._kernels, self._linears = numerics, kernels, linears
        self._count_bytes = count_bytes
        self._counted: set[str] = set()

    def assemble(self) -> Transformer:
        """Read everything, in the order of the forward pass."""
        architecture = self._architecture
        tokens = self._table(architecture.tokens)
        positions = self._table(architecture.positions) if architecture.positions else None
        layers = []
        for index, names in enumerate(architecture.layers):
            layers.append(self._layer(index, names))
            return_freed_memory()  # of what was quantised; a C library that keeps it would double the peak
        return Transformer(
            architecture,
            dtype=self._numerics.dtype,
            tokens=tokens,
            positions=positions,
            layers=layers,
            final_norm=self._norm(architecture.final_norm),
            head=self._head(architecture.head, tokens),
        )

    def _layer(self, index: int, names: LayerNames) -> Layer:
        activation = self._activation()
        norm = self._norm(names.attention_norm)
        attention = (names.queries, names.keys, names.values)
        if names.mlp_norm is None:
            return ParallelLayer(
                index=index,
                norm=norm,
                joint_in=self._linear(*attention, names.mlp_in),
                attention_width=3 * self._architecture.heads.width,
                attention_out=self._linear(names.attention_out),
                mlp_out=self._linear(names.mlp_out),
                activation=activation,
            )
        return SequentialLayer(
            index=index,
            attention_norm=norm,
            attention_in=self._linear(*attention),
            attention_out=self._linear(names.attention_out),
            mlp_norm=self._norm(names.mlp_norm),
            mlp_in=self._linear(names.mlp_in),
            mlp_out=self._linear(names.mlp_out),
            activation=activation,
        )

    def _activation(self) -> Activation:
        name = self._architecture.activation
        if name == USUAL_ACTIVATION:
            return self._kernels.activate if self._numerics.dtype == torch.float32 else gelu_new
        from transformers.activations import ACT2FN

        activation: Activation = ACT2FN[name]
        return activation

    def _norm(self, name: str) -> Norm:
        weight, bias = (self._read(f"{name}.{part}", self._numerics.stream) for part in ("weight", "bias"))
        return Norm(weight, bias, self._architecture.norm_epsilon, self._numerics.dtype)

    def _table(self, name: str) -> Tensor:
        precision = self._numerics.precision
        dtype = self._type_of(self._stored(f"{name}.weight"), precision)
        is_narrowed = precision.is_quantized and dtype == torch.float32
        return self._read(f"{name}.weight", torch.bfloat16 if is_narrowed else dtype)

    def _head(self, name: str, tokens: Tensor) -> Linear:
        precision, weight = self._numerics.head, f"{name}.weight"
        is_shared = weight in self._tied and tokens.dtype == self._type_of(self._stored(weight), precision)
        return self._linear(name, precision=precision, shared=tokens if is_shared else None)

    def _linear(self, *names: str, precision: Precision | None = None, shared: Tensor | None = None) -> Linear:
        """One linear layer that computes those of all names, one after another in its outputs.

        A `shared` weight was read before and stays in use elsewhere.
        """
        precision = precision or self._numerics.precision
        stored = [self._stored(f"{name}.weight") for name in names]
        bias = self._bias(names)

        def read() -> Tensor:
            return self._fused(stored, precision) if shared is None else shared

        maker = self._kernels.linears
        if maker.format_for(precision) is None:
            return maker.make(read(), bias, precision, is_shared=shared is not None)
        shape = sum(weight.shape[0] for weight in stored), stored[0].shape[1]
        linear = self._linears.make(names[0], shape, precision, read, bias)
        for weight in stored:
            self._count(weight)
        return linear

    def _fused(self, stored: Sequence[StoredWeight], precision: Precision) -> Tensor:
        sizes = [weight.shape[0] for weight in stored]
        dtype = self._type_of(stored[0], precision)
        fused = torch.empty(sum(sizes), stored[0].shape[1], dtype=dtype, device=self._kernels.device)
        for weight, rows in zip(stored, torch.split(fused, sizes), strict=True):
            self._copy(weight, rows)
        return fused

    def _bias(self, names: tuple[str, ...]) -> Tensor | None:
        if not any(f"{name}.bias" in self._weights for name in names):
            return None
        sizes = [self._stored(f"{name}.weight").shape[0] for name in names]
        fused = torch.zeros(sum(sizes), dtype=self._numerics.dtype, device=self._kernels.device)
        for name, rows in zip(names, torch.split(fused, sizes), strict=True):
            if f"{name}.bias" in self._weights:
                self._copy(self._weights[f"{name}.bias"], rows)
        return fused

    def _read(self, name: str, dtype: torch.dtype) -> Tensor:
        weight = self._stored(name)
        tensor = torch.empty(weight.shape, dtype=dtype, device=self._kernels.device)
        self._copy(weight, tensor)
        return tensor

    def _copy(self, weight: StoredWeight, target: Tensor) -> None:
        weight.copy_into(target)
        self._count(weight)

    def _count(self, weight: StoredWeight) -> None:
        if weight.name not in self._counted:
            self._counted.add(weight.name)
            self._count_bytes(weight.num_bytes)

    def _stored(self, name: str) -> StoredWeight:
        return self._weights[name] if name in self._weights else self._weights[self._tied[name]]

    def _type_of(self, weight: StoredWeight, precision: Precision) -> torch.dtype:
        """The type a weight is read in: the model's, or before quantising, 16 bit where it is stored so."""
        if not precision.is_quantized:
            return self._numerics.dtype
        return weight.dtype if weight.dtype in (torch.float16, torch.bfloat16) else torch.float32
