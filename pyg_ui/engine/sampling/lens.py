"""The sampling lens: how each sampler changes the distribution of the next token, as data for a drawing.

It runs the same chain of samplers that generation uses and records each stage. Entropies are in bits.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pyg_ui.engine.engine import NextTokenLogits
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling.candidates import Candidates, Logits
from pyg_ui.engine.sampling.chain import run_chain
from pyg_ui.engine.sampling.row import SamplingRow

NUM_TOKENS = 24


@dataclass(frozen=True, slots=True)
class LensToken:
    """A token that was likely before the samplers, or is after them."""

    token_id: int
    before: float
    """Its probability under the model's own distribution."""
    stages: tuple[float, ...]
    """Its probability after each stage."""
    after: float
    """The probability with which it is drawn."""
    removed_by: str | None
    """The sampler that removed it. XTC acts in some steps only: a token that it removes may have `after` above 0."""


@dataclass(frozen=True, slots=True)
class LensStage:
    """The distribution after a sampler."""

    sampler: str
    """Its name in the parameters' sampler_order, `logit_bias`, `end_of_text` or `banned_strings`."""
    num_left: int
    """How many tokens can still be drawn."""
    removed: float
    """The probability, before any sampler, of the tokens that this sampler removed."""
    entropy: float


@dataclass(frozen=True, slots=True)
class Lens:
    """The next token's distribution before and after the samplers. `after` is the distribution that is sampled from."""

    tokens: tuple[LensToken, ...]
    """The tokens that are likeliest before or after the samplers, in the order of `before`."""
    stages: tuple[LensStage, ...]
    """The samplers that changed something, in their order."""
    num_before: int
    num_after: int
    """How many tokens can be drawn."""
    entropy_before: float
    entropy_after: float
    others_before: float
    """The probability of all other tokens together."""
    others_after: float


def look_through(
    next_token: NextTokenLogits,
    parameters: SamplingParameters,
    *,
    num_prompt_tokens: int | None = None,
    count: int = NUM_TOKENS,
) -> Lens:
    """What these parameters make of a token's logits, for the `count` likeliest tokens. Takes a few milliseconds.

    The text from `num_prompt_tokens` on counts as generated; None counts nothing. The seed makes no difference.
    """
    text = next_token.prompt_ids
    row = SamplingRow(
        parameters,
        list(text),
        len(text) if num_prompt_tokens is None else num_prompt_tokens,
        end_ids=next_token.end_ids,
        forbid_end_of_text=next_token.forbid_end_of_text,
        token_bytes=next_token.token_bytes,
        protected_ids=next_token.protected_ids,
        logit_bias=next_token.logit_bias,
    )
    with np.errstate(all="ignore"):
        return _look(next_token.logits, row, count)


def _look(logits: Logits, row: SamplingRow, count: int) -> Lens:
    recording = _Recording(logits)
    share = 0.0 if row.parameters.is_greedy else row.parameters.xtc_probability
    after = _run(recording, row, excludes_top_choices=False)
    if share > 0:
        with_xtc = _Recording(logits)
        after = (1 - share) * after + share * _run(with_xtc, row, excludes_top_choices=True)
        recording.add_stage_of(with_xtc, "xtc")
    before = recording.before
    peak = np.maximum(before, after)
    shown = peak.argpartition(-min(count, len(peak)))[-count:]
    shown = shown[np.lexsort((shown, -before[shown]))]
    tokens = tuple(
        LensToken(
            int(token_id),
            float(before[token_id]),
            tuple(float(line[token_id]) for line in recording.lines),
            float(after[token_id]),
            recording.remover(token_id),
        )
        for token_id in shown
    )
    return Lens(
        tokens,
        tuple(recording.stages),
        num_before=int(np.isfinite(logits).sum()),
        num_after=int((after > 0).sum()),
        entropy_before=_entropy(before),
        entropy_after=_entropy(after),
        others_before=_rest(before, shown),
        others_after=_rest(after, shown),
    )


class _Recording:
    """The stages of one run of the chain."""

    def __init__(self, logits: Logits) -> None:
        self.logits = logits
        self.stages: list[LensStage] = []
        self.lines: list[Logits] = []
        """The probabilities after each stage, (V,)."""
        self.before = Candidates(logits).probabilities()
        self._is_left = np.isfinite(logits)
        self._removers: NDArray[np.int8] = np.full(len(logits), -1, dtype=np.int8)

    def add(self, sampler: str, candidates: Candidates) -> None:
        is_left = np.zeros(len(self._is_left), dtype=bool)
        is_left[candidates.ids] = np.isfinite(candidates.logits)
        removed = self._is_left & ~is_left
        self._removers[removed] = len(self.stages)
        self._is_left = is_left
        self.lines.append(candidates.probabilities())
        share = float(self.before[removed].sum(dtype=np.float64))
        self.stages.append(LensStage(sampler, int(is_left.sum()), share, _entropy(self.lines[-1])))

    def add_stage_of(self, other: Self, sampler: str) -> None:
        """Insert the stage of a sampler that acted in the other run only, with the tokens that it removed there."""
        names = [stage.sampler for stage in other.stages]
        if sampler not in names:
            return
        place = names.index(sampler)
        removed = (other._removers == place) & (self._removers < 0)
        self._removers[self._removers >= place] += 1
        self._removers[removed] = place
        self.stages.insert(place, other.stages[place])
        self.lines.insert(place, other.lines[place])

    def remover(self, token_id: int) -> str | None:
        place = int(self._removers[token_id])
        return self.stages[place].sampler if place >= 0 else None


def _run(recording: _Recording, row: SamplingRow, *, excludes_top_choices: bool) -> Logits:
    """Run the chain and record it; return the probabilities with which the next token is drawn, (V,)."""
    left = run_chain(recording.logits, row, excludes_top_choices=excludes_top_choices, watch=recording.add)
    if row.parameters.is_greedy:
        left.keep(np.array([left.ids.searchsorted(left.likeliest())]))
        recording.add("temperature", left)
    return left.probabilities()


def _entropy(probabilities: Logits) -> float:
    """The entropy in bits."""
    present = probabilities[probabilities > 0].astype(np.float64)
    return float(-(present * np.log2(present)).sum()) + 0.0


def _rest(probabilities: Logits, shown: NDArray[np.intp]) -> float:
    return max(0.0, 1 - float(probabilities[shown].sum(dtype=np.float64)))
