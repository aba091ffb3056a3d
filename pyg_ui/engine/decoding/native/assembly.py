"""From a checkpoint's weights to the forward pass: read product by product, fused, each into its final form.

Never more than one product stands in memory beside what is finished, so a load peaks near the model's own size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pyg_ui.engine.arithmetic import TORCHS_OWN, Arithmetic
from pyg_ui.engine.checkpoints.architectures import Architecture, LayerNames
from pyg_ui.engine.checkpoints.configuration import USUAL_ACTIVATION
from pyg_ui.engine.checkpoints.weight_cache.kept_products import Products
from pyg_ui.engine.checkpoints.weights import StoredWeight
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
from pyg_ui.engine.linear import Linear, LinearKind, make_linear, weight_format


@dataclass(frozen=True, slots=True)
class Numerics:
    """In which types a model is kept and computes."""

    dtype: torch.dtype
    """Of the values between products, and of everything that is not quantised."""
    products: LinearKind = LinearKind.DENSE
    head: LinearKind = LinearKind.DENSE
    """Of the output layer, which may be kept better than the rest."""


class Assembler:
    """Builds one model from weights that were matched against its architecture."""

    def __init__(
        self,
        weights: Mapping[str, StoredWeight],
        tied: Mapping[str, str],
        numerics: Numerics,
        device: torch.device,
        products: Products,
        count_bytes: Callable[[int], None],
        arithmetic: Arithmetic = TORCHS_OWN,
    ) -> None:
        """`tied` maps names that may be absent to the name whose values they take; `products` makes what is quantised.

        `count_bytes` is told the size of each weight, as stored, once it was read or found not to be needed. On a
        processor the model computes with `arithmetic`.
        """
        self._weights, self._tied = weights, tied
        self._numerics, self._device, self._products = numerics, device, products
        self._count_bytes, self._arithmetic = count_bytes, arithmetic
        self._counted: set[str] = set()

    def assemble(self, architecture: Architecture) -> Transformer:
        """Read everything, in the order of the forward pass."""
        tokens = self._table(architecture.tokens)
        positions = self._table(architecture.positions) if architecture.positions else None
        layers = []
        for index, names in enumerate(architecture.layers):
            layers.append(self._layer(index, names, architecture))
            return_freed_memory()  # of what was quantised: a C library that keeps it would double the peak
        return Transformer(
            architecture,
            dtype=self._numerics.dtype,
            tokens=tokens,
            positions=positions,
            layers=layers,
            final_norm=self._norm(architecture.final_norm, architecture),
            head=self._head(architecture.head, tokens),
        )

    def _layer(self, index: int, names: LayerNames, architecture: Architecture) -> Layer:
        activation = self._activation(architecture.activation)
        norm = self._norm(names.attention_norm, architecture)
        attention = (names.queries, names.keys, names.values)
        if names.mlp_norm is None:
            return ParallelLayer(
                index=index,
                norm=norm,
                joint_in=self._product(*attention, names.mlp_in),
                attention_width=3 * architecture.heads.width,
                attention_out=self._product(names.attention_out),
                mlp_out=self._product(names.mlp_out),
                activation=activation,
            )
        return SequentialLayer(
            index=index,
            attention_norm=norm,
            attention_in=self._product(*attention),
            attention_out=self._product(names.attention_out),
            mlp_norm=self._norm(names.mlp_norm, architecture),
            mlp_in=self._product(names.mlp_in),
            mlp_out=self._product(names.mlp_out),
            activation=activation,
        )

    def _activation(self, name: str) -> Activation:
        if name == USUAL_ACTIVATION:
            return self._arithmetic.activate if self._numerics.dtype == torch.float32 else gelu_new
        from transformers.activations import ACT2FN

        activation: Activation = ACT2FN[name]
        return activation

    def _norm(self, name: str, architecture: Architecture) -> Norm:
        weight, bias = (self._read(f"{name}.{part}", self._numerics.dtype) for part in ("weight", "bias"))
        return Norm(weight, bias, architecture.norm_epsilon)

    def _table(self, name: str) -> Tensor:
        dtype = self._type_of(self._stored(f"{name}.weight"), self._numerics.products)
        is_small = self._numerics.products is not LinearKind.DENSE
        return self._read(f"{name}.weight", torch.bfloat16 if is_small and dtype == torch.float32 else dtype)

    def _head(self, name: str, tokens: Tensor) -> Linear:
        kind, weight = self._numerics.head, f"{name}.weight"
        is_shared = weight in self._tied and tokens.dtype == self._type_of(self._stored(weight), kind)
        return self._product(name, kind=kind, shared=tokens if is_shared else None)

    def _product(self, *names: str, kind: LinearKind | None = None, shared: Tensor | None = None) -> Linear:
        """One product that computes those of all the names, one after another in its outputs.

        A `shared` weight was read before, and stays in use elsewhere.
        """
        kind = kind or self._numerics.products
        stored = [self._stored(f"{name}.weight") for name in names]
        bias = self._bias(names)

        def read() -> Tensor:
            return self._fused(stored, kind) if shared is None else shared

        target = weight_format(kind, self._device)
        if target is None:
            is_shared = shared is not None
            return make_linear(
                read(), bias, kind, is_shared=is_shared,
                multiply_bf16=self._arithmetic.multiply_bf16, make_bf16=self._arithmetic.make_bf16,
            )  # fmt: skip
        shape = sum(weight.shape[0] for weight in stored), stored[0].shape[1]
        linear = self._products.make(names[0], shape, target, read, bias)
        for weight in stored:
            self._count(weight)
        return linear

    def _fused(self, stored: Sequence[StoredWeight], kind: LinearKind) -> Tensor:
        sizes = [weight.shape[0] for weight in stored]
        fused = torch.empty(sum(sizes), stored[0].shape[1], dtype=self._type_of(stored[0], kind), device=self._device)
        for weight, rows in zip(stored, torch.split(fused, sizes), strict=True):
            self._copy(weight, rows)
        return fused

    def _bias(self, names: tuple[str, ...]) -> Tensor | None:
        if not any(f"{name}.bias" in self._weights for name in names):
            return None
        sizes = [self._stored(f"{name}.weight").shape[0] for name in names]
        fused = torch.zeros(sum(sizes), dtype=self._numerics.dtype, device=self._device)
        for name, rows in zip(names, torch.split(fused, sizes), strict=True):
            if f"{name}.bias" in self._weights:
                self._copy(self._weights[f"{name}.bias"], rows)
        return fused

    def _read(self, name: str, dtype: torch.dtype) -> Tensor:
        weight = self._stored(name)
        tensor = torch.empty(weight.shape, dtype=dtype, device=self._device)
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

    def _type_of(self, weight: StoredWeight, kind: LinearKind) -> torch.dtype:
        """What a weight is read as: the model's type, or before it is quantised, 16 bit where it is stored so."""
        if kind is LinearKind.DENSE:
            return self._numerics.dtype
        return weight.dtype if weight.dtype in (torch.float16, torch.bfloat16) else torch.float32
