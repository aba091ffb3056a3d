"""The chain of samplers: which of them act on a row, and in which order.

Every name of the parameters' sampler_order has one entry in SAMPLERS. A sampler whose parameters are all neutral is
skipped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from pyg_ui.engine.parameters import DECLARATIONS, SamplingParameters
from pyg_ui.engine.sampling import penalties, truncation
from pyg_ui.engine.sampling.candidates import Candidates, Logits
from pyg_ui.engine.sampling.row import SamplingRow

_NEUTRAL: Final = {declared.name: declared.neutral for declared in DECLARATIONS}

Watch = Callable[[str, Candidates], None]
"""Called with a sampler's name and the candidates after it, which it must not change."""
LOGIT_BIAS, END_OF_TEXT = "logit_bias", "end_of_text"
"""The names that a watch gets where the request's bias was added or the end of the text was forbidden."""


@dataclass(frozen=True, slots=True)
class Sampler:
    """One entry of the chain."""

    switches: tuple[str, ...]
    """The sampler acts if any of these parameters is not neutral."""
    apply: Callable[[Candidates, SamplingRow], None]
    is_penalty: bool = False
    """Whether it also acts if the likeliest token is always chosen."""

    def is_active(self, parameters: SamplingParameters) -> bool:
        """Whether it changes anything with these parameters."""
        return any(getattr(parameters, name) != _NEUTRAL[name] for name in self.switches)


def run_chain(
    logits: Logits, row: SamplingRow, *, excludes_top_choices: bool, watch: Watch = lambda name, candidates: None
) -> Candidates:
    """The candidates that remain of a row's logits (V,) after all its samplers.

    XTC acts in some steps only; `excludes_top_choices` says whether it acts in this one.
    """
    candidates = Candidates(logits)
    if row.logit_bias:
        candidates.edit(lambda values: penalties.add_bias(values, row.logit_bias))
        watch(LOGIT_BIAS, candidates)
    if row.is_end_of_text_forbidden and row.end_ids:
        ending = np.array(sorted(row.end_ids))
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


def _penalty(change: Callable[[Logits, SamplingRow], None], *switches: str) -> Sampler:
    def apply(candidates: Candidates, row: SamplingRow) -> None:
        candidates.edit(lambda logits: change(logits, row))

    return Sampler(switches, apply, is_penalty=True)


def _with_value_of(name: str, change: Callable[[Candidates, Any], None]) -> Sampler:
    return Sampler((name,), lambda candidates, row: change(candidates, getattr(row.parameters, name)))


SAMPLERS: Final = {
    "repetition": _penalty(penalties.penalise_repetition, "repetition_penalty"),
    "penalties": _penalty(penalties.penalise_frequency_and_presence, "frequency_penalty", "presence_penalty"),
    "dry": _penalty(penalties.penalise_loops, "dry_multiplier"),
    "no_repeat_ngram": _penalty(penalties.forbid_repeated_ngrams, "no_repeat_ngram_size"),
    "temperature": _with_value_of("temperature", Candidates.scale),
    "top_k": _with_value_of("top_k", truncation.truncate_top_k),
    "top_p": _with_value_of("top_p", truncation.truncate_top_p),
    "min_p": _with_value_of("min_p", truncation.truncate_min_p),
    "top_a": _with_value_of("top_a", truncation.truncate_top_a),
    "tfs": _with_value_of("tfs", truncation.truncate_tail),
    "typical_p": _with_value_of("typical_p", truncation.truncate_typical),
    "epsilon_cutoff": _with_value_of("epsilon_cutoff", truncation.truncate_epsilon),
    "eta_cutoff": _with_value_of("eta_cutoff", truncation.truncate_eta),
    "xtc": Sampler(
        ("xtc_probability",),
        lambda c, row: truncation.exclude_top_choices(c, row.parameters.xtc_threshold, row.protected_ids),
    ),
}
"""The samplers by their names in sampler_order. A new one needs an entry here and its parameters' declarations."""
