"""Changes of single logits: samplers that look at the tokens in the text, the bias of a request, prohibitions.

Each changes `logits`, float32 over the whole vocabulary, in place. Token ids beyond the logits (the embedding can be
larger than the output) cannot be generated and are ignored. Finite logits stay finite unless a token is forbidden. If
all tokens would be forbidden, none is.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling.candidates import LARGEST_LOGIT, SMALLEST_DIVISOR, Logits
from pyg_ui.engine.sampling.row import SamplingRow, TokenIds
from pyg_ui.engine.sampling.token_texts import num_behind, tokens_with_any

_LONGEST_MATCH = 50
_LARGEST_DRY_PENALTY = 1e30


def add_bias(logits: Logits, row: SamplingRow) -> None:
    """Add to the logits of single tokens: OpenAI's `logit_bias`. A token that stands there twice gets both."""
    possible = row.biased_ids < len(logits)
    np.add.at(logits, row.biased_ids[possible], row.biases[possible])


def penalise_repetition(logits: Logits, row: SamplingRow) -> None:
    """Divide positive logits of tokens in the recent text by the penalty, multiply negative ones.

    The definition of transformers' RepetitionPenaltyLogitsProcessor, over prompt and generated text. Within a range
    the penalty may rise with a slope; a token then has the penalty of its last occurrence.
    """
    ids = row.recent() if row.parameters.repetition_penalty_range else row.distinct()
    penalty = repetition_penalties(row.parameters, len(ids))
    possible = ids < len(logits)
    if not possible.all():
        ids, penalty = ids[possible], penalty[possible]
    before = logits[ids]
    after = np.where(before < 0, before * penalty, before / penalty)
    if not np.isfinite(after).all():
        after = np.where(np.isneginf(before), before, after.clip(-LARGEST_LOGIT, LARGEST_LOGIT))
    logits[ids] = after  # for a repeated id the last assignment counts


def repetition_penalties(parameters: SamplingParameters, num_tokens: int) -> NDArray[np.float32]:
    """The penalty (num_tokens,) of each of the last tokens, oldest first; num_tokens is at most the range.

    With a range r and a slope s, KoboldAI's curve (KoboldAI-Client, warpers.py,
    AdvancedRepetitionPenaltyLogitsProcessor), a sigmoid-like rise from 1 to the penalty p: for the i-th of r positions
    x = 2 i / (r - 1) - 1, y = s x / (1 + |x| (s - 1)), penalty = 1 + (p - 1) (y + 1) / 2. A shorter text takes
    the curve's end. As there, without a range or with slope 0 every token is penalised alike.
    """
    penalty, slope = parameters.repetition_penalty, parameters.repetition_penalty_slope
    num_positions = parameters.repetition_penalty_range
    if slope == 0 or num_positions <= 1:
        return np.full(num_tokens, max(penalty, SMALLEST_DIVISOR), dtype=np.float32)
    return _penalty_curve(penalty, slope, num_positions)[num_positions - num_tokens :]


@lru_cache(maxsize=64)
def _penalty_curve(penalty: float, slope: float, num_positions: int) -> NDArray[np.float32]:
    x = np.arange(num_positions) * (2 / (num_positions - 1)) - 1
    y = slope * x / (1 + np.abs(x) * (slope - 1))
    curve: NDArray[np.float32] = (1 + (penalty - 1) * (y + 1) / 2).clip(SMALLEST_DIVISOR).astype(np.float32)
    curve.flags.writeable = False
    return curve


def penalise_frequency_and_presence(logits: Logits, row: SamplingRow) -> None:
    """Subtract the frequency penalty for each time a token was generated, and once the presence penalty.

    OpenAI's definition (API reference, "frequency and presence penalties"): c * frequency + (c > 0) * presence,
    where c counts the generated text only.
    """
    ids, counts = row.generated_counts()
    parameters = row.parameters
    penalty = (counts * parameters.frequency_penalty + parameters.presence_penalty).astype(np.float32)
    possible = ids < len(logits)
    if not possible.all():
        ids, penalty = ids[possible], penalty[possible]
    logits[ids] -= penalty


def penalise_loops(logits: Logits, row: SamplingRow) -> None:
    """DRY: penalise the tokens that would lengthen a run which repeats an earlier one.

    The definition of its author p-e-w in text-generation-webui (pull request 5677; DRYLogitsProcessor). If the last n
    tokens of the text occur earlier in it, the logit of the token that followed them there is lowered by
    multiplier * base ** (n - allowed_length), for the longest such n, which must be at least allowed_length. The
    run begins behind the last breaker, which may lie in several tokens, as in KoboldCpp; the following token may not
    contain one. Runs count up to 50 tokens, within the range of the repetition penalty.
    """
    tokens, parameters = row.recent(), row.parameters
    breakers = parameters.dry_sequence_breakers
    most = num_behind(row.token_bytes, breakers, tokens, _LONGEST_MATCH)
    lengths = match_lengths(tokens, most)
    ends = np.flatnonzero(lengths >= parameters.dry_allowed_length)
    if not len(ends):
        return
    breaker_ids = set(tokens_with_any(row.token_bytes, breakers).tolist())
    longest: dict[int, int] = {}
    for follower, length in zip(tokens[ends + 1].tolist(), lengths[ends].tolist(), strict=True):
        if follower not in breaker_ids and follower < len(logits):
            longest[follower] = max(length, longest.get(follower, 0))
    for token_id, length in longest.items():
        penalty = parameters.dry_multiplier * parameters.dry_base ** (length - parameters.dry_allowed_length)
        logits[token_id] -= min(penalty, _LARGEST_DRY_PENALTY)


def match_lengths(tokens: TokenIds, most: int) -> NDArray[np.int64]:
    """For each position but the last, how many tokens up to it equal the last tokens of the text: (len(tokens) - 1,).

    At most `most` tokens are compared.
    """
    lengths = np.zeros(max(len(tokens) - 1, 0), dtype=np.int64)
    ends = (tokens[:-1] == tokens[-1:]).nonzero()[0]
    for length in range(min(most, len(lengths))):
        token_id = int(tokens[-1 - length])
        if length:
            ends = ends[ends >= length]
            ends = ends[tokens[ends - length] == token_id]
        if not len(ends):
            break
        lengths[ends] += 1
    return lengths


def forbid_repeated_ngrams(logits: Logits, row: SamplingRow) -> None:
    """Forbid the tokens that would complete a run of n tokens that is already in the text.

    The definition of transformers' NoRepeatNGramLogitsProcessor, over prompt and generated text.
    """
    tokens, size = row.history(), row.parameters.no_repeat_ngram_size
    followers = np.arange(size - 1, len(tokens))
    for distance in range(1, size):
        if not len(followers):
            return
        followers = followers[tokens[followers - distance] == tokens[-distance]]
    forbid(logits, tokens[followers])


def forbid(logits: Logits, ids: TokenIds) -> None:
    """Make these tokens impossible, unless nothing else is possible."""
    ids = ids[ids < len(logits)]
    if not len(ids):
        return
    before = logits[ids]
    logits[ids] = -np.inf
    if np.isneginf(logits.max()):
        logits[ids] = before
