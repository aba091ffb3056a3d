"""The samplers' published definitions, written out slowly and plainly, for those that transformers lacks.

Everything works on Python lists over the whole vocabulary, one token at a time; a token out of play has -inf.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from pyg_ui.engine.parameters import SamplingParameters

NEVER = -math.inf


def softmax(logits: Sequence[float]) -> list[float]:
    peak = max(logits)
    weights = [math.exp(logit - peak) for logit in logits]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def from_the_likeliest(logits: Sequence[float]) -> list[int]:
    return sorted(range(len(logits)), key=lambda i: (-logits[i], i))


def tail_free(logits: Sequence[float], z: float) -> list[float]:
    order, p = from_the_likeliest(logits), softmax(logits)
    ranked = [p[i] for i in order]
    slopes = [b - a for a, b in itertools.pairwise(ranked)]
    bends = [abs(b - a) for a, b in itertools.pairwise(slopes)]
    total = math.fsum(bends)
    result, so_far = list(logits), 0.0
    for place, bend in enumerate(bends):
        so_far += bend / total if total else 0.0
        if so_far > z:
            result[order[place + 1]] = NEVER
    if len(order) > 1:
        result[order[-1]] = NEVER
    return result


def top_a(logits: Sequence[float], a: float) -> list[float]:
    p = softmax(logits)
    floor = a * max(p) ** 2
    return [logit if share >= floor else NEVER for logit, share in zip(logits, p, strict=True)]


def exclude_top_choices(logits: Sequence[float], threshold: float, protected: Sequence[int] = ()) -> list[float]:
    p = softmax(logits)
    top = [i for i in from_the_likeliest(logits) if p[i] >= threshold]
    removed = set(top[:-1])
    if any(i in protected for i in removed):
        return list(logits)
    return [NEVER if i in removed else logit for i, logit in enumerate(logits)]


def sloped_repetition(logits: Sequence[float], tokens: Sequence[int], parameters: SamplingParameters) -> list[float]:
    """KoboldAI's: the penalty of a token is that of its last place in the range."""
    size, slope = parameters.repetition_penalty_range, parameters.repetition_penalty_slope
    result = list(logits)
    recent = tokens[-size:] if size else tokens
    for place, token in enumerate(recent, start=size - len(recent)):
        penalty = parameters.repetition_penalty
        if slope and size > 1:
            x = place / (size - 1) * 2 - 1
            y = (slope * x) / (1 + abs(x) * (slope - 1))
            penalty = 1 + (y + 1) / 2 * (penalty - 1)
        logit = logits[token]
        result[token] = logit * penalty if logit <= 0 else logit / penalty
    return result


def frequency_and_presence(
    logits: Sequence[float], generated: Sequence[int], frequency: float, presence: float
) -> list[float]:
    return [
        logit - generated.count(i) * frequency - (1 if i in generated else 0) * presence
        for i, logit in enumerate(logits)
    ]


def dry(
    logits: Sequence[float],
    tokens: Sequence[int],
    *,
    multiplier: float,
    base: float,
    allowed_length: int,
    breakers: Sequence[int] = (),
) -> list[float]:
    result = list(logits)
    for token in set(range(len(logits))) - set(breakers):
        longest = 0
        for place in range(1, len(tokens)):
            if tokens[place] != token:
                continue
            length = 0
            while length < min(place, 50):
                wanted = tokens[len(tokens) - 1 - length]
                if tokens[place - 1 - length] != wanted or wanted in breakers:
                    break
                length += 1
            longest = max(longest, length)
        if longest >= max(allowed_length, 1):
            result[token] -= multiplier * base ** (longest - allowed_length)
    return result


def entropy(logits: Sequence[float]) -> float:
    return -math.fsum(share * math.log(share) for share in softmax(logits) if share > 0)


def dynamic_temperature(logits: Sequence[float], temperature: float, reach: float, exponent: float) -> list[float]:
    """KoboldCpp's and llama.cpp's."""
    possible = sum(logit > NEVER for logit in logits)
    if possible < 2:
        return list(logits)
    low, high = max(0.0, temperature - reach), temperature + reach
    chosen = low + (high - low) * (entropy(logits) / math.log(possible)) ** exponent
    return [logit / chosen for logit in logits]


def smoothed(logits: Sequence[float], factor: float, curve: float) -> list[float]:
    """text-generation-webui's, which with curve 1 is KoboldCpp's."""
    peak = max(logits)
    result = []
    for logit in logits:
        gap = logit - peak
        square, cube = (3 - curve) / 2, (curve - 1) / 2
        result.append(logit if logit == NEVER else peak - square * factor * gap**2 + cube * factor * gap**3)
    return result


def top_n_sigma(logits: Sequence[float], n: float) -> list[float]:
    """llama.cpp's: over the tokens that are possible, divided by their number."""
    possible = [logit for logit in logits if logit > NEVER]
    mean = math.fsum(possible) / len(possible)
    deviation = math.sqrt(math.fsum((logit - mean) ** 2 for logit in possible) / len(possible))
    floor = max(possible) - n * deviation
    return [logit if logit >= floor else NEVER for logit in logits]


class Mirostat:
    """llama.cpp's version 2, one step after the other."""

    def __init__(self, tau: float, eta: float) -> None:
        self.tau, self.eta, self.most = tau, eta, 2 * tau

    def left(self, logits: Sequence[float]) -> list[float]:
        p = softmax(logits)
        first = from_the_likeliest(logits)[0]
        return [
            logit if i == first or (p[i] > 0 and -math.log2(p[i]) <= self.most) else NEVER
            for i, logit in enumerate(logits)
        ]

    def drew(self, logits: Sequence[float], token: int) -> None:
        surprise = -math.log2(softmax(self.left(logits))[token])
        self.most -= self.eta * (surprise - self.tau)
