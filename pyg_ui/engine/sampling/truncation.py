"""Samplers that take unlikely tokens out of play. Each always leaves at least one.

Probabilities are those of the tokens still in play: earlier samplers have renormalised them.
"""

from __future__ import annotations

import numpy as np

from pyg_ui.engine.sampling.candidates import Candidates, kth_largest


def truncate_top_k(candidates: Candidates, k: int) -> None:
    """Keep the k largest logits, and those that tie with the k-th, as transformers' TopKLogitsWarper does."""
    if k < len(candidates):
        candidates.keep(np.flatnonzero(candidates.logits >= kth_largest(candidates.logits, k)))


def truncate_top_p(candidates: Candidates, p: float) -> None:
    """Keep the likeliest tokens until their probabilities add up to p: transformers' TopPLogitsWarper.

    A token is kept where those likelier than it have less than p together. Tokens so unlikely that all such
    tokens together have less than 1 - p cannot be among them and are not sorted.
    """
    weights, total = candidates.weights, candidates.total
    floor = (1 - p) * total / (2 * len(candidates))
    ranked = np.sort(weights[np.flatnonzero(weights >= min(floor, 1.0))])[::-1]
    cumulative = np.cumsum(ranked, dtype=np.float64)
    count = min(int(np.searchsorted(cumulative, p * total)) + 1, len(ranked))
    candidates.keep_largest(count, ranked[count - 1])
