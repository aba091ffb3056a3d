"""Samplers that remove tokens. Each keeps at least one.

Probabilities are relative to the tokens that earlier samplers have kept. Weights are probabilities times
`candidates.total`; the likeliest token has weight 1.
"""

import math

import numpy as np

from pyg_ui.engine.sampling.candidates import Candidates, Logits, largest

_NUM_BINS = 2048
_BINS_A_NAT = 64
"""Surprisals are sorted into bins of this width, up to 32 nats; a token of more hardly has a probability."""


def truncate_top_k(candidates: Candidates, k: int) -> None:
    """Keep the k largest logits, and those that tie with the k-th: transformers' TopKLogitsWarper."""
    if k < len(candidates):
        candidates.keep(largest(candidates.logits, k))


def truncate_top_p(candidates: Candidates, p: float) -> None:
    """Keep the likeliest tokens until their probabilities add up to p: transformers' TopPLogitsWarper.

    A token is kept if the tokens likelier than it have less than p together. Tokens that are so unlikely that all
    of their kind together have less than 1 - p cannot be kept, so they are not sorted.
    """
    weights, total = candidates.weights, candidates.total
    floor = (1 - p) * total / (2 * len(candidates))
    ranked = np.sort(weights[(weights >= min(floor, 1.0)).nonzero()[0]])[::-1]
    cumulative = ranked.cumsum(dtype=np.float64)
    count = min(int(cumulative.searchsorted(p * total)) + 1, len(ranked))
    candidates.keep_largest(count, float(ranked[count - 1]))


def truncate_min_p(candidates: Candidates, share: float) -> None:
    """Keep tokens with at least this share of the likeliest one's probability: transformers' MinPLogitsWarper."""
    candidates.keep_from(share)


def truncate_top_a(candidates: Candidates, a: float) -> None:
    """Keep tokens of at least a * (the likeliest probability) ** 2: KoboldAI's TopALogitsWarper (warpers.py).

    Introduced by BlinkDL in RWKV-LM ("the top-a sampling method").
    """
    candidates.keep_from(a / candidates.total)


def truncate_n_sigma(candidates: Candidates, n: float) -> None:
    """Keep the logits within n standard deviations of the largest: top-n-sigma, as in llama.cpp.

    The deviation is that of all possible tokens (Tang et al., "Top-n-sigma: Not All Logits Are You Need", 2024).
    """
    logits = candidates.logits
    possible = logits[np.isfinite(logits)].astype(np.float64)
    candidates.keep((logits >= min(candidates.peak - n * float(possible.std()), candidates.peak)).nonzero()[0])


def truncate_surprises(candidates: Candidates, most_bits: float) -> None:
    """Keep tokens of at most this surprisal, in bits, and always the likeliest: mirostat 2.

    Basu et al., "Mirostat: a neural text decoding algorithm that directly controls perplexity" (2021), as in
    llama.cpp. What is the most is decided by the row, from what was drawn so far.
    """
    candidates.keep_from(candidates.total * 2.0 ** min(-most_bits, 0.0))


def truncate_epsilon(candidates: Candidates, epsilon: float) -> None:
    """Keep probabilities of at least epsilon: transformers' EpsilonLogitsWarper."""
    candidates.keep_from(epsilon * candidates.total)


def truncate_eta(candidates: Candidates, epsilon: float) -> None:
    """Keep probabilities of at least min(epsilon, sqrt(epsilon) * exp(-entropy)): transformers' EtaLogitsWarper."""
    eta = min(epsilon, math.sqrt(epsilon) * math.exp(-candidates.entropy()))
    candidates.keep_from(eta * candidates.total)


def truncate_tail(candidates: Candidates, z: float) -> None:
    """Tail-free sampling: KoboldAI's TailFreeLogitsWarper (warpers.py), after Trenton Bricken's.

    Of the probabilities sorted from the likeliest down, over the whole vocabulary, the absolute second differences
    are normalised and added up. From the second token on, the first whose sum exceeds z is dropped, with all after it.
    The vocabulary's very last token is dropped too, as there. If all second differences are zero, no others are.
    """
    num_left = len(candidates)
    # Removed tokens have probability zero. Two of them are enough for the last second difference.
    ranked = np.zeros(min(num_left + 2, candidates.vocabulary_size))
    ranked[:num_left] = np.sort(candidates.weights)[::-1]
    cumulative = np.abs(ranked[2:] - 2 * ranked[1:-1] + ranked[:-2]).cumsum()
    num_within = len(cumulative)
    if num_within and cumulative[-1] > 0:
        num_within = int(cumulative.searchsorted(z * cumulative[-1], side="right"))
    count = min(1 + num_within, num_left)
    candidates.keep_largest(count, float(ranked[count - 1]))


def truncate_typical(candidates: Candidates, p: float) -> None:
    """Keep the tokens whose surprisal is nearest to the entropy, until they have p: TypicalLogitsWarper.

    Transformers' definition; tokens that tie with the last one kept stay.
    """
    deviation = np.abs(candidates.surprisal() - np.float32(candidates.entropy()))
    farthest = _farthest_kept(deviation, candidates.weights, p * candidates.total)
    candidates.keep((deviation <= farthest).nonzero()[0], with_likeliest=False)


def _farthest_kept(distance: Logits, weights: Logits, target: float) -> float:
    """The smallest distance, in nats, within which the weights add up to `target`; the largest if they never do.

    Of many tokens only those in one bin are sorted: the bin in which the sum over growing distances reaches `target`.
    """
    before = 0.0
    if len(distance) > _NUM_BINS:
        bins = (distance * np.float32(_BINS_A_NAT)).clip(max=_NUM_BINS).astype(np.intp)
        sums = np.bincount(bins, weights).cumsum()
        reached = int(sums.searchsorted(min(target, float(sums[-1]))))
        before = float(sums[reached - 1]) if reached else 0.0
        inside = (bins == reached).nonzero()[0]
        distance, weights = distance[inside], weights[inside]
    order = distance.argsort()
    cumulative = before + weights[order].cumsum(dtype=np.float64)
    last = min(int(cumulative.searchsorted(target)), len(order) - 1)
    return float(distance[order[last]])


def exclude_top_choices(candidates: Candidates, threshold: float, protected_ids: frozenset[int]) -> None:
    """XTC, in a step in which it acts: of the tokens of at least `threshold`, only the least likely stays.

    The definition of its author p-e-w in text-generation-webui (pull request 6335; XTCLogitsWarper). Nothing is
    removed if a protected token would be. Of tokens that tie for the least likely, the highest id stays.
    """
    weights = candidates.weights
    is_top = (weights >= threshold * candidates.total) & (weights > 0)
    top = is_top.nonzero()[0]
    if len(top) < 2:
        return
    is_top[top[(weights[top] == weights[top].min()).nonzero()[0][-1]]] = False
    if protected_ids.isdisjoint(candidates.ids[is_top].tolist()):
        candidates.keep((~is_top).nonzero()[0], with_likeliest=False)
