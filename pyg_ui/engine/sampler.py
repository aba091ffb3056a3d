"""Logits to next tokens, for rows with different parameters.

Rows are sampled one after the other on the CPU, so a row's result is bit for bit the same alone and in a batch,
and one uniform number a step over ascending token ids makes a seed independent of batch and device. What is
neutral for a row costs it nothing. Nothing here knows what a token means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pyg_ui.engine.generation import TokenChoice
from pyg_ui.engine.sampling.candidates import Candidates, Logits
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.engine.sampling.truncation import truncate_top_k, truncate_top_p
from pyg_ui.errors import EngineError

__all__ = ["SampledToken", "SamplingRow", "distribution", "sample"]


@dataclass(frozen=True, slots=True)
class SampledToken:
    """What one row got in one step."""

    token_id: int
    choices: tuple[TokenChoice, ...] = ()
    """The token and then the likeliest ones, under the model's own distribution, when the row asks for them."""


def sample(logits: Tensor, rows: Sequence[SamplingRow]) -> list[SampledToken]:
    """Choose each row's next token. The rows' random streams move on; nothing is appended to them.

    `logits` is (B, V) of any float type on any device, one line for each row; it is not modified.
    Raises EngineError for a row with a NaN or an infinity above, or without any finite logit.
    """
    table = _on_cpu(logits)
    assert table.shape[0] == len(rows), f"{table.shape[0]} lines of logits for {len(rows)} rows"
    with np.errstate(all="ignore"):
        return [_sample_row(line, row) for line, row in zip(table, rows, strict=True)]


def distribution(logits: Tensor, row: SamplingRow) -> Tensor:
    """The probabilities (V,) with which the row's next token would be drawn from logits (V,)."""
    with np.errstate(all="ignore"):
        return torch.from_numpy(_candidates(_on_cpu(logits), row).probabilities())


def _sample_row(logits: Logits, row: SamplingRow) -> SampledToken:
    candidates = _candidates(logits, row)
    if row.parameters.is_greedy:
        return SampledToken(candidates.likeliest())
    return SampledToken(candidates.draw(row.draw()))


def _candidates(logits: Logits, row: SamplingRow) -> Candidates:
    if not np.isfinite(logits.max()):
        raise EngineError("The model's output is not a number. Try another precision, or load the model again.")
    candidates = Candidates(logits)
    parameters = row.parameters
    if parameters.is_greedy:
        return candidates
    candidates.scale(parameters.temperature)
    if parameters.top_k:
        truncate_top_k(candidates, parameters.top_k)
    if parameters.top_p < 1:
        truncate_top_p(candidates, parameters.top_p)
    return candidates


def _on_cpu(logits: Tensor) -> Logits:
    return logits.detach().to(device="cpu", dtype=torch.float32).numpy()
