"""The chain of samplers: which of them act on a row, and in which order.

Every name of the parameters' sampler_order has one entry in SAMPLERS. A sampler whose parameters are all neutral is
skipped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from pyg_ui.engine.parameters import DECLARATIONS, SamplingParameters
from pyg_ui.engine.sampling import penalties, temperature, truncation
from pyg_ui.engine.sampling.candidates import Candidates, Logits
from pyg_ui.engine.sampling.row import SamplingRow

_NEUTRAL: Final = {declared.name: declared.neutral for declared in DECLARATIONS}

Watch = Callable[[str, Candidates], None]
"""Called with a sampler's name and the candidates after it, which it must not change."""
LOGIT_BIAS, END_OF_TEXT, BANNED_STRINGS = "logit_bias", "end_of_text", "banned_strings"
"""The names that a watch gets where the request's bias was added, or the end of the text or a string was forbidden."""


@dataclass(frozen=True, slots=True)
class Sampler:
    """One entry of the chain."""

    switches: tuple[str, ...]
    """The sampler acts if any of these parameters is not neutral."""
    apply: Callable[[Candidates, SamplingRow], None]
    is_penalty: bool = False
    """Whether it also acts if the likeliest token is always chosen."""
    is_truncation: bool = False
    """Whether it does not act where mirostat does, which takes the place of all truncation."""

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
        candidates.edit(lambda values: penalties.add_bias(values, row))
        watch(LOGIT_BIAS, candidates)
    if row.is_end_of_text_forbidden and row.end_ids:
        ending = np.array(sorted(row.end_ids))
        candidates.edit(lambda values: penalties.forbid(values, ending))
        watch(END_OF_TEXT, candidates)
    if len(banned := row.banned_ids()):
        candidates.edit(lambda values: penalties.forbid(values, banned))
        watch(BANNED_STRINGS, candidates)
    parameters = row.parameters
    for name in parameters.sampler_order:
        sampler = SAMPLERS[name]
        if not sampler.is_active(parameters) or (parameters.is_greedy and not sampler.is_penalty):
            continue
        if sampler.is_truncation and parameters.mirostat_mode:
            continue
        if name != "xtc" or excludes_top_choices:
            sampler.apply(candidates, row)
            watch(name, candidates)
    return candidates


def _penalty(change: Callable[[Logits, SamplingRow], None], *switches: str) -> Sampler:
    def apply(candidates: Candidates, row: SamplingRow) -> None:
        candidates.edit(lambda logits: change(logits, row))

    return Sampler(switches, apply, is_penalty=True)


def _truncation(name: str, change: Callable[[Candidates, Any], None]) -> Sampler:
    def apply(candidates: Candidates, row: SamplingRow) -> None:
        change(candidates, getattr(row.parameters, name))

    return Sampler((name,), apply, is_truncation=True)


def _shape(change: Callable[[Candidates, SamplingParameters], None], *switches: str) -> Sampler:
    return Sampler(switches, lambda candidates, row: change(candidates, row.parameters))


SAMPLERS: Final = {
    "repetition": _penalty(penalties.penalise_repetition, "repetition_penalty"),
    "penalties": _penalty(penalties.penalise_frequency_and_presence, "frequency_penalty", "presence_penalty"),
    "dry": _penalty(penalties.penalise_loops, "dry_multiplier"),
    "no_repeat_ngram": _penalty(penalties.forbid_repeated_ngrams, "no_repeat_ngram_size"),
    "top_n_sigma": _truncation("top_n_sigma", truncation.truncate_n_sigma),
    "temperature": _shape(temperature.apply_temperature, "temperature", "dynatemp_range"),
    "smoothing": _shape(temperature.smooth, "smoothing_factor"),
    "top_k": _truncation("top_k", truncation.truncate_top_k),
    "top_p": _truncation("top_p", truncation.truncate_top_p),
    "min_p": _truncation("min_p", truncation.truncate_min_p),
    "top_a": _truncation("top_a", truncation.truncate_top_a),
    "tfs": _truncation("tfs", truncation.truncate_tail),
    "typical_p": _truncation("typical_p", truncation.truncate_typical),
    "epsilon_cutoff": _truncation("epsilon_cutoff", truncation.truncate_epsilon),
    "eta_cutoff": _truncation("eta_cutoff", truncation.truncate_eta),
    "xtc": Sampler(
        ("xtc_probability",),
        lambda c, row: truncation.exclude_top_choices(c, row.parameters.xtc_threshold, row.protected_ids),
        is_truncation=True,
    ),
    "mirostat": Sampler(("mirostat_mode",), lambda c, row: truncation.truncate_surprises(c, row.most_bits)),
}
"""The samplers by their names in sampler_order. A new one needs an entry here and its parameters' declarations."""
