"""Samplers that reshape the distribution and remove nothing: temperature, also a dynamic one, and smoothing."""

import math

import numpy as np

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling.candidates import LARGEST_LOGIT, Candidates, Logits


def apply_temperature(candidates: Candidates, parameters: SamplingParameters) -> None:
    """Divide the logits by the temperature, or by one that follows the entropy, if there is a dynamic range.

    Dynamic temperature is kalomaze's, in KoboldCpp and llama.cpp. With the entropy's share of the largest
    possible one, h, a range r and an exponent e, it is low + (high - low) * h ** e, where low and high are the
    temperature minus and plus r, at least 0. A single token stays as it is.
    """
    temperature, reach = parameters.temperature, parameters.dynatemp_range
    if reach > 0:
        num_left = int(np.isfinite(candidates.logits).sum())
        if num_left < 2:
            return
        low, high = max(temperature - reach, 0.0), temperature + reach
        share = min(max(candidates.entropy() / math.log(num_left), 0.0), 1.0)
        temperature = low + (high - low) * share**parameters.dynatemp_exponent
    candidates.scale(temperature)


def smooth(candidates: Candidates, parameters: SamplingParameters) -> None:
    """Bend the logits around the largest: kalomaze's quadratic sampling, with a curve, as in text-generation-webui.

    With the distance d <= 0 to the largest logit, a factor f and a curve c, the new distance is
    -f * (3 - c) / 2 * d ** 2 + f * (c - 1) / 2 * d ** 3.
    """
    factor, curve, peak = parameters.smoothing_factor, parameters.smoothing_curve, candidates.peak

    def bend(logits: Logits) -> None:
        distance = logits.astype(np.float64) - peak
        moved = distance * distance * (factor * (curve - 1) / 2 * distance - factor * (3 - curve) / 2) + peak
        is_possible = np.isfinite(logits)
        logits[is_possible] = moved[is_possible].clip(-LARGEST_LOGIT, LARGEST_LOGIT)

    candidates.edit(bend)
