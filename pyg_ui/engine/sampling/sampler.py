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

from pyg_ui.engine.engine import TokenChoice
from pyg_ui.engine.sampling.candidates import Candidates, Logits, largest
from pyg_ui.engine.sampling.chain import run_chain
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.errors import EngineError


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


def token_choices(logits: Tensor, token_id: int, count: int) -> tuple[TokenChoice, ...]:
    """A token and then the `count` likeliest ones, under the model's own distribution of logits (V,)."""
    line = _on_cpu(logits)
    with np.errstate(all="ignore"):
        return _choices(line, token_id, count)


def _sample_row(logits: Logits, row: SamplingRow) -> SampledToken:
    _check(logits)
    token_id = _greedy(logits, row) if row.parameters.is_greedy else _drawn(logits, row)
    return SampledToken(token_id, _choices(logits, token_id, row.num_top_choices) if row.num_top_choices else ())


def _greedy(logits: Logits, row: SamplingRow) -> int:
    return run_chain(logits, row, excludes_top_choices=False).likeliest()


def _drawn(logits: Logits, row: SamplingRow) -> int:
    share = row.parameters.xtc_probability
    excludes_top_choices = share > 0 and row.draw() < share
    return run_chain(logits, row, excludes_top_choices=excludes_top_choices).draw(row.draw())


def _choices(logits: Logits, token_id: int, count: int) -> tuple[TokenChoice, ...]:
    count = min(count, len(logits))
    surprisal = Candidates(logits).surprisal()
    likely = largest(logits, count)
    ranked = likely[np.argsort(-logits[likely], kind="stable")][:count]
    return tuple(TokenChoice(int(chosen), -float(surprisal[chosen])) for chosen in (token_id, *ranked.tolist()))


def _check(logits: Logits) -> None:
    if not np.isfinite(logits.max()):  # NaN wins a maximum
        raise EngineError(
            "The model's output is not a number, so no token can be chosen. Try again, or load the model with "
            "another precision (bf16 or fp32)."
        )


def _on_cpu(logits: Tensor) -> Logits:
    return logits.detach().to(device="cpu", dtype=torch.float32).numpy()
