"""Muon for the matrices, AdamW for everything else.

Muon (Keller Jordan, 2024) steps along the nearest orthogonal matrix to the momentum; on a corpus this small it needs
about half the tokens. Written out here because torch's own casts to bfloat16, which older processors only emulate.
"""

from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from transformers import GPTNeoForCausalLM

UNSCALED_RATE = 0.38  # GPT-Neo does not divide attention by the root of a head's width: its queries and keys step less
POSITIONS_RATE = 0.1  # learned positions move more slowly: each is seen in few batches
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic iteration, chosen for speed over exactness


class Optimizer:
    """Steps a whole model."""

    def __init__(self, model: nn.Module, matrix_rate: float, other_rate: float) -> None:
        self._matrix_rate = matrix_rate
        named = list(model.named_parameters())
        matrices = {name: p for name, p in named if p.ndim == 2 and ".h." in name}
        self._matrices = list(matrices.values())
        is_unscaled = isinstance(model, GPTNeoForCausalLM)
        self._rates = [
            UNSCALED_RATE if is_unscaled and name.endswith(("q_proj.weight", "k_proj.weight")) else 1.0
            for name in matrices
        ]
        positions = [p for name, p in named if name.endswith("wpe.weight")]
        others = [p for name, p in named if not (p.ndim == 2 and ".h." in name) and not name.endswith("wpe.weight")]
        self._momenta = [torch.zeros_like(p) for p in self._matrices]
        groups = [{"params": others, "peak": other_rate}]
        if positions:
            groups.append({"params": positions, "peak": other_rate * POSITIONS_RATE})
        self._adam = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.0, fused=True)

    def step(self, step: int, factor: float) -> None:
        """Update the parameters from their gradients, at this share of the rates, and clear the gradients."""
        for group in self._adam.param_groups:
            group["lr"] = group["peak"] * factor
        self._adam.step()
        self._adam.zero_grad(set_to_none=True)
        self._step_matrices(self._matrix_rate * factor, momentum=min(0.95, 0.85 + step / 3000))

    @torch.no_grad()
    def _step_matrices(self, rate: float, momentum: float) -> None:
        by_shape: dict[torch.Size, list[int]] = defaultdict(list)
        for index, parameter in enumerate(self._matrices):
            by_shape[parameter.shape].append(index)
        for shape, indices in by_shape.items():
            gradients = [_gradient(self._matrices[index]) for index in indices]
            for index, gradient in zip(indices, gradients, strict=True):
                self._momenta[index].lerp_(gradient, 1 - momentum)
            nudged = [g.lerp(self._momenta[i], momentum) for g, i in zip(gradients, indices, strict=True)]
            scale = rate * max(1.0, shape[0] / shape[1]) ** 0.5
            for index, update in zip(indices, orthogonalised(torch.stack(nudged)), strict=True):
                self._matrices[index].mul_(1 - 0.1 * rate).add_(update, alpha=-scale * self._rates[index])
                self._matrices[index].grad = None

    def state(self) -> dict[str, object]:
        return {"adam": self._adam.state_dict(), "momenta": self._momenta}

    def restore(self, state: dict[str, object]) -> None:
        self._adam.load_state_dict(state["adam"])  # type: ignore[arg-type]
        momenta: Iterable[Tensor] = state["momenta"]  # type: ignore[assignment]
        for own, saved in zip(self._momenta, momenta, strict=True):
            own.copy_(saved)


def _gradient(parameter: nn.Parameter) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad


def orthogonalised(batch: Tensor) -> Tensor:
    """The nearest (semi-)orthogonal matrices, roughly, by Newton-Schulz. (N, R, C) -> (N, R, C)"""
    a, b, c = _COEFFICIENTS
    is_tall = batch.shape[-2] > batch.shape[-1]
    x: Tensor = batch.mT if is_tall else batch
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(4):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if is_tall else x
