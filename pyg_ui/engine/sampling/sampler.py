"""Chooses the next token of each row of a batch from its logits.

Rows are sampled one after the other on the CPU, so a row's result is the same to the bit alone and in a batch. Each
step draws one uniform number over ascending token ids, so a seed gives the same tokens in any batch and on any device.
Samplers that are neutral for a row cost no time. Knows nothing of what tokens mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pyg_ui.engine.engine import TokenChoice
from pyg_ui.engine.sampling.candidates import Candidates, Logits, largest
from pyg_ui.engine.sampling.chain import run_chain
from pyg_ui.engine.sampling.row import SamplingRow


@dataclass(frozen=True, slots=True)
class SampledToken:
    """The token of one row in one step."""

    token_id: int
    choices: tuple[TokenChoice, ...] = ()
    """The token and then the likeliest ones, before any sampler, if the row asks for them."""


def sample(logits: Tensor, rows: Sequence[SamplingRow]) -> list[SampledToken | None]:
    """Choose each row's next token; None for a row whose largest logit is infinite or not a number.

    `logits` is (B, V), of any float type on any device, and is not modified. The rows' random streams advance, but the
    tokens are not appended to the rows.
    """
    table = _on_cpu(logits)
    assert table.shape[0] == len(rows), f"{table.shape[0]} lines of logits for {len(rows)} rows"
    with np.errstate(all="ignore"):
        return [_sample_row(line, row) for line, row in zip(table, rows, strict=True)]


def token_choices(logits: Tensor, token_id: int, count: int) -> tuple[TokenChoice, ...]:
    """A token and then the `count` likeliest ones, before any sampler, of logits (V,)."""
    line = _on_cpu(logits)
    with np.errstate(all="ignore"):
        return _choices(line, token_id, count)


def _sample_row(logits: Logits, row: SamplingRow) -> SampledToken | None:
    if not np.isfinite(logits.max()):  # NaN wins a maximum
        return None
    if row.parameters.is_greedy:
        token_id = run_chain(logits, row, excludes_top_choices=False).likeliest()
    else:
        share = row.parameters.xtc_probability
        excludes_top_choices = share > 0 and row.draw() < share
        candidates = run_chain(logits, row, excludes_top_choices=excludes_top_choices)
        token_id = candidates.draw(row.draw())
        row.drew(candidates, token_id)
    return SampledToken(token_id, _choices(logits, token_id, row.num_top_choices) if row.num_top_choices else ())


def _choices(logits: Logits, token_id: int, count: int) -> tuple[TokenChoice, ...]:
    count = min(count, len(logits))
    surprisal = Candidates(logits).surprisal()
    likely = largest(logits, count)
    ranked = likely[np.argsort(-logits[likely], kind="stable")][:count]
    return tuple(TokenChoice(int(chosen), -float(surprisal[chosen])) for chosen in (token_id, *ranked.tolist()))


def _on_cpu(logits: Tensor) -> Logits:
    return logits.detach().to(device="cpu", dtype=torch.float32).numpy()
