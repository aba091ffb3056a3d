"""Which samplers act on a row, and in which order.

Every name of the parameters' sampler_order has one entry here; those that are neutral for a row are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling import penalties, truncation
from pyg_ui.engine.sampling.candidates import Candidates, Logits
from pyg_ui.engine.sampling.row import SamplingRow


@dataclass(frozen=True, slots=True)
class Sampler:
    """One link of the chain."""

    is_active: Callable[[SamplingParameters], bool]
    """Whether it changes anything with these parameters."""
    apply: Callable[[Candidates, SamplingRow], None]
    is_penalty: bool = False
    """Whether it also acts where the likeliest token is always taken."""


Watch = Callable[[str, Candidates], None]
"""Sees what is left after a sampler, by the sampler's name; to be looked at only."""
END_OF_TEXT = "end_of_text"
"""What a watch sees forbid the end of the text, which is no sampler's business."""


def _look_away(name: str, candidates: Candidates) -> None:
    pass


def run_chain(logits: Logits, row: SamplingRow, *, excludes_top_choices: bool, watch: Watch = _look_away) -> Candidates:
    """What is left of a row's logits (V,) after all its samplers.

    XTC acts in some steps only; `excludes_top_choices` says whether in this one.
    """
    candidates = Candidates(logits)
    if row.is_end_of_text_forbidden and row.end_of_text_id is not None:
        ending = np.array([row.end_of_text_id])
        candidates.edit(lambda values: penalties.forbid(values, ending))
        watch(END_OF_TEXT, candidates)
    parameters = row.parameters
    for name in parameters.sampler_order:
        sampler = SAMPLERS[name]
        if not sampler.is_active(parameters) or (parameters.is_greedy and not sampler.is_penalty):
            continue
        if name != "xtc" or excludes_top_choices:
            sampler.apply(candidates, row)
            watch(name, candidates)
    return candidates


def _penalty(is_active: Callable[[SamplingParameters], bool], change: Callable[[Logits, SamplingRow], None]) -> Sampler:
    def apply(candidates: Candidates, row: SamplingRow) -> None:
        candidates.edit(lambda logits: change(logits, row))

    return Sampler(is_active, apply, is_penalty=True)


SAMPLERS: Final = {
    "repetition": _penalty(lambda p: p.repetition_penalty != 1, penalties.penalise_repetition),
    "penalties": _penalty(
        lambda p: p.frequency_penalty != 0 or p.presence_penalty != 0, penalties.penalise_frequency_and_presence
    ),
    "dry": _penalty(lambda p: p.dry_multiplier > 0, penalties.penalise_loops),
    "no_repeat_ngram": _penalty(lambda p: p.no_repeat_ngram_size > 0, penalties.forbid_repeated_ngrams),
    "temperature": Sampler(lambda p: p.temperature != 1, lambda c, row: c.scale(row.parameters.temperature)),
    "top_k": Sampler(lambda p: p.top_k > 0, lambda c, row: truncation.truncate_top_k(c, row.parameters.top_k)),
    "top_p": Sampler(lambda p: p.top_p < 1, lambda c, row: truncation.truncate_top_p(c, row.parameters.top_p)),
    "min_p": Sampler(lambda p: p.min_p > 0, lambda c, row: truncation.truncate_min_p(c, row.parameters.min_p)),
    "top_a": Sampler(lambda p: p.top_a > 0, lambda c, row: truncation.truncate_top_a(c, row.parameters.top_a)),
    "tfs": Sampler(lambda p: p.tfs < 1, lambda c, row: truncation.truncate_tail(c, row.parameters.tfs)),
    "typical_p": Sampler(
        lambda p: p.typical_p < 1, lambda c, row: truncation.truncate_typical(c, row.parameters.typical_p)
    ),
    "epsilon_cutoff": Sampler(
        lambda p: p.epsilon_cutoff > 0, lambda c, row: truncation.truncate_epsilon(c, row.parameters.epsilon_cutoff)
    ),
    "eta_cutoff": Sampler(
        lambda p: p.eta_cutoff > 0, lambda c, row: truncation.truncate_eta(c, row.parameters.eta_cutoff)
    ),
    "xtc": Sampler(
        lambda p: p.xtc_probability > 0,
        lambda c, row: truncation.exclude_top_choices(c, row.parameters.xtc_threshold, row.protected_ids),
    ),
}
"""By their names in the parameters' sampler_order."""
